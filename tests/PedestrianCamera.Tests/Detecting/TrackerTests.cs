using EdgeNet.Vision;
using FsCheck;
using FsCheck.Fluent;

namespace PedestrianCamera.Tests;

public class TrackerTests
{
    private static readonly TrackingSettings Settings = new() { Overlap = 0.3f, Confirm = 3, ForgetSeconds = 1 };

    private readonly List<Person> _came = [], _present = [];
    private readonly List<(Person Person, double Seconds)> _left = [];

    [Fact]
    public void A_person_counts_from_the_third_frame_on_and_once()
    {
        var tracker = new Tracker(Settings);
        var came = new List<int>();
        for (int frame = 0; frame < 50; frame++)
        {
            Update(tracker, frame / 25.0, Walker(0.1f + (0.01f * frame)));
            if (_came.Count > 0) came.Add(frame);
        }
        Assert.Equal([2], came);
        Assert.Equal(1, tracker.Counted);
        Assert.Equal(1, Assert.Single(_present).Number);
    }

    [Fact]
    public void What_is_seen_once_or_twice_is_nobody()
    {
        var tracker = new Tracker(Settings);
        Update(tracker, 0, Walker(0.2f));
        Update(tracker, 0.04, Walker(0.2f));
        Update(tracker, 0.08);
        Update(tracker, 0.12, Walker(0.2f));
        Assert.Equal(0, tracker.Counted);
        Assert.Empty(_present);
    }

    [Fact]
    public void Somebody_hidden_for_a_while_goes_on_at_the_same_speed_and_keeps_the_number()
    {
        var tracker = new Tracker(Settings);
        int frame = 0;
        for (; frame < 25; frame++) Update(tracker, frame / 25.0, Walker(0.1f + (0.015f * frame)));
        for (; frame < 45; frame++)
        {
            Update(tracker, frame / 25.0);
            Assert.False(Assert.Single(_present).Seen);
        }
        Update(tracker, frame / 25.0, Walker(0.1f + (0.015f * frame)));
        Assert.True(Assert.Single(_present).Seen);
        Assert.Equal(1, tracker.Counted);
    }

    [Fact]
    public void Who_is_not_seen_for_longer_has_left_after_as_long_as_they_were_there()
    {
        var tracker = new Tracker(Settings);
        for (int frame = 0; frame <= 50; frame++) Update(tracker, frame / 25.0, Walker(0.5f));
        double time = 2;
        while (_left.Count == 0) Update(tracker, time += 0.04);
        Assert.InRange(time, 3.0, 3.1);
        Assert.Equal(2, Assert.Single(_left).Seconds, 3);
        Assert.Empty(_present);
    }

    [Fact]
    public void Two_who_pass_each_other_keep_their_numbers()
    {
        var tracker = new Tracker(Settings);
        for (int frame = 0; frame < 40; frame++)
            Update(tracker, frame / 25.0, Walker(0.2f + (0.015f * frame)), new Detection(new Box(0.75f - (0.015f * frame), 0.45f, 0.83f - (0.015f * frame), 0.85f), 1, 0.9f));
        Assert.Equal(2, tracker.Counted);
        Assert.Equal(2, _present.Count);
        Person lower = _present.MaxBy(person => person.Box.YMax);
        Assert.True(lower.Box.XMin < 0.3, "the lower one walked to the left");
        Assert.Equal(0.785, _present.MinBy(person => person.Box.YMax).Box.XMin, 0.03);
    }

    [Fact]
    public void Boxes_below_the_score_continue_somebody_but_begin_nobody()
    {
        var tracker = new Tracker(Settings);
        for (int frame = 0; frame < 10; frame++) Update(tracker, frame / 25.0, Walker(0.3f) with { Score = 0.3f });
        Assert.Equal(0, tracker.Counted);
        for (int frame = 10; frame < 20; frame++) Update(tracker, frame / 25.0, Walker(0.3f));
        for (int frame = 20; frame < 100; frame++) Update(tracker, frame / 25.0, Walker(0.3f) with { Score = 0.3f });
        Assert.True(Assert.Single(_present).Seen);
        Assert.Equal(1, tracker.Counted);
    }

    [Fact]
    public void Frames_that_come_in_bursts_leave_boxes_where_people_are()
    {
        var tracker = new Tracker(Settings);
        for (int frame = 0; frame < 80; frame++)
        {
            // Taken 25 times a second; four at a time come half a millisecond apart.
            double time = ((frame / 4) * 0.16) + (frame % 4 * 0.0005);
            float x = 0.1f + (0.008f * frame);
            Update(tracker, time, Walker(x));
            if (frame >= 2) Assert.Equal(x, Assert.Single(_present).Box.XMin, 0.04f);
        }
        Assert.Equal(1, tracker.Counted);
    }

    [Fact]
    public void People_come_before_they_leave_and_are_as_many_as_are_counted()
    {
        Gen<Detection> detection = from x in Gen.Choose(0, 90)
                                   from y in Gen.Choose(0, 90)
                                   from w in Gen.Choose(1, 40)
                                   from h in Gen.Choose(1, 60)
                                   from s in Gen.Choose(0, 100)
                                   select new Detection(new Box(x / 100f, y / 100f, (x + w) / 100f, (y + h) / 100f), 1, s / 100f);
        Gen<Detection[][]> film = detection.ArrayOf().Resize(6).ArrayOf().Resize(60);
        Prop.ForAll(film.ToArbitrary(), frames =>
        {
            var tracker = new Tracker(Settings);
            var there = new HashSet<int>();
            int counted = 0;
            for (int i = 0; i < frames.Length; i++)
            {
                Update(tracker, i / 5.0, frames[i]);
                foreach (Person person in _came) Assert.True(there.Add(person.Number) && person.Number == ++counted);
                foreach ((Person person, double seconds) in _left) Assert.True(there.Remove(person.Number) && seconds >= 0);
                Assert.Equal(there.Order(), _present.Select(person => person.Number));
                Assert.All(_present, person => Assert.True(person.Box is { XMin: >= 0, YMin: >= 0, XMax: <= 1, YMax: <= 1 }));
            }
            Assert.Equal(counted, tracker.Counted);
        }).QuickCheckThrowOnFailure();
    }

    private static Detection Walker(float x) => new(new Box(x, 0.4f, x + 0.08f, 0.8f), 1, 0.9f);

    private void Update(Tracker tracker, double time, params Detection[] found)
    {
        _came.Clear();
        _left.Clear();
        _present.Clear();
        tracker.Update(found, 0.5f, time, _came, _left, _present);
    }
}
