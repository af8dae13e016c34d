using System.Net;
using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class PageSettingsTests
{
    [Fact]
    public async Task A_change_takes_effect_at_once_and_leaves_the_rest()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage first = await page.PostAsync("""{"score":0.55,"line":[0.1,0.2,0.3,0.4]}""");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        LiveSettings expected = RunningPage.FirstSettings with { Score = 0.55f, Line = new CountingLine(0.1f, 0.2f, 0.3f, 0.4f) };
        Assert.Equal(expected, page.Cell.Current);
        using HttpResponseMessage second = await page.PostAsync("""{"line":null,"region":[0.1,0.2,0.9,1],"minHeight":0.25,"holdSeconds":2.5,"lamp":"on"}""");
        expected = new LiveSettings(0.55f, 0.25f, new Box(0.1f, 0.2f, 0.9f, 1), null, 2.5, LampMode.On);
        Assert.Equal(expected, page.Cell.Current);
    }

    [Fact]
    public async Task What_is_read_can_be_sent_back()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        LiveSettings settings = new(0.123f, 0.5f, new Box(0.1f, 0.2f, 0.3f, 0.4f), new CountingLine(0, 0.25f, 1, 0.75f), 7, LampMode.Off);
        page.Cell.Current = settings;
        using var json = JsonDocument.Parse(await page.Client.GetStringAsync("settings.json"));
        page.Cell.Current = RunningPage.FirstSettings;
        using HttpResponseMessage response = await page.PostAsync(json.RootElement.GetProperty("settings").GetRawText());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(settings, page.Cell.Current);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("0.5")]
    [InlineData("{\"score\":0.5} {}")]
    [InlineData("{\"score\":0.5}x")]
    [InlineData("{\"score\":0.5,}")]
    [InlineData("{\"\\uD800\":1}")]
    [InlineData("{\"score\":\"0.5\"}")]
    [InlineData("{\"score\":1.5}")]
    [InlineData("{\"score\":1e400}")]
    [InlineData("{\"score\":NaN}")]
    [InlineData("{\"score\":null}")]
    [InlineData("{\"score\":0.9,\"minHeight\":-0.1}")]
    [InlineData("{\"colour\":1}")]
    [InlineData("{\"region\":[0,0,1]}")]
    [InlineData("{\"region\":[0,0,1,1,1]}")]
    [InlineData("{\"region\":[0.5,0,0.4,1]}")]
    [InlineData("{\"region\":[0,0,1,1.5]}")]
    [InlineData("{\"region\":null}")]
    [InlineData("{\"region\":[[0],0,1,1]}")]
    [InlineData("{\"line\":[0.5,0.5,0.5,0.5]}")]
    [InlineData("{\"line\":\"none\"}")]
    [InlineData("{\"holdSeconds\":-1}")]
    [InlineData("{\"holdSeconds\":1e9}")]
    [InlineData("{\"lamp\":\"dim\"}")]
    [InlineData("{\"lamp\":1}")]
    public async Task What_is_not_valid_is_refused_in_one_line_and_changes_nothing(string json)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage response = await page.PostAsync(json);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty(await RunningPage.LineAsync(response));
        Assert.Equal(RunningPage.FirstSettings, page.Cell.Current);
    }

    [Fact]
    public async Task The_line_of_an_error_names_what_was_expected()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage response = await page.PostAsync("""{"score":2}""");
        Assert.Equal("score: expected a number from 0 to 1", await RunningPage.LineAsync(response));
    }

    [Theory]
    [InlineData("Origin", "http://camera.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Other_sites_change_nothing(string header, string value)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage response = await page.PostAsync("""{"score":0.9}""", (header, value));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(RunningPage.FirstSettings, page.Cell.Current);
    }

    [Fact]
    public async Task The_page_itself_changes_settings()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        string origin = page.Page.Address.GetLeftPart(UriPartial.Authority);
        using HttpResponseMessage response = await page.PostAsync("""{"score":0.9}""", ("Origin", origin), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0.9f, page.Cell.Current.Score);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    public async Task What_a_form_elsewhere_could_send_is_refused(string type)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using StringContent content = new("""{"score":0.9}""", null, type);
        using HttpResponseMessage response = await page.Client.PostAsync("settings.json", content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(RunningPage.FirstSettings, page.Cell.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_4_KB_are_not_read(bool saysItsLength)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using StringContent content = new("{\"score\":0.9" + new string(' ', 5000) + "}", null, "application/json");
        using HttpRequestMessage request = new(HttpMethod.Post, "settings.json") { Content = content };
        request.Headers.TransferEncodingChunked = !saysItsLength;
        using HttpResponseMessage response = await page.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(RunningPage.FirstSettings, page.Cell.Current);
    }

    [Theory]
    [InlineData("DELETE", "settings.json", 405)]
    [InlineData("POST", "state.json", 405)]
    [InlineData("POST", "/", 405)]
    [InlineData("GET", "page.html", 404)]
    [InlineData("GET", "../etc/passwd", 404)]
    [InlineData("GET", "page.js/", 404)]
    public async Task Nothing_else_is_served(string method, string path, int status)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage response = await page.SendAsync(new HttpMethod(method), path);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty(await RunningPage.LineAsync(response));
    }
}
