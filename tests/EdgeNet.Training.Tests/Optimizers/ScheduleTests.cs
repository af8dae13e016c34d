using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public class ScheduleTests
{
    private static readonly string[] Texts =
        ["constant", "step:30", "step:2.5:0.5", "exponential:0.95", "exponential:1", "inverse:0", "inverse:3", "cosine", "cosine:0.05"];

    private static float At(string text, double epoch, double warmUp = 0) => Schedule.Parse(text, 0.2, warmUp).RateAt((long)Math.Round(epoch * 10), 10, 90);

    [Theory]
    [InlineData("constant", 50, 0.2)]
    [InlineData("step:30:0.1", 0, 0.2)]
    [InlineData("step:30:0.1", 29.9, 0.2)]
    [InlineData("step:30:0.1", 30, 0.02)]
    [InlineData("step:30", 60, 0.002)]
    [InlineData("exponential:0.95", 2, 0.1805)]
    [InlineData("exponential:0.25", 0.5, 0.1)]
    [InlineData("inverse:1", 1, 0.1)]
    [InlineData("inverse:0.5", 6, 0.05)]
    [InlineData("cosine", 0, 0.2)]
    [InlineData("cosine", 30, 0.15)]
    [InlineData("cosine", 45, 0.1)]
    [InlineData("cosine", 90, 0)]
    [InlineData("cosine", 1000, 0)]
    [InlineData("cosine:0.5", 45, 0.15)]
    [InlineData("COSINE : 0.5", 90, 0.1)]
    public void The_rate_is_as_worked_by_hand(string text, double epoch, double rate) => Assert.Equal(rate, At(text, epoch), 1e-7);

    [Fact]
    public void The_rate_warms_up_linearly()
    {
        Assert.Equal(0.01, At("constant", 0, warmUp: 2), 1e-7);
        Assert.Equal(0.1, At("constant", 0.9, warmUp: 2), 1e-7);
        Assert.Equal(0.2, At("constant", 1.9, warmUp: 2), 1e-7);
        Assert.Equal(0.2, At("constant", 2, warmUp: 2), 1e-7);
        // The others go on by the clock, but the cosine begins when the warm-up ends.
        Assert.Equal(0.02, At("step:30", 30, warmUp: 2), 1e-7);
        Assert.Equal(0.1, At("inverse:1", 1, warmUp: 1), 1e-7);
        Assert.Equal(0.2, At("cosine", 10, warmUp: 10), 1e-7);
        Assert.Equal(0.1, At("cosine", 50, warmUp: 10), 1e-7);
        Assert.Equal(0, At("cosine", 90, warmUp: 10), 1e-7);
    }

    [Fact]
    public void A_rate_is_never_negative_and_never_above_its_base()
    {
        Gen<(string, int, int, int, int)> runs =
            from text in Gen.Elements(Texts)
            from step in Gen.Choose(0, 20000)
            from stepsPerEpoch in Gen.Choose(1, 500)
            from epochs in Gen.Choose(0, 40)
            from warmUp in Gen.Choose(0, 60)
            select (text, step, stepsPerEpoch, epochs, warmUp);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            float rate = Schedule.Parse(run.Item1, 0.2, run.Item5).RateAt(run.Item2, run.Item3, run.Item4);
            return rate is >= 0 and <= 0.2f;
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 3).WithMaxTest(500));
    }

    [Fact]
    public void After_the_warm_up_no_rate_grows()
    {
        foreach (string text in Texts)
        {
            float before = float.PositiveInfinity;
            for (double epoch = 3; epoch < 95; epoch += 0.1)
            {
                float rate = At(text, epoch, warmUp: 3);
                Assert.True(rate <= before, $"{text} at {epoch}");
                before = rate;
            }
        }
    }

    [Theory]
    [InlineData("linear", "no schedule is called 'linear'; there are constant, step:epochs[:factor=0.1], exponential:factor, inverse:decay, cosine[:floor=0]")]
    [InlineData("", "no schedule is called ''; there are constant, step:epochs[:factor=0.1], exponential:factor, inverse:decay, cosine[:floor=0]")]
    [InlineData("step", "schedule 'step': epochs is missing; expected step:epochs[:factor=0.1]")]
    [InlineData("step:0", "schedule 'step:0': epochs is 0; expected above 0")]
    [InlineData("step:30:", "schedule 'step:30:': factor '' is no number; expected step:epochs[:factor=0.1]")]
    [InlineData("exponential:1.5", "schedule 'exponential:1.5': factor is 1.5; expected above 0, up to 1")]
    [InlineData("inverse:-1", "schedule 'inverse:-1': decay is -1; expected at least 0")]
    [InlineData("cosine:0:0", "schedule 'cosine:0:0': 2 numbers given; expected cosine[:floor=0]")]
    public void A_schedule_that_cannot_be_is_refused_in_one_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TrainingSettingException>(() => Schedule.Parse(text, 0.1)).Message);

    [Fact]
    public void Rates_and_warm_ups_must_make_sense()
    {
        Assert.Equal("rate is 0; expected above 0", Assert.Throws<TrainingSettingException>(() => Schedule.Parse("constant", 0)).Message);
        Assert.Equal("warm-up is -1; expected at least 0", Assert.Throws<TrainingSettingException>(() => Schedule.Parse("constant", 1, -1)).Message);
        Assert.Throws<TrainingSettingException>(() => Schedule.Parse("constant", double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule().RateAt(-1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule().RateAt(0, 0, 1));
    }
}
