using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PedestrianCamera.Tests;

public class PageAccessTests
{
    public static TheoryData<string> Addresses => ["/", "/page.css", "/page.js", "/stream.mjpeg", "/picture.jpg", "/state.json", "/settings.json", "/nothing"];

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:9999", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:8080", 200)]
    [InlineData("camera.example", 403)]
    [InlineData("127.0.0.1.example.org", 403)]
    [InlineData("localhost.example.org:8080", 403)]
    [InlineData("192.168.1.20", 403)]
    public async Task Without_a_token_only_this_machines_own_names_are_answered(string host, int status)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using HttpResponseMessage response = await page.GetAsync("state.json", ("Host", host));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task With_a_token_every_address_needs_it(string path)
    {
        await using RunningPage page = await RunningPage.StartAsync(RunningPage.Token);
        using HttpResponseMessage without = await page.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        using HttpResponseMessage posted = await page.PostAsync("""{"score":0.9}""");
        Assert.Equal(HttpStatusCode.Unauthorized, posted.StatusCode);
        Assert.Equal(RunningPage.FirstSettings, page.Cell.Current);
    }

    [Fact]
    public async Task Who_sends_the_token_in_a_header_is_admitted_under_any_name()
    {
        await using RunningPage page = await RunningPage.StartAsync(RunningPage.Token);
        using HttpResponseMessage response = await page.GetAsync("state.json", ("Authorization", $"Bearer {RunningPage.Token}"), ("Host", "camera.example"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("correct horse batter")]
    [InlineData("correct horse batteryy")]
    [InlineData("")]
    public async Task A_wrong_token_is_refused_after_a_pause(string token)
    {
        await using RunningPage page = await RunningPage.StartAsync(RunningPage.Token);
        var watch = Stopwatch.StartNew();
        HttpResponseMessage[] responses = await Task.WhenAll(
            page.GetAsync("/?token=" + Uri.EscapeDataString(token)),
            page.GetAsync("/", ("Authorization", $"Bearer {token}")),
            page.GetAsync("/", ("Cookie", $"pedestrian-camera-{page.Page.EndPoint.Port}={Uri.EscapeDataString(token)}")));
        Assert.True(watch.ElapsedMilliseconds > 400, $"answered after {watch.ElapsedMilliseconds} ms");
        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        Assert.All(responses, response => Assert.False(response.Headers.Contains("Set-Cookie")));
        Assert.Contains("<form", await responses[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_leaves_the_address_for_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        await using RunningPage page = await RunningPage.StartAsync(RunningPage.Token);
        using HttpResponseMessage response = await page.GetAsync("/?token=" + Uri.EscapeDataString(RunningPage.Token));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("./", response.Headers.Location!.OriginalString);
        string[] cookie = Assert.Single(response.Headers.GetValues("Set-Cookie")).Split("; ");
        Assert.Contains("HttpOnly", cookie);
        Assert.Contains("SameSite=Strict", cookie);
        Assert.Contains("Path=/", cookie);
        using HttpResponseMessage again = await page.GetAsync("/", ("Cookie", cookie[0]));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Who_follows_a_link_from_another_site_is_sent_on_to_where_the_cookie_goes_along()
    {
        await using RunningPage page = await RunningPage.StartAsync(RunningPage.Token);
        using HttpResponseMessage foreign = await page.GetAsync("/", ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal("0;url=./", Assert.Single(foreign.Headers.GetValues("Refresh")));
        using HttpResponseMessage own = await page.GetAsync("/", ("Sec-Fetch-Site", "same-origin"));
        Assert.False(own.Headers.Contains("Refresh"));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Every_answer_forbids_caches_guesses_frames_and_scripts_from_elsewhere(string path)
    {
        await using RunningPage page = await RunningPage.StartAsync();
        using IDisposable scene = page.Play();
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        using HttpResponseMessage response = await page.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(path == "/nothing" ? 404 : 200, (int)response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0", 0, null, "page.token")]
    [InlineData("::", 0, null, "page.token")]
    [InlineData("127.0.0.1", 0, "short", "page.token")]
    [InlineData("127.0.0.1", 0, "", "page.token")]
    [InlineData("camera.example", 0, null, "page.address")]
    [InlineData("192.0.2.7", 0, "correct horse battery", "page.address")]
    [InlineData("127.0.0.1", 70000, null, "page.port")]
    public async Task What_cannot_be_served_is_told_in_one_line_that_names_the_setting(string address, int port, string? token, string setting)
    {
        PageSettings settings = new() { Address = address, Port = port, Token = token };
        PageException e = await Assert.ThrowsAsync<PageException>(
            () => LivePage.StartAsync(settings, new PictureFeed(), () => new Measurements(), new LiveSettingsCell(RunningPage.FirstSettings)));
        Assert.Contains(setting, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        PageException e = await Assert.ThrowsAsync<PageException>(() => RunningPage.StartAsync(port: page.Page.EndPoint.Port));
        Assert.Equal($"the page cannot listen on {page.Page.EndPoint}: another program uses this port; stop it or set page.port", e.Message);
    }

    [Fact]
    public async Task It_listens_on_IPv6_too()
    {
        if (!Socket.OSSupportsIPv6) return;
        PageSettings settings = new() { Address = "::1", Port = 0 };
        LivePage page;
        try
        {
            page = await LivePage.StartAsync(settings, new PictureFeed(), () => new Measurements(), new LiveSettingsCell(RunningPage.FirstSettings));
        }
        catch (PageException e) when (e.Message.Contains("does not have that address", StringComparison.Ordinal))
        {
            // A machine that knows IPv6 and has switched it off.
            return;
        }
        await using (page)
        {
            Assert.StartsWith("http://[::1]:", page.Address.AbsoluteUri, StringComparison.Ordinal);
            using HttpClient client = new() { BaseAddress = page.Address };
            Assert.Contains("present", await client.GetStringAsync("state.json"), StringComparison.Ordinal);
        }
    }
}
