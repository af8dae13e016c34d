using FsCheck;
using FsCheck.Fluent;

namespace PedestrianCamera.Tests;

public sealed class LampControlTests : IDisposable
{
    private static readonly LiveSettings s_settings = LiveSettingsCell.Of(new CameraSettings { Lamp = new LampSettings { HoldSeconds = 10 } }).Current;

    private readonly FakeTime _clock = new();
    private readonly RecordingSink _events = new();
    private readonly LampDouble _lamp = new();

    public void Dispose()
    {
        _lamp.Dispose();
        _events.Dispose();
    }

    [Fact]
    public void The_lamp_is_on_while_somebody_is_there_and_as_long_after_as_it_is_told()
    {
        using LampControl control = Control();
        List<double> on = [];
        for (double second = 0; second < 30; second += 0.5)
        {
            control.Update(somebody: second is >= 2 and < 5, s_settings);
            if (control.IsOn == true) on.Add(second);
            _clock.Advance(0.5);
        }
        Assert.Equal((2, 14), (on[0], on[^1]));
        Assert.Equal(25, on.Count);
    }

    [Fact]
    public void The_lamp_is_switched_and_told_only_when_something_changes()
    {
        using LampControl control = Control();
        for (int i = 0; i < 5; i++) control.Update(true, s_settings);
        _clock.Advance(10);
        for (int i = 0; i < 5; i++) control.Update(false, s_settings);
        Assert.Equal([true, false], _lamp.Switched);
        Assert.Equal([CameraEventKind.LampOn, CameraEventKind.LampOff], _events.Kinds);
    }

    [Fact]
    public void On_and_off_by_hand_go_before_people()
    {
        using LampControl control = Control();
        control.Update(false, s_settings with { Lamp = LampMode.On });
        Assert.True(control.IsOn);
        control.Update(true, s_settings with { Lamp = LampMode.Off });
        Assert.False(control.IsOn);
        control.Update(false, s_settings);
        Assert.True(control.IsOn); // Somebody was there less than ten seconds ago.
    }

    [Fact]
    public void A_shorter_hold_counts_at_once()
    {
        using LampControl control = Control();
        control.Update(true, s_settings);
        _clock.Advance(3);
        control.Update(false, s_settings with { HoldSeconds = 2 });
        Assert.False(control.IsOn);
    }

    [Fact]
    public void Disposing_switches_the_lamp_off_and_tells_it()
    {
        LampControl control = Control();
        control.Update(true, s_settings);
        control.Dispose();
        control.Dispose();
        Assert.Equal(1, _lamp.Disposed);
        Assert.Equal([CameraEventKind.LampOn, CameraEventKind.LampOff], _events.Kinds);
    }

    [Fact]
    public void A_lamp_that_is_missing_at_the_start_is_told_once_tried_ever_less_often_and_used_when_it_comes()
    {
        _lamp.OpenFailure = "no such chip";
        using LampControl control = Control();
        List<double> tried = [];
        for (double second = 0; second < 200; second += 0.5)
        {
            int before = _lamp.Opened;
            control.Update(true, s_settings);
            if (_lamp.Opened > before) tried.Add(second);
            _clock.Advance(0.5);
        }
        Assert.Equal([1, 3, 7, 15, 31, 63, 123, 183], tried);
        Assert.Null(control.IsOn);
        Assert.Contains("no such chip", Assert.Single(_events.Posted).Message, StringComparison.Ordinal);
        Assert.Equal(CameraEventKind.Problem, _events.Posted[0].Kind);

        _lamp.OpenFailure = null;
        _clock.Advance(60);
        control.Update(true, s_settings);
        Assert.True(control.IsOn);
        Assert.Equal([CameraEventKind.Problem, CameraEventKind.LampOn], _events.Kinds);
    }

    [Fact]
    public void A_lamp_that_fails_is_opened_again_and_the_next_failure_is_told_again()
    {
        using LampControl control = Control();
        _lamp.SwitchFailure = "gone";
        control.Update(true, s_settings);
        Assert.Null(control.IsOn);
        Assert.Equal(1, _lamp.Disposed);
        _lamp.SwitchFailure = null;
        _clock.Advance(1);
        control.Update(true, s_settings);
        Assert.True(control.IsOn);
        Assert.Equal(2, _lamp.Opened);
        _lamp.SwitchFailure = "gone again";
        _clock.Advance(10);
        control.Update(false, s_settings);
        Assert.Equal([CameraEventKind.Problem, CameraEventKind.LampOn, CameraEventKind.Problem], _events.Kinds);
    }

    [Fact]
    public void Whatever_happens_on_and_off_take_turns_in_the_events()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(bool Somebody, byte Seconds, bool Fails)[]>(), steps =>
        {
            LampDouble lamp = new();
            RecordingSink events = new();
            FakeTime clock = new();
            using (LampControl control = new(lamp.Open, events, clock))
            {
                foreach ((bool somebody, byte seconds, bool fails) in steps)
                {
                    lamp.SwitchFailure = fails ? "gone" : null;
                    control.Update(somebody, s_settings);
                    clock.Advance(seconds);
                }
                lamp.SwitchFailure = null;
            }
            CameraEventKind[] switched = [.. events.Kinds.Where(kind => kind is CameraEventKind.LampOn or CameraEventKind.LampOff)];
            return switched.Select((kind, i) => kind == (i % 2 == 0 ? CameraEventKind.LampOn : CameraEventKind.LampOff)).All(right => right);
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 1));
    }

    private LampControl Control() => new(_lamp.Open, _events, _clock);

    private sealed class LampDouble : ILamp
    {
        public int Opened { get; private set; }

        public int Disposed { get; private set; }

        public string? OpenFailure { get; set; }

        public string? SwitchFailure { get; set; }

        public List<bool> Switched { get; } = [];

        public LampDouble Open()
        {
            Opened++;
            return OpenFailure is null ? this : throw new LampException(OpenFailure);
        }

        public void Switch(bool on)
        {
            if (SwitchFailure is not null) throw new LampException(SwitchFailure);
            Switched.Add(on);
        }

        public void Dispose() => Disposed++;
    }
}
