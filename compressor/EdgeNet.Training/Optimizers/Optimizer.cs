namespace EdgeNet.Training;

/// <summary>
/// A rule that moves weights against their gradient. It keeps nothing itself: what it remembers of a tensor lies in an array that the caller
/// keeps and saves, zeros before the first step. Works element by element, so that a tensor may be stepped in parts, each with its own
/// state, with the same result to the bit. Allocates nothing, and may be shared by threads.
/// </summary>
public abstract class Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>As in <see cref="Parse"/>, without numbers.</summary>
    public abstract string Name { get; }

    /// <summary>Numbers remembered for each weight.</summary>
    public abstract int Slots { get; }

    /// <summary>Moves the weights of one tensor by one step.</summary>
    /// <param name="weights">To be changed.</param>
    /// <param name="gradient">The derivative of the loss by each weight.</param>
    /// <param name="state">[Slots, weights]: what the rule remembers; zeros before the first step.</param>
    /// <param name="settings">The rate and the like.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the number of the step is below 1.</exception>
    public void Step(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings)
    {
        Lengths.Require(gradient.Length, weights.Length, nameof(gradient));
        Lengths.Require(state.Length, (long)Slots * weights.Length, nameof(state));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Number, 1, nameof(settings));
        Update(weights, gradient, state, settings);
    }

    private protected abstract void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings);

    /// <summary>
    /// Makes the optimizer that a text names, as <c>name</c> or <c>name:number:number</c>: <c>adam</c>, <c>momentum:0.95</c>. There are sgd,
    /// momentum, nesterov, adagrad, adadelta, rmsprop, adam and adamw.
    /// </summary>
    /// <exception cref="TrainingSettingException">There is none of this name, or a number does not fit; says what there is.</exception>
    public static Optimizer Parse(string text) => Choices.Parse(text);

    private static readonly NamedChoices<Optimizer> Choices = new(
        "optimizer",
        new("sgd", [], _ => new GradientDescent()),
        new("momentum", [("momentum", 0.9)], numbers => new Momentum(numbers[0])),
        new("nesterov", [("momentum", 0.9)], numbers => new Momentum(numbers[0], nesterov: true)),
        new("adagrad", [("epsilon", 1e-10)], numbers => new Adagrad(numbers[0])),
        new("adadelta", [("rho", 0.95), ("epsilon", 1e-6)], numbers => new Adadelta(numbers[0], numbers[1])),
        new("rmsprop", [("rho", 0.9), ("epsilon", 1e-8)], numbers => new RmsProp(numbers[0], numbers[1])),
        new("adam", [("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8)], numbers => new Adam(numbers[0], numbers[1], numbers[2])),
        new("adamw", [("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8)], numbers => new Adam(numbers[0], numbers[1], numbers[2], decoupled: true)));
}
