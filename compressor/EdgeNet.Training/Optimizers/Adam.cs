using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// m ← β₁ · m + (1 − β₁) · g; v ← β₂ · v + (1 − β₂) · g²; w ← w − rate · m̂ ⁄ (√v̂ + ε), where m̂ = m ⁄ (1 − β₁ᵗ) and v̂ = v ⁄ (1 − β₂ᵗ)
/// (Kingma and Ba 2015). Decoupled, penalties do not enter m and v (AdamW, Loshchilov and Hutter 2019).
/// </summary>
internal sealed class Adam : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly float _epsilon;
    private readonly bool _decoupled;

    public Adam(double beta1, double beta2, double epsilon, bool decoupled = false)
    {
        TrainingSettingException.ThrowUnless(beta1 is >= 0 and < 1, beta1, "at least 0 and below 1");
        TrainingSettingException.ThrowUnless(beta2 is >= 0 and < 1, beta2, "at least 0 and below 1");
        TrainingSettingException.ThrowUnless((float)epsilon > 0, epsilon, "above 0");
        _beta1 = beta1;
        _beta2 = beta2;
        _epsilon = (float)epsilon;
        _decoupled = decoupled;
    }

    public override string Name => _decoupled ? "adamw" : "adam";

    public override int Slots => Rule.Slots;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings)
    {
        double rate = settings.Rate / (1 - Math.Pow(_beta1, settings.Number));
        double deviation = 1 / Math.Sqrt(1 - Math.Pow(_beta2, settings.Number));
        Rule rule = new(
            new((float)rate), new((float)_beta1), new((float)(1 - _beta1)), new((float)_beta2), new((float)(1 - _beta2)), new((float)deviation), new(_epsilon));
        UpdateRule.Run(rule, weights, gradient, state, settings, _decoupled);
    }

    private readonly record struct Rule(
        Vector<float> Rate, Vector<float> Beta1, Vector<float> Rest1, Vector<float> Beta2, Vector<float> Rest2, Vector<float> Deviation, Vector<float> Epsilon)
        : IUpdateRule
    {
        public static int Slots => 2;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = (Beta1 * first) + (Rest1 * gradient);
            second = (Beta2 * second) + (Rest2 * gradient * gradient);
            return Rate * first / ((Deviation * Vector.SquareRoot(second)) + Epsilon);
        }
    }
}
