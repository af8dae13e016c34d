using System.Numerics;

namespace EdgeNet.Training;

/// <summary>s ← s + g²; w ← w − rate · g ⁄ (√s + ε). Duchi et al. 2011.</summary>
internal sealed class Adagrad : Optimizer
{
    private readonly float _epsilon;

    public Adagrad(double epsilon)
    {
        TrainingSettingException.ThrowUnless((float)epsilon > 0, epsilon, "above 0");
        _epsilon = (float)epsilon;
    }

    public override string Name => "adagrad";

    public override int Slots => Rule.Slots;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings) =>
        UpdateRule.Run(new Rule(new(settings.Rate), new(_epsilon)), weights, gradient, state, settings);

    private readonly record struct Rule(Vector<float> Rate, Vector<float> Epsilon) : IUpdateRule
    {
        public static int Slots => 1;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first += gradient * gradient;
            return Rate * gradient / (Vector.SquareRoot(first) + Epsilon);
        }
    }
}
