using System.Numerics;

namespace EdgeNet.Training;

/// <summary>s ← ρ · s + (1 − ρ) · g²; w ← w − rate · g ⁄ (√s + ε). Tieleman and Hinton 2012.</summary>
internal sealed class RmsProp : Optimizer
{
    private readonly double _rho;
    private readonly float _epsilon;

    public RmsProp(double rho, double epsilon)
    {
        TrainingSettingException.ThrowUnless(rho is >= 0 and < 1, rho, "at least 0 and below 1");
        TrainingSettingException.ThrowUnless((float)epsilon > 0, epsilon, "above 0");
        _rho = rho;
        _epsilon = (float)epsilon;
    }

    public override string Name => "rmsprop";

    public override int Slots => Rule.Slots;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings) =>
        UpdateRule.Run(
            new Rule(new(settings.Rate), new((float)_rho), new((float)(1 - _rho)), new(_epsilon)), weights, gradient, state, settings);

    private readonly record struct Rule(Vector<float> Rate, Vector<float> Rho, Vector<float> Rest, Vector<float> Epsilon) : IUpdateRule
    {
        public static int Slots => 1;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = (Rho * first) + (Rest * gradient * gradient);
            return Rate * gradient / (Vector.SquareRoot(first) + Epsilon);
        }
    }
}
