using EdgeNet.Vision;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PedestrianCamera.Tests;

public class PageInBrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Picture = "document.getElementById('picture').toDataURL()";

    [ChromiumFact]
    public Task The_picture_moves_and_says_nothing_over_it() => VisitAsync(async page =>
    {
        await Expect(page.Locator("#pictureNote")).ToBeHiddenAsync();
        string before = await page.EvaluateAsync<string>(Picture);
        await page.WaitForFunctionAsync($"before => {Picture} !== before", before);
        Assert.Equal(320, await page.EvaluateAsync<int>("document.getElementById('picture').width"));
    });

    [ChromiumFact]
    public Task Numbers_follow_the_camera() => VisitAsync(async page =>
    {
        browser.Page.Now = browser.Page.Now with { Present = 3, People = 41, CrossedRight = 1234, FramesPerSecond = 14.96, SourceState = "runs" };
        await Expect(page.Locator("#people")).ToHaveTextAsync("41");
        await Expect(page.Locator("#present")).ToHaveTextAsync("3");
        await Expect(page.Locator("#crossedRight")).ToHaveTextAsync("1,234");
        await Expect(page.Locator("#framesPerSecond")).ToHaveTextAsync("15.0");
        browser.Page.Now = browser.Page.Now with { People = 42, SourceState = "restarting: no frames for 4 s", Problems = ["the <b>lamp</b> does not answer"] };
        await Expect(page.Locator("#people")).ToHaveTextAsync("42");
        await Expect(page.Locator("#source")).ToContainTextAsync("restarting: no frames for 4 s");
        await Expect(page.Locator("#problems li")).ToHaveTextAsync("the <b>lamp</b> does not answer");
        browser.Page.Now = browser.Page.Now with { SourceState = "runs", Problems = [] };
    });

    [ChromiumFact]
    public Task The_chart_shows_the_hours() => VisitAsync(async page =>
    {
        DateTimeOffset minute = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
        browser.Page.Now = browser.Page.Now with { History = [.. Enumerable.Range(0, 120).Select(i => new HistoryMinute(minute.AddMinutes(i), 2, 3, 900))] };
        await Expect(page.Locator("#chart")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("Last 6 hours: 240 people came, at most 3 at once"));
        await page.GetByRole(AriaRole.Radio, new() { Name = "1 h" }).CheckAsync();
        await Expect(page.Locator("#chartText")).ToContainTextAsync("Last hour: 120 people");
        browser.Page.Now = browser.Page.Now with { History = [] };
    });

    [ChromiumFact]
    public Task Settings_take_effect() => VisitAsync(async page =>
    {
        await Expect(page.Locator("#scoreText")).ToHaveTextAsync("0.40");
        await page.Locator("#score").FillAsync("0.7");
        await RunningPage.UntilAsync(() => browser.Page.Cell.Current.Score == 0.7f, "a score of 0.7");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Off" }).CheckAsync();
        await RunningPage.UntilAsync(() => browser.Page.Cell.Current.Lamp == LampMode.Off, "a lamp that is off");
        await page.Locator("#region1").FillAsync("25");
        await page.Locator("#region1").PressAsync("Enter");
        await RunningPage.UntilAsync(() => browser.Page.Cell.Current.Region == new Box(0, 0.25f, 1, 1), "a region");
        await Expect(page.Locator("#saved")).ToHaveTextAsync("In effect until the program ends.");
        await page.Locator("#region1").FillAsync("250");
        await page.Locator("#region1").PressAsync("Enter");
        await Expect(page.Locator("#saved")).ToContainTextAsync("Not changed: region: expected");
    });

    [ChromiumFact]
    public Task Region_and_line_are_drawn_on_the_picture() => VisitAsync(async page =>
    {
        await Expect(page.Locator("#pictureNote")).ToBeHiddenAsync();
        await page.Locator("#drawRegion").ClickAsync();
        await MoveAsync(page, 0.2f, 0.3f);
        await page.Mouse.DownAsync();
        await MoveAsync(page, 0.8f, 0.9f);
        await page.Mouse.UpAsync();
        await RunningPage.UntilAsync(() => Near(browser.Page.Cell.Current.Region, new Box(0.2f, 0.3f, 0.8f, 0.9f)), "a region");

        await page.Locator("#drawLine").ClickAsync();
        await MoveAsync(page, 0.5f, 0.1f);
        await page.Mouse.DownAsync();
        await page.Mouse.UpAsync();
        await MoveAsync(page, 0.6f, 0.8f);
        await page.Mouse.DownAsync();
        await page.Mouse.UpAsync();
        await RunningPage.UntilAsync(
            () => browser.Page.Cell.Current.Line is { } line && Near(new Box(line.X1, line.Y1, line.X2, line.Y2), new Box(0.5f, 0.1f, 0.6f, 0.8f)), "a line");
        await page.Locator("#noLine").ClickAsync();
        await RunningPage.UntilAsync(() => browser.Page.Cell.Current.Line is null, "no line");
    });

    [ChromiumFact]
    public async Task A_wrong_token_is_refused_and_the_right_one_leaves_the_address()
    {
        await using RunningPage camera = await RunningPage.StartAsync(RunningPage.Token);
        await browser.VisitAsync(camera.Page.Address, async page =>
        {
            await page.GetByLabel("Token").FillAsync("wrong token");
            await page.GetByRole(AriaRole.Button).ClickAsync();
            await page.WaitForURLAsync("**/?token=wrong+token");
            await page.GetByLabel("Token").FillAsync(RunningPage.Token);
            await page.GetByRole(AriaRole.Button).ClickAsync();
            await page.WaitForURLAsync(camera.Page.Address.AbsoluteUri);
            await Expect(page.Locator("#people")).ToHaveTextAsync("0");
            Assert.Equal("", await page.EvaluateAsync<string>("document.cookie"));
        });
    }

    [ChromiumFact]
    public async Task A_lost_connection_is_said_and_comes_back_by_itself()
    {
        RunningPage camera = await RunningPage.StartAsync();
        int port = camera.Page.EndPoint.Port;
        await browser.VisitAsync(camera.Page.Address, async page =>
        {
            await Expect(page.Locator("#people")).ToHaveTextAsync("0");
            await Expect(page.Locator("#lost")).ToBeHiddenAsync();
            await camera.DisposeAsync();
            await Expect(page.Locator("#lost")).ToContainTextAsync("Connection to the camera lost");
            await using RunningPage again = await RunningPage.StartAsync(port: port);
            again.Now = again.Now with { People = 5 };
            using IDisposable scene = again.Play();
            await page.Locator("#retry").ClickAsync();
            await Expect(page.Locator("#people")).ToHaveTextAsync("5");
            await Expect(page.Locator("#lost")).ToBeHiddenAsync();
            // The pictures come back, too.
            await RunningPage.UntilAsync(() => again.Page.Viewers == 1, "a viewer");
            await Expect(page.Locator("#pictureNote")).ToBeHiddenAsync();
        });
    }

    private async Task VisitAsync(Func<IPage, Task> test)
    {
        browser.Page.Cell.Current = RunningPage.FirstSettings;
        await browser.VisitAsync(browser.Page.Page.Address, test);
    }

    private static async Task MoveAsync(IPage page, float x, float y)
    {
        LocatorBoundingBoxResult box = (await page.Locator("#overlay").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (x * box.Width), box.Y + (y * box.Height));
    }

    private static bool Near(Box one, Box other) =>
        MathF.Abs(one.XMin - other.XMin) < 0.01f && MathF.Abs(one.YMin - other.YMin) < 0.01f
        && MathF.Abs(one.XMax - other.XMax) < 0.01f && MathF.Abs(one.YMax - other.YMax) < 0.01f;
}
