using Microsoft.Playwright;

namespace PedestrianCamera.Tests;

/// <summary>One browser, and one live page with somebody walking through its picture.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IDisposable? _scene;

    internal RunningPage Page { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (ChromiumFactAttribute.Browser is null) return;
        Page = await RunningPage.StartAsync(fps: 20);
        _scene = Page.Play();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = ChromiumFactAttribute.Browser, Args = ["--no-sandbox"] });
    }

    /// <summary>A visitor without cookies. What goes wrong in the page's own script fails the test at its end.</summary>
    internal async Task VisitAsync(Uri address, Func<IPage, Task> test)
    {
        await using IBrowserContext context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(15000);
        IPage page = await context.NewPageAsync();
        List<string> errors = [];
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) errors.Add(message.Text);
        };
        await page.GotoAsync(address.AbsoluteUri, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await test(page);
        Assert.Empty(errors);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _scene?.Dispose();
        if (Page is not null) await Page.DisposeAsync();
    }
}
