namespace EdgeNet.Training.Tests;

public sealed class ProgressTests
{
    private static readonly ProgressLine s_line = new()
    {
        Epoch = 3,
        Epochs = 40,
        Batch = 12,
        Batches = 391,
        Loss = 0.83124,
        Metric = ("accuracy", 0.712),
        SamplesPerSecond = 1240.3,
        EpochLeft = TimeSpan.FromSeconds(12),
        RunLeft = TimeSpan.FromSeconds(3 * 3600 + 65),
    };

    [Fact]
    public void The_line_says_it_all() =>
        Assert.Equal("epoch  3/40 | batch  12/391 | loss 0.8312 | accuracy 0.7120 | 1240/s | 0:12 left | 3:01:05 in all", s_line.ToText());

    [Fact]
    public void What_is_not_known_yet_is_left_out() => Assert.Equal(
        "epoch 1/1 | batch 0/9 | loss NaN", new ProgressLine { Epoch = 1, Epochs = 1, Batch = 0, Batches = 9, Loss = double.NaN }.ToText());

    [Fact]
    public void The_line_fits_its_width_and_the_loss_stays_longest()
    {
        for (int width = 0; width < 120; width++) Assert.InRange(s_line.ToText(width).Length, 0, width);
        Assert.Equal("epoch  3/40 | loss 0.8312", s_line.ToText(30));
        Assert.Equal(s_line.ToText(), s_line.ToText(s_line.ToText().Length));
    }

    [Fact]
    public void A_name_cannot_steer_the_terminal() => Assert.DoesNotContain(
        (s_line with { Metric = ("a\u001b[2J\r\n", 1) }).ToText(), char.IsControl);

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.6, "1:00")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(90_000, "1 d 01:00")]
    [InlineData(-5, "0:00")]
    public void Times_read_as_on_a_clock(double seconds, string expected) => Assert.Equal(expected, ProgressLine.Clock(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Time_left_counts_batches_and_what_comes_between_epochs()
    {
        ManualClock clock = new();
        ProgressEstimate estimate = new(clock, epochs: 3, batches: 10);
        Assert.Null(estimate.EpochLeft);
        Assert.Null(estimate.RunLeft);
        Assert.True(double.IsNaN(estimate.SamplesPerSecond));
        for (int i = 0; i < 10; i++)
        {
            clock.Advance(2);
            estimate.BatchDone(32);
            Assert.Equal(2.0 * (9 - i), estimate.EpochLeft!.Value.TotalSeconds, 1e-3);
        }
        Assert.Equal(16, estimate.SamplesPerSecond, 1e-9);
        Assert.Equal(40, estimate.RunLeft!.Value.TotalSeconds, 1e-3);
        clock.Advance(7);
        estimate.EpochDone();
        Assert.Equal(20, estimate.EpochLeft!.Value.TotalSeconds, 1e-3);
        Assert.Equal(40 + 14, estimate.RunLeft!.Value.TotalSeconds, 1e-3);
    }

    [Fact]
    public void A_resumed_run_counts_only_what_is_left()
    {
        ManualClock clock = new();
        ProgressEstimate estimate = new(clock, epochs: 5, batches: 4, epochsDone: 3);
        clock.Advance(1);
        estimate.BatchDone(1);
        Assert.Equal(7, estimate.RunLeft!.Value.TotalSeconds, 1e-3);
    }

    [Fact]
    public void The_estimate_follows_a_change_of_speed()
    {
        ManualClock clock = new();
        ProgressEstimate estimate = new(clock, epochs: 1, batches: 1000);
        for (int i = 0; i < 400; i++)
        {
            clock.Advance(i < 200 ? 1 : 3);
            estimate.BatchDone(1);
        }
        Assert.InRange(estimate.EpochLeft!.Value.TotalSeconds, 600 * 2.99, 600 * 3.0);
    }

    [Fact]
    public void More_batches_or_epochs_than_there_are_is_a_mistake()
    {
        ProgressEstimate estimate = new(new ManualClock(), epochs: 1, batches: 1);
        estimate.BatchDone(1);
        Assert.Throws<InvalidOperationException>(() => estimate.BatchDone(1));
        estimate.EpochDone();
        Assert.Throws<InvalidOperationException>(estimate.EpochDone);
        Assert.Equal(TimeSpan.Zero, estimate.RunLeft);
    }

    [Fact]
    public void A_smoothed_value_starts_at_the_first_value_and_outlives_a_bad_one()
    {
        SmoothedValue value = new(0.9);
        Assert.True(double.IsNaN(value.Value));
        value.Add(4);
        Assert.Equal(4, value.Value, 1e-12);
        value.Add(double.NaN);
        Assert.True(double.IsNaN(value.Value));
        value.Add(4);
        Assert.Equal(4, value.Value, 1e-12);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1000;

        public void Advance(double seconds) => _now += (long)(seconds * 1000);

        public override long GetTimestamp() => _now;
    }
}
