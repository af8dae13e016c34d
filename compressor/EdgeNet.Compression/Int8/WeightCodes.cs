using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>The weights of a layer as 8-bit codes.</summary>
/// <param name="Codes">As many as weights, in their order.</param>
/// <param name="Quantization">What they stand for.</param>
/// <param name="IsExact">Whether they stand for the very weights, which lay on a grid.</param>
public sealed record WeightCodes(ImmutableArray<sbyte> Codes, Quantization Quantization, bool IsExact)
{
    /// <summary>The largest magnitude of a code without a zero point.</summary>
    private const int Reach = 127;

    /// <summary>
    /// Output channels from which on weights may have a zero point: it costs kernels the sum of each output's inputs, which is little beside so many
    /// products, and much in depthwise and narrow layers.
    /// </summary>
    private const int OutputsPerSum = 64;

    /// <summary>Chooses scales and rounds.</summary>
    /// <param name="shape">The shape of the weights.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="axis">The axis of output channels.</param>
    /// <param name="leastScales">For each output channel, the least scale under which its bias fits Int32.</param>
    /// <param name="perChannel">Whether each output channel has its own scale, where weights are not shared.</param>
    /// <param name="leastError">Whether the largest weights may be cut off where the rest gains from it.</param>
    /// <param name="keepShared">Whether weights on a grid stay on it, and few distinct values become no more codes.</param>
    public static WeightCodes Of(Shape shape, ReadOnlySpan<float> weights, int axis, ReadOnlySpan<double> leastScales, bool perChannel, bool leastError, bool keepShared)
    {
        int channels = shape[axis];
        double least = Max(leastScales);
        SharedGrid? grid = keepShared ? SharedGrid.Of(weights) : null;
        if (grid is { } all && all.Step >= least && (all.IsSymmetric || (axis == 0 && channels >= OutputsPerSum)))
            return Rounded(shape, weights, Quantization.PerTensor(all.Step, all.IsSymmetric ? 0 : sbyte.MinValue - all.Lowest)) with { IsExact = true };
        // Of a grid that reaches too far for codes around zero, most channels do not reach so far.
        perChannel &= channels > 1 && (grid is not null || !(keepShared && HasFewValues(weights)));
        if (!perChannel) return Rounded(shape, weights, Quantization.PerTensor((float)Math.Max(Scale(weights.ToArray(), leastError), least), 0));
        float[] scales = new float[channels];
        float[][] parts = ByChannel(shape, weights, axis);
        for (int channel = 0; channel < channels; channel++)
        {
            double scale = keepShared && SharedGrid.Of(parts[channel]) is { IsSymmetric: true } own ? own.Step : Scale(parts[channel], leastError);
            scales[channel] = (float)Math.Max(scale, leastScales[channel]);
        }
        return Rounded(shape, weights, Quantization.PerChannel([.. scales], axis));
    }

    /// <summary>Whether weights have few distinct values, on a grid or not, that an earlier step may have made them share.</summary>
    public static bool AreShared(ReadOnlySpan<float> weights) => SharedGrid.Of(weights) is not null || HasFewValues(weights);

    /// <summary>The nearest codes under parameters that are given.</summary>
    public static WeightCodes Rounded(Shape shape, ReadOnlySpan<float> weights, Quantization quantization)
    {
        ArgumentNullException.ThrowIfNull(quantization);
        var codes = new sbyte[weights.Length];
        int inner = Inner(shape, quantization), channels = quantization.Scales.Count;
        int low = quantization.ZeroPoints.All(zero => zero == 0) ? -Reach : sbyte.MinValue;
        for (int i = 0; i < codes.Length; i++)
        {
            int channel = i / inner % channels;
            float code = MathF.Round(weights[i] / quantization.Scales[channel], MidpointRounding.ToEven) + quantization.ZeroPoints[channel];
            codes[i] = (sbyte)Math.Clamp(code, low, Reach);
        }
        return new WeightCodes(ImmutableCollectionsMarshal.AsImmutableArray(codes), quantization, IsExact: false);
    }

    /// <summary>What the codes stand for.</summary>
    public float[] Values(Shape shape)
    {
        float[] values = new float[Codes.Length];
        int inner = Inner(shape, Quantization), channels = Quantization.Scales.Count;
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / inner % channels;
            values[i] = Quantization.Scales[channel] * (Codes[i] - Quantization.ZeroPoints[channel]);
        }
        return values;
    }

    /// <summary>A quantized constant of the codes.</summary>
    public Constant ToConstant(Shape shape) =>
        Constant.Dense(new TensorType(ElementType.Int8, shape, Quantization), MemoryMarshal.AsBytes(Codes.AsSpan()).ToArray());

    private static int Inner(Shape shape, Quantization quantization) => quantization.IsPerTensor ? Math.Max(1, shape.ElementCount) : shape.Product(quantization.Axis + 1, shape.Rank);

    private static float[][] ByChannel(Shape shape, ReadOnlySpan<float> weights, int axis)
    {
        int channels = shape[axis], inner = shape.Product(axis + 1, shape.Rank), each = weights.Length / channels;
        float[][] parts = [.. Enumerable.Range(0, channels).Select(_ => new float[each])];
        int[] filled = new int[channels];
        for (int i = 0; i < weights.Length; i++)
        {
            int channel = i / inner % channels;
            parts[channel][filled[channel]++] = weights[i];
        }
        return parts;
    }

    /// <summary>A scale for weights: by the largest, or by the least squared error of a number of shorter ones.</summary>
    private static double Scale(float[] weights, bool leastError)
    {
        double largest = 0;
        foreach (float weight in weights) largest = Math.Max(largest, Math.Abs((double)weight));
        double widest = largest / Reach, best = widest, least = double.PositiveInfinity;
        if (!leastError || widest == 0) return widest;
        for (int percent = 100; percent >= 40; percent -= 2)
        {
            double scale = widest * percent / 100, sum = 0;
            foreach (float weight in weights)
            {
                double distance = weight - scale * Math.Clamp(Math.Round(weight / scale), -Reach, Reach);
                sum += distance * distance;
            }
            if (sum < least) (best, least) = (scale, sum);
        }
        return best;
    }

    private static bool HasFewValues(ReadOnlySpan<float> weights)
    {
        // Small layers have few values whether they are shared or not.
        var seen = new HashSet<float>();
        foreach (float weight in weights)
        {
            if (seen.Add(weight) && seen.Count > 255) return false;
        }
        return seen.Count <= weights.Length / 4;
    }

    private static double Max(ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values) largest = Math.Max(largest, value);
        return largest;
    }
}
