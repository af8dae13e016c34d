using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace PedestrianCamera.Tests;

public class WebhookTests
{
    private static readonly CameraEvent s_came = new(CameraEventKind.PersonCame, new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)) { Person = 1, Score = 0.5f };
    private readonly List<string> _reports = [];

    [Fact]
    public void An_event_is_posted_as_the_line_that_the_log_has_with_the_token()
    {
        using Server server = new("200 OK");
        using (Webhook hook = new(new WebhookSettings { Url = server.Url, Token = "secret-token" }, _reports.Add))
        {
            hook.Post(s_came, picture: null);
            server.WaitFor(1);
        }
        (string head, string body) = Assert.Single(server.Heard);
        Assert.StartsWith("POST /events?camera=1 HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer secret-token\r\n", head, StringComparison.Ordinal);
        Assert.Equal(EventJson.Of(s_came), Encoding.UTF8.GetBytes(body));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Only_the_events_asked_for_are_posted_in_their_order()
    {
        using Server server = new("204 No Content", "204 No Content");
        WebhookSettings settings = new() { Url = server.Url, Events = [CameraEventKind.PersonCame, CameraEventKind.PersonLeft] };
        using (Webhook hook = new(settings, _reports.Add))
        {
            foreach (CameraEventKind kind in Enum.GetValues<CameraEventKind>()) hook.Post(new CameraEvent(kind, default), picture: null);
            server.WaitFor(2);
        }
        Assert.Equal(["personCame", "personLeft"], server.Heard.Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("event").GetString()));
    }

    [Fact]
    public void What_fails_is_tried_three_times_more()
    {
        using Server server = new("500 Broken", "503 Busy", "429 Slow down", "200 OK");
        using (Webhook hook = Hook(server.Url))
        {
            hook.Post(s_came, picture: null);
            server.WaitFor(4);
        }
        Assert.Equal(4, server.Heard.Count);
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("302 Found")]
    public void What_a_server_will_never_take_is_tried_once(string answer)
    {
        using Server server = new(answer, "200 OK");
        using (Webhook hook = Hook(server.Url))
        {
            hook.Post(s_came, picture: null);
            hook.Post(s_came, picture: null);
            server.WaitFor(2);
        }
        Assert.Equal(2, server.Heard.Count);
        Assert.Contains($"it answered {answer}", _reports[0], StringComparison.Ordinal);
        Assert.Contains("takes events again; 1 were lost", _reports[1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_outage_is_told_once_and_so_is_its_end_without_the_secrets_of_the_address()
    {
        using Server server = new([.. Enumerable.Repeat("500 Broken", 12), "200 OK"]);
        using (Webhook hook = Hook(server.Url))
        {
            for (int i = 0; i < 4; i++) hook.Post(s_came, picture: null);
            server.WaitFor(13);
        }
        Assert.Equal(2, _reports.Count);
        Assert.Contains("takes no events (it answered 500 Broken)", _reports[0], StringComparison.Ordinal);
        Assert.Contains("takes events again; 3 were lost", _reports[1], StringComparison.Ordinal);
        Assert.DoesNotContain("camera=1", string.Concat(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_costs_the_event_and_nothing_else()
    {
        string url;
        using (Server gone = new()) url = gone.Url;
        using ManualResetEventSlim told = new();
        Webhook hook = new(new WebhookSettings { Url = url }, Report, TimeSpan.FromMilliseconds(1));
        hook.Post(s_came, picture: null);
        Assert.True(told.Wait(TimeSpan.FromSeconds(60)));
        hook.Dispose();
        Assert.Equal(1, hook.Lost);
        Assert.Contains("refused", Assert.Single(_reports), StringComparison.Ordinal);

        void Report(string message)
        {
            _reports.Add(message);
            told.Set();
        }
    }

    [Fact]
    public void A_server_that_never_answers_is_given_up_in_time()
    {
        using Server server = new([.. Enumerable.Repeat("silence", 4)]);
        using ManualResetEventSlim told = new();
        Webhook hook = new(new WebhookSettings { Url = server.Url, TimeoutSeconds = 0.1 }, Report, TimeSpan.FromMilliseconds(1));
        hook.Post(s_came, picture: null);
        Assert.True(told.Wait(TimeSpan.FromSeconds(60)));
        hook.Dispose();
        Assert.Equal(1, hook.Lost);
        Assert.Contains("no answer in 0.1 seconds", Assert.Single(_reports), StringComparison.Ordinal);

        void Report(string message)
        {
            _reports.Add(message);
            told.Set();
        }
    }

    [Fact]
    public void While_a_server_hangs_the_oldest_events_go_and_are_counted_and_the_end_does_not_wait_for_it()
    {
        using Server server = new([.. Enumerable.Repeat("silence", 200)]);
        Webhook hook = new(new WebhookSettings { Url = server.Url, TimeoutSeconds = 60 }, _reports.Add);
        hook.Post(s_came, picture: null);
        server.WaitFor(1);
        for (int i = 0; i < Webhook.Capacity + 20; i++) hook.Post(s_came, picture: null);
        hook.Dispose();
        Assert.Equal(1 + Webhook.Capacity + 20, hook.Lost);
        Assert.Single(server.Heard);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_nothing()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<int> server = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await using SslStream secured = new(client.GetStream());
            try
            {
                await secured.AuthenticateAsServerAsync(certificate);
                return await secured.ReadAsync(new byte[1]);
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                return 0;
            }
        });
        TaskCompletionSource<string> told = new();
        using (Webhook hook = new(new WebhookSettings { Url = $"https://{listener.LocalEndpoint}/" }, told.SetResult, TimeSpan.FromMilliseconds(1)))
        {
            hook.Post(s_came, picture: null);
            Assert.Equal(0, await server.WaitAsync(TimeSpan.FromSeconds(60)));
            listener.Stop();
            Assert.Contains("takes no events", await told.Task.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        }
    }

    private Webhook Hook(string url) => new(new WebhookSettings { Url = url }, _reports.Add, TimeSpan.FromMilliseconds(1));

    /// <summary>An HTTP server of this machine that gives the answers it was told, one connection each.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Queue<string> _answers;
        private readonly List<TcpClient> _silent = [];
        private readonly List<(string Head, string Body)> _heard = [];
        private readonly Thread _thread;

        public Server(params string[] answers)
        {
            _answers = new Queue<string>(answers);
            _listener.Start();
            Url = $"http://{_listener.LocalEndpoint}/events?camera=1";
            _thread = new Thread(Serve) { IsBackground = true };
            _thread.Start();
        }

        public string Url { get; }

        public List<(string Head, string Body)> Heard
        {
            get
            {
                lock (_heard) return [.. _heard];
            }
        }

        public void WaitFor(int requests)
        {
            lock (_heard)
            {
                while (_heard.Count < requests) Assert.True(Monitor.Wait(_heard, TimeSpan.FromSeconds(60)), $"{_heard.Count} requests came, expected {requests}");
            }
        }

        public void Dispose()
        {
            _listener.Stop();
            _thread.Join();
            foreach (TcpClient client in _silent) client.Dispose();
        }

        private void Serve()
        {
            try
            {
                while (true)
                {
                    TcpClient client = _listener.AcceptTcpClient();
                    (string, string) request = Read(client.GetStream());
                    string answer = _answers.Dequeue();
                    if (answer == "silence")
                    {
                        _silent.Add(client);
                    }
                    else
                    {
                        client.GetStream().Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                        client.Dispose();
                    }
                    lock (_heard)
                    {
                        _heard.Add(request);
                        Monitor.PulseAll(_heard);
                    }
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The test is over.
            }
        }

        private static (string Head, string Body) Read(NetworkStream stream)
        {
            StringBuilder text = new();
            byte[] buffer = new byte[4096];
            while (true)
            {
                string all = text.ToString();
                int end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end >= 0)
                {
                    string length = all.Split("\r\n").First(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))["Content-Length: ".Length..];
                    if (all.Length - end - 4 >= int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)) return (all[..(end + 2)], all[(end + 4)..]);
                }
                int count = stream.Read(buffer);
                if (count == 0) return (all, "");
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
    }
}
