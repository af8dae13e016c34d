using System.Numerics;

namespace EdgeNet.Training;

/// <summary>w ← w − rate · g.</summary>
internal sealed class GradientDescent : Optimizer
{
    public override string Name => "sgd";

    public override int Slots => Rule.Slots;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings) =>
        UpdateRule.Run(new Rule(new(settings.Rate)), weights, gradient, state, settings);

    private readonly record struct Rule(Vector<float> Rate) : IUpdateRule
    {
        public static int Slots => 0;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second) => Rate * gradient;
    }
}
