using System.Text.Json;

namespace PedestrianCamera.Tests;

public class PageStateTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_state_has_every_number()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        page.Now = new Measurements
        {
            FramesPerSecond = 14.25,
            Stages = new StageTimes(1, 2, 3, 4, 5, 6),
            Frames = 5_000_000_000,
            Dropped = 7,
            Restarts = 8,
            SourceState = "restarting: \"no signal\"",
            Present = 2,
            People = 9,
            CrossedRight = 10,
            CrossedLeft = 11,
            LampOn = true,
            Problems = ["a", "b"],
            History = [new HistoryMinute(s_noon, 1, 2, 900)],
        };
        using var json = JsonDocument.Parse(await page.Client.GetStringAsync("state.json"));
        JsonElement state = json.RootElement;
        Assert.Equal(
            [14.25, 5e9, 7, 8, 2, 9, 10, 11],
            new[] { "framesPerSecond", "frames", "dropped", "restarts", "present", "people", "crossedRight", "crossedLeft" }.Select(name => state.GetProperty(name).GetDouble()));
        Assert.Equal(
            [1, 2, 3, 4, 5, 6],
            new[] { "wait", "prepare", "infer", "decode", "follow", "show" }.Select(name => state.GetProperty("stages").GetProperty(name).GetInt32()));
        Assert.Equal("restarting: \"no signal\"", state.GetProperty("source").GetString());
        Assert.True(state.GetProperty("lampOn").GetBoolean());
        Assert.Equal(["a", "b"], state.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()));
        Assert.Equal([s_noon.ToUnixTimeSeconds() / 60, 1, 2, 900], state.GetProperty("history")[0].EnumerateArray().Select(value => value.GetInt64()));
        Assert.Equal(0.4, state.GetProperty("settings").GetProperty("score").GetDouble());
    }

    [Fact]
    public async Task Minutes_that_the_page_has_are_not_sent_again()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        page.Now = new Measurements { History = [.. Enumerable.Range(0, 100).Select(i => new HistoryMinute(s_noon.AddMinutes(i), i, 0, 0))] };
        long last = s_noon.AddMinutes(99).ToUnixTimeSeconds() / 60;
        using var json = JsonDocument.Parse(await page.Client.GetStringAsync($"state.json?since={last}"));
        JsonElement minute = Assert.Single(json.RootElement.GetProperty("history").EnumerateArray());
        Assert.Equal(99, minute[1].GetInt32());
    }

    [Fact]
    public async Task Numbers_that_JSON_does_not_have_are_shown_as_nothing()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        page.Now = new Measurements { FramesPerSecond = double.NaN, Stages = new StageTimes(double.PositiveInfinity, 0, 0, 0, 0, 0), LampOn = null };
        using var json = JsonDocument.Parse(await page.Client.GetStringAsync("state.json"));
        Assert.Equal(0, json.RootElement.GetProperty("framesPerSecond").GetDouble());
        Assert.Equal(0, json.RootElement.GetProperty("stages").GetProperty("wait").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("lampOn").ValueKind);
    }
}
