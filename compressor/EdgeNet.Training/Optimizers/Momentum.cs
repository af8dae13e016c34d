using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// v ← momentum · v + g; w ← w − rate · v (Polyak 1964), or − rate · (g + momentum · v) with Nesterov's look ahead in the form of Sutskever
/// et al. 2013. The rate is outside v, so that a schedule acts at once.
/// </summary>
internal sealed class Momentum : Optimizer
{
    private readonly float _momentum;
    private readonly bool _nesterov;

    public Momentum(double momentum, bool nesterov = false)
    {
        TrainingSettingException.ThrowUnless(momentum is >= 0 and < 1, momentum, "at least 0 and below 1");
        _momentum = (float)momentum;
        _nesterov = nesterov;
    }

    public override string Name => _nesterov ? "nesterov" : "momentum";

    public override int Slots => Heavy.Slots;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings)
    {
        if (_nesterov) UpdateRule.Run(new LookAhead(new(settings.Rate), new(_momentum)), weights, gradient, state, settings);
        else UpdateRule.Run(new Heavy(new(settings.Rate), new(_momentum)), weights, gradient, state, settings);
    }

    private readonly record struct Heavy(Vector<float> Rate, Vector<float> Decay) : IUpdateRule
    {
        public static int Slots => 1;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = (Decay * first) + gradient;
            return Rate * first;
        }
    }

    private readonly record struct LookAhead(Vector<float> Rate, Vector<float> Decay) : IUpdateRule
    {
        public static int Slots => 1;

        public Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = (Decay * first) + gradient;
            return Rate * (gradient + (Decay * first));
        }
    }
}
