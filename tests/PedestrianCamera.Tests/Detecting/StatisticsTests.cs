namespace PedestrianCamera.Tests;

public class StatisticsTests
{
    private readonly FakeTime _clock = new();

    [Fact]
    public void Frames_per_second_and_times_are_those_of_the_last_seconds()
    {
        var statistics = new Statistics(_clock);
        for (int i = 0; i < 100; i++) Add(statistics, 0.1, new StageTimes(1, 2, 3, 4, 5, 6));
        for (int i = 0; i < 100; i++) Add(statistics, 0.05, new StageTimes(2, 2, 4, 4, 5, 0));
        Measurements now = statistics.Now(7, 2, "runs");
        Assert.Equal(20, now.FramesPerSecond, 3);
        Assert.Equal(new StageTimes(2, 2, 4, 4, 5, 0), now.Stages);
        Assert.Equal((200L, 7L, 2, "runs"), (now.Frames, now.Dropped, now.Restarts, now.SourceState));
    }

    [Fact]
    public void Without_frames_there_are_none_per_second()
    {
        var statistics = new Statistics(_clock);
        for (int i = 0; i < 10; i++) Add(statistics, 0.1, default);
        _clock.Advance(60);
        Assert.Equal(0, statistics.Now(0, 0, "").FramesPerSecond);
    }

    [Fact]
    public void The_chart_has_a_minute_for_each_that_had_frames_and_a_day_at_most()
    {
        var statistics = new Statistics(_clock);
        int people = 0;
        for (int minute = 0; minute < 26 * 60; minute++)
        {
            statistics.Add(default, minute % 5, people += minute % 3, 0, 0, null);
            _clock.Advance(60);
        }
        IReadOnlyList<HistoryMinute> history = statistics.Now(0, 0, "").History;
        Assert.InRange(history.Count, 24 * 60, (24 * 60) + 1);
        Assert.Equal(((26 * 60) - 1) % 3, history[^1].People);
        Assert.Equal(((26 * 60) - 1) % 5, history[^1].MostPresent);
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(1), pair.Second.Minute - pair.First.Minute));
    }

    [Fact]
    public void Minutes_of_more_than_a_day_ago_are_gone_from_the_chart_where_frames_were_missing_too()
    {
        var statistics = new Statistics(_clock);
        Add(statistics, 0, default);
        _clock.Advance(TimeSpan.FromHours(23));
        Add(statistics, 0, default);
        Assert.Equal(2, statistics.Now(0, 0, "").History.Count);
        _clock.Advance(TimeSpan.FromHours(2));
        Add(statistics, 0, default);
        Assert.Equal(2, statistics.Now(0, 0, "").History.Count);
    }

    [Fact]
    public void Without_frames_nobody_is_there_and_the_lamp_is_as_it_is()
    {
        var statistics = new Statistics(_clock);
        statistics.Add(default, 2, 2, 0, 0, lampOn: true);
        statistics.Idle(somebody: true, lampOn: true);
        Assert.Equal((2, true), (statistics.Now(0, 0, "").Present, statistics.Now(0, 0, "").LampOn));
        statistics.Idle(somebody: false, lampOn: false);
        Assert.Equal((0, false, 2), (statistics.Now(0, 0, "").Present, statistics.Now(0, 0, "").LampOn, statistics.Now(0, 0, "").People));
    }

    [Fact]
    public void The_last_problems_are_kept_with_their_time()
    {
        var statistics = new Statistics(_clock);
        for (int i = 0; i < 9; i++) statistics.Problem($"problem {i}");
        Assert.Equal(5, statistics.Now(0, 0, "").Problems.Count);
        Assert.EndsWith("problem 8", statistics.Now(0, 0, "").Problems[^1], StringComparison.Ordinal);
    }

    private void Add(Statistics statistics, double seconds, StageTimes stages)
    {
        _clock.Advance(seconds);
        statistics.Add(stages, 0, 0, 0, 0, null);
    }
}
