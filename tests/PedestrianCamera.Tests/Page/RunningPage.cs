using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

/// <summary>A live page on a free port of this machine, with a feed, numbers and settings that a test can move.</summary>
internal sealed class RunningPage : IAsyncDisposable
{
    public const string Token = "correct horse+battery%41;=\"";

    public static readonly LiveSettings FirstSettings = new(0.4f, 0.1f, new Box(0, 0, 1, 1), null, 10, LampMode.Auto);

    private RunningPage()
    {
    }

    public PictureFeed Feed { get; } = new();

    public LiveSettingsCell Cell { get; } = new(FirstSettings);

    public Measurements Now { get; set; } = new() { SourceState = "runs", LampOn = false };

    public LivePage Page { get; private set; } = null!;

    /// <summary>Follows no redirect, keeps no cookie.</summary>
    public HttpClient Client { get; private set; } = null!;

    public static async Task<RunningPage> StartAsync(string? token = null, ViewerLimits? limits = null, bool? jpeg = null, int port = 0, double fps = 200)
    {
        RunningPage running = new();
        PageSettings settings = new() { Port = port, Token = token, Fps = fps };
        running.Page = await LivePage.StartAsync(settings, running.Feed, () => running.Now, running.Cell, limits, jpeg);
        running.Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = running.Page.Address };
        return running;
    }

    /// <summary>Shows somebody who is further on in each picture, until disposed.</summary>
    public IDisposable Play() => new Projector(Feed, Cell);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, path);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public Task<HttpResponseMessage> PostAsync(string json, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "settings.json") { Content = new StringContent(json, null, "application/json") };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    /// <summary>Waits for what another thread does.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (int i = 0; i < 1500; i++)
        {
            if (holds()) return;
            await Task.Delay(10);
        }
        Assert.Fail($"within 15 seconds not {what}");
    }

    /// <summary>One line of text, as errors are.</summary>
    public static async Task<string> LineAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text);
        Assert.DoesNotContain('\n', text[..^1]);
        return text[..^1];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Page.DisposeAsync();
    }

    public static ScenePicture Scene(int number, LiveSettings settings, int width = 320, int height = 240)
    {
        Image picture = new(width, height, 3);
        picture.Pixels.AsSpan().Fill((byte)(60 + (number % 100)));
        float left = number * 5 % 220 / 320f;
        return new ScenePicture(picture, [new Person(7, new Box(left, 0.2f, left + 0.2f, 0.9f), 0.8f, Seen: true)], settings, DateTimeOffset.UnixEpoch);
    }

    private sealed class Projector : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();
        private readonly Thread _thread;

        public Projector(PictureFeed feed, LiveSettingsCell cell)
        {
            _thread = new Thread(() =>
            {
                for (int i = 0; !_end.Wait(20); i++)
                {
                    if (feed.IsWatched) feed.Publish(Scene(i, cell.Current));
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _end.Set();
            _thread.Join();
            _end.Dispose();
        }
    }
}
