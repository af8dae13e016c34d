namespace EdgeNet.Training;

/// <summary>The learning rate over a run. Its clock counts epochs, in fractions, so that the same schedule fits every batch size.</summary>
public abstract record Schedule
{
    private static readonly NamedChoices<Schedule> Choices = new(
        "schedule",
        new("constant", [], _ => new ConstantSchedule()),
        new("step", [("epochs", null), ("factor", 0.1)], numbers => new StepSchedule(numbers[0], numbers[1])),
        new("exponential", [("factor", null)], numbers => new ExponentialSchedule(numbers[0])),
        new("inverse", [("decay", null)], numbers => new InverseSchedule(numbers[0])),
        new("cosine", [("floor", 0)], numbers => new CosineSchedule(numbers[0])));

    /// <summary>The rate that all else is a factor of; above 0.</summary>
    /// <exception cref="TrainingSettingException">It is not.</exception>
    public double Rate { get; init => field = Require(value > 0, value, "above 0", "rate"); } = 0.01;

    /// <summary>
    /// The epochs at the beginning in which the rate grows linearly from nearly 0 to what it would be without (Goyal et al. 2017); 0 for none.
    /// </summary>
    /// <exception cref="TrainingSettingException">It is negative.</exception>
    public double WarmUp { get; init => field = Require(value >= 0, value, "at least 0", "warm-up"); }

    /// <summary>The learning rate of one step; at least 0.</summary>
    /// <param name="step">Steps done before it: 0 for the first.</param>
    /// <param name="stepsPerEpoch">Batches in an epoch; at least 1.</param>
    /// <param name="epochs">The length of the whole run; only schedules that end with it look at it.</param>
    public float RateAt(long step, int stepsPerEpoch, double epochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerEpoch, 1);
        // Counted from the end of the step, so that the first is not lost to a rate of 0.
        double warmth = WarmUp > 0 ? Math.Min(1, (step + 1) / (WarmUp * stepsPerEpoch)) : 1;
        return (float)(Rate * warmth * FactorAt((double)step / stepsPerEpoch, epochs));
    }

    /// <summary>What the rate is multiplied by, but for the warm-up; at least 0.</summary>
    /// <param name="epoch">Epochs done, in fractions.</param>
    /// <param name="epochs">The length of the whole run.</param>
    protected abstract double FactorAt(double epoch, double epochs);

    /// <summary>
    /// Makes the schedule that a text names: <c>constant</c>, <c>step:epochs:factor</c>, <c>exponential:factor</c>, <c>inverse:decay</c>,
    /// <c>cosine</c> or <c>cosine:floor</c>.
    /// </summary>
    /// <param name="text">Such as <c>step:30:0.1</c>.</param>
    /// <param name="rate">See <see cref="Rate"/>.</param>
    /// <param name="warmUp">See <see cref="WarmUp"/>.</param>
    /// <exception cref="TrainingSettingException">There is none of this name, or a number does not fit; says what there is.</exception>
    public static Schedule Parse(string text, double rate, double warmUp = 0) => Choices.Parse(text) with { Rate = rate, WarmUp = warmUp };

    private protected static double Require(bool holds, double value, string expected, string name)
    {
        TrainingSettingException.ThrowUnless(holds, value, expected, name);
        return value;
    }
}

/// <summary>Always the same.</summary>
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    protected override double FactorAt(double epoch, double epochs) => 1;
}

/// <summary>Multiplied by a factor after every so many epochs.</summary>
/// <param name="Epochs">How many; above 0.</param>
/// <param name="Factor">Above 0, up to 1.</param>
public sealed record StepSchedule(double Epochs, double Factor = 0.1) : Schedule
{
    /// <summary>How many epochs the rate stays the same.</summary>
    public double Epochs { get; } = Require(Epochs > 0, Epochs, "above 0", "epochs");

    /// <summary>What the rate is multiplied by then.</summary>
    public double Factor { get; } = Require(Factor is > 0 and <= 1, Factor, "above 0, up to 1", "factor");

    /// <inheritdoc/>
    protected override double FactorAt(double epoch, double epochs) => Math.Pow(Factor, Math.Floor(epoch / Epochs));
}

/// <summary>factor^epoch, at every step a little.</summary>
/// <param name="Factor">Above 0, up to 1.</param>
public sealed record ExponentialSchedule(double Factor) : Schedule
{
    /// <summary>What is left of the rate after an epoch.</summary>
    public double Factor { get; } = Require(Factor is > 0 and <= 1, Factor, "above 0, up to 1", "factor");

    /// <inheritdoc/>
    protected override double FactorAt(double epoch, double epochs) => Math.Pow(Factor, epoch);
}

/// <summary>1 ⁄ (1 + decay · epoch), at every step a little.</summary>
/// <param name="Decay">At least 0; 1 halves the rate in the first epoch.</param>
public sealed record InverseSchedule(double Decay) : Schedule
{
    /// <summary>How fast the rate falls.</summary>
    public double Decay { get; } = Require(Decay >= 0, Decay, "at least 0", "decay");

    /// <inheritdoc/>
    protected override double FactorAt(double epoch, double epochs) => 1 / (1 + (Decay * epoch));
}

/// <summary>Half a cosine from 1, when the warm-up ends, to the floor, when the run ends (Loshchilov and Hutter 2017, without restarts).</summary>
/// <param name="Floor">The last factor, 0 to 1.</param>
public sealed record CosineSchedule(double Floor = 0) : Schedule
{
    /// <summary>The last factor.</summary>
    public double Floor { get; } = Require(Floor is >= 0 and <= 1, Floor, "0 to 1", "floor");

    /// <inheritdoc/>
    protected override double FactorAt(double epoch, double epochs)
    {
        double length = epochs - WarmUp;
        double progress = epoch <= WarmUp ? 0 : length > 0 ? Math.Min(1, (epoch - WarmUp) / length) : 1;
        return Floor + ((1 - Floor) * (1 + Math.Cos(Math.PI * progress)) / 2);
    }
}
