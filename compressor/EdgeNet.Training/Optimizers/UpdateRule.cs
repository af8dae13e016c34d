using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeNet.Training;

/// <summary>The arithmetic of one optimizer in one step, on as many weights as a vector has.</summary>
internal interface IUpdateRule
{
    /// <summary>How much of <c>first</c> and <c>second</c> is remembered: 0 to 2.</summary>
    static abstract int Slots { get; }

    /// <summary>What is taken off the weights.</summary>
    Vector<float> Move(Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}

/// <summary>Runs a rule over a tensor, in one pass; a step is bound by memory.</summary>
internal static class UpdateRule
{
    /// <param name="rule">The arithmetic.</param>
    /// <param name="weights">To be changed.</param>
    /// <param name="gradient">As many.</param>
    /// <param name="state">[Slots, weights].</param>
    /// <param name="settings">Of these, the penalties.</param>
    /// <param name="decoupled">Whether the penalties go past the rule to the weights (Loshchilov and Hutter 2019) instead of into the gradient.</param>
    public static void Run<TRule>(
        TRule rule, Span<float> weights, ReadOnlySpan<float> gradient, Span<float> state, StepSettings settings, bool decoupled = false)
        where TRule : struct, IUpdateRule
    {
        Span<float> first = TRule.Slots > 0 ? state[..weights.Length] : [];
        Span<float> second = TRule.Slots > 1 ? state[weights.Length..] : [];
        int whole = weights.Length - (weights.Length % Vector<float>.Count);
        RunWhole(
            rule, weights[..whole], gradient[..whole], TRule.Slots > 0 ? first[..whole] : [], TRule.Slots > 1 ? second[..whole] : [], settings, decoupled);
        if (whole == weights.Length) return;

        // What is left over goes through one more vector, so that a weight is moved the same wherever it lies.
        Span<float> rest = stackalloc float[4 * Vector<float>.Count];
        rest.Clear();
        Span<float> weightRest = rest[..Vector<float>.Count];
        Span<float> gradientRest = rest.Slice(Vector<float>.Count, Vector<float>.Count);
        Span<float> firstRest = rest.Slice(2 * Vector<float>.Count, Vector<float>.Count);
        Span<float> secondRest = rest.Slice(3 * Vector<float>.Count, Vector<float>.Count);
        int left = weights.Length - whole;
        weights[whole..].CopyTo(weightRest);
        gradient[whole..].CopyTo(gradientRest);
        if (TRule.Slots > 0) first[whole..].CopyTo(firstRest);
        if (TRule.Slots > 1) second[whole..].CopyTo(secondRest);
        RunWhole(rule, weightRest, gradientRest, firstRest, secondRest, settings, decoupled);
        weightRest[..left].CopyTo(weights[whole..]);
        if (TRule.Slots > 0) firstRest[..left].CopyTo(first[whole..]);
        if (TRule.Slots > 1) secondRest[..left].CopyTo(second[whole..]);
    }

    private static void RunWhole<TRule>(
        TRule rule, Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, StepSettings settings, bool decoupled)
        where TRule : struct, IUpdateRule
    {
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        Span<Vector<float>> s = MemoryMarshal.Cast<float, Vector<float>>(first);
        Span<Vector<float>> t = MemoryMarshal.Cast<float, Vector<float>>(second);
        Vector<float> zero = Vector<float>.Zero;
        Vector<float> unused = zero;
        (Vector<float> decay, Vector<float> l1) = (new(settings.WeightDecay), new(settings.L1));
        Vector<float> penaltyRate = new(decoupled ? settings.Rate : 0);
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> weight = w[i];
            Vector<float> penalty = (decay * weight)
                + Vector.ConditionalSelect(Vector.GreaterThan(weight, zero), l1, Vector.ConditionalSelect(Vector.LessThan(weight, zero), -l1, zero));
            Vector<float> slope = decoupled ? g[i] : g[i] + penalty;
            w[i] = weight - (penaltyRate * penalty) - rule.Move(slope, ref TRule.Slots > 0 ? ref s[i] : ref unused, ref TRule.Slots > 1 ? ref t[i] : ref unused);
        }
    }
}
