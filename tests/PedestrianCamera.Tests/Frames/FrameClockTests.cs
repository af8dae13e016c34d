namespace PedestrianCamera.Tests;

public class FrameClockTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void A_source_that_was_opened_again_goes_on_from_where_it_was()
    {
        var clock = new FrameClock(byMedia: true, _time);
        Assert.Equal([0, 1, 2, 2, 3, 3, 4.5], ((double?[])[0, 1, 2, 0, 1, 0, 1.5]).Select(time => clock.Of(At(time))));
    }

    [Fact]
    public void Frames_without_a_time_of_their_own_go_by_their_arrival_and_never_back()
    {
        var clock = new FrameClock(byMedia: true, _time);
        _time.Advance(100);
        double arrived = clock.Of(At(null));
        _time.Advance(2);
        Assert.Equal(2, clock.Of(At(null)) - arrived, 6);
        Assert.Equal(2, clock.Of(At(0)) - arrived, 6);
        Assert.Equal(3, clock.Of(At(1)) - arrived, 6);
    }

    [Fact]
    public void Where_a_source_is_played_at_its_own_speed_arrival_counts()
    {
        var clock = new FrameClock(byMedia: false, _time);
        double first = clock.Of(At(0));
        _time.Advance(3);
        Assert.Equal(3, clock.Of(At(0.04)) - first, 6);
    }

    private Frame At(double? seconds) => new() { Time = seconds, Arrived = _time.GetTimestamp() };
}
