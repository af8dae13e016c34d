using System.Net;
using System.Net.Http.Headers;

namespace PedestrianCamera;

/// <summary>
/// Posts events as JSON to a server, one after the other, on a thread of its own. What fails is tried three times more, after one, two and
/// four seconds, and then counted; events that wait meanwhile are kept up to a number, of which the oldest goes.
/// </summary>
internal sealed class Webhook : IEventSink
{
    /// <summary>Events that may wait for the server.</summary>
    public const int Capacity = 100;

    private const int Retries = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly WebhookSettings _settings;
    private readonly string _server;
    private readonly Action<string> _report;
    private readonly TimeSpan _firstDelay;
    private readonly HttpClient _client;
    private readonly DroppingQueue<CameraEvent> _queue = new(Capacity);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private long _lost;
    private bool _down;

    /// <summary>Starts the thread.</summary>
    /// <param name="settings">Where and what.</param>
    /// <param name="report">Hears on that thread when the server takes no events, and when it takes them again.</param>
    /// <param name="firstDelay">Before the first retry; each later one waits twice as long. Null for one second.</param>
    public Webhook(WebhookSettings settings, Action<string> report, TimeSpan? firstDelay = null)
    {
        (_settings, _report, _firstDelay) = (settings, report, firstDelay ?? TimeSpan.FromSeconds(1));
        Uri url = new(settings.Url);
        _server = $"{url.Scheme}://{url.Authority}"; // The rest of an address may be a secret.
        // A redirected post would lose its body, and could take the token elsewhere.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !url.IsLoopback })
        {
            Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
        };
        _thread = new Thread(Run) { IsBackground = true, Name = "webhook" };
        _thread.Start();
    }

    /// <summary>Events that did not reach the server.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <inheritdoc/>
    public void Post(CameraEvent happened, Func<EdgeNet.Vision.Image>? picture)
    {
        if (_settings.Events.Count == 0 || _settings.Events.Contains(happened.Kind)) _queue.Add(happened);
    }

    /// <summary>Posts what waits; gives up after two seconds.</summary>
    public void Dispose()
    {
        _queue.End();
        if (!_thread.Join(s_patience))
        {
            _stopping.Cancel();
            if (!_thread.Join(s_patience)) return;
        }
        _client.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        while (_queue.Take(out long dropped) is { } happened)
        {
            Interlocked.Add(ref _lost, dropped);
            string? failure = Deliver(EventJson.Of(happened));
            if (failure is not null) Interlocked.Increment(ref _lost);
            if (failure is not null && !_down && !_stopping.IsCancellationRequested) _report($"{_server} takes no events ({failure}); check the server and webhook.url");
            if (failure is null && _down) _report($"{_server} takes events again; {Lost} were lost so far");
            _down = failure is not null;
        }
    }

    private string? Deliver(byte[] body)
    {
        for (int retry = 0; ; retry++)
        {
            (string? failure, bool again) = Send(body);
            if (failure is null || !again || retry == Retries) return failure;
            if (_stopping.Token.WaitHandle.WaitOne(_firstDelay * (1 << retry))) return failure;
        }
    }

    private (string? Failure, bool Again) Send(byte[] body)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, _settings.Url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (_settings.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            // The answer's body is nobody's business, however long it is.
            using HttpResponseMessage answer = _client.Send(request, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
            if (answer.IsSuccessStatusCode) return (null, false);
            bool passing = (int)answer.StatusCode >= 500 || answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
            return ($"it answered {(int)answer.StatusCode} {answer.ReasonPhrase}", passing);
        }
        catch (OperationCanceledException)
        {
            return ($"no answer in {_settings.TimeoutSeconds} seconds", true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return ((failure.InnerException ?? failure).Message, true);
        }
    }
}
