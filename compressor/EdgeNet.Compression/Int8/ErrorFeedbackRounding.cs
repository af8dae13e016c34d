using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// Rounds the weights of a layer so that its outputs on examples, not the weights themselves, come closest: weight after weight, what rounding
/// one of them changed in the outputs is made up for by those not yet rounded (Hassibi and Stork 1993; Frantar et al. 2023).
/// </summary>
internal static class ErrorFeedbackRounding
{
    /// <summary>Outputs that the inputs are taken of, spread over all examples.</summary>
    private const int MostPatches = 4096;

    /// <summary>Weights that make up for each other; longer sums are done in parts.</summary>
    private const int Block = 512;

    /// <summary>Added to the diagonal, as a part of its mean: weights on inputs that examples hardly show do not run away.</summary>
    private const double Damping = 0.01;

    /// <summary>The codes of a layer's weights, under the same parameters. Weights that are zero stay zero.</summary>
    /// <param name="layer">The layer of the Float32 graph.</param>
    /// <param name="codes">Its weights as they are rounded to nearest.</param>
    /// <param name="input">The parameters of its input.</param>
    /// <param name="examples">The codes of its input.</param>
    public static WeightCodes Run(Node layer, WeightCodes codes, Quantization input, byte[][] examples)
    {
        float[] weights = layer.Inputs[1].Constant!.ToArray<float>();
        sbyte[] result = [.. codes.Codes];
        int outputs = LayerWeights.OutputChannels(layer), inputs = layer.Inputs[0].Type.Shape[^1];
        // The weights of each output, in the order of its patch.
        int[][] places = [.. Enumerable.Range(0, weights.Length).GroupBy(i => LayerWeights.OutputOf(layer, i)).OrderBy(row => row.Key).Select(row => row.ToArray())];
        int groups = layer.Op switch { DepthwiseConv2D => inputs, Conv2D conv => conv.Groups, _ => 1 }, rows = outputs / groups, length = places[0].Length;
        int taps = places[0].Max(place => LayerWeights.TapOf(layer, place)) + 1, width = length / taps;
        // Many small groups side by side, or one after the other with all threads on each.
        Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = groups > 1 ? -1 : 1 }, group =>
        {
            for (int begin = 0; begin < length; begin += Block)
            {
                int count = Math.Min(Block, length - begin), first = begin;
                float[] patches = Patches(layer, input, examples, group * width, width, begin, count);
                if (Feedback.Of(patches, count) is not { } feedback) continue;
                Parallel.For(0, rows, row =>
                {
                    int output = group * rows + row;
                    Quantization q = codes.Quantization;
                    (float scale, int zero) = (q.Scales[q.IsPerTensor ? 0 : output], q.ZeroPoints[q.IsPerTensor ? 0 : output]);
                    Span<int> part = places[output].AsSpan(first, count);
                    double[] exact = new double[count], nearest = new double[count];
                    for (int i = 0; i < count; i++) (exact[i], nearest[i]) = ((double)weights[part[i]] / scale, codes.Codes[part[i]] - zero);
                    double[] rounded = feedback.Round(exact, zero == 0 ? -127 : -128 - zero, 127 - zero);
                    if (feedback.Error(exact, rounded) >= feedback.Error(exact, nearest)) return;
                    for (int i = 0; i < count; i++) result[part[i]] = (sbyte)(rounded[i] + zero);
                });
            }
        });
        return codes with { Codes = ImmutableCollectionsMarshal.AsImmutableArray(result) };
    }

    /// <summary>What a part of the weights of an output is multiplied with, [patches, count], in units of the input's scale.</summary>
    private static float[] Patches(Node layer, Quantization input, byte[][] examples, int firstChannel, int width, int begin, int count)
    {
        Shape x = layer.Inputs[0].Type.Shape, y = layer.Output.Type.Shape, weights = layer.Inputs[1].Type.Shape;
        int channels = x[^1], pixels = y.ElementCount / y[^1], zero = input.ZeroPoint;
        long all = (long)pixels * examples.Length;
        int number = (int)Math.Min(all, MostPatches);
        float[] patches = new float[number * count];
        (ValueList<int> strides, ValueList<int> dilations, ValueList<int> padding, int kernelWidth) = layer.Op switch
        {
            Conv2D op => (op.Strides, op.Dilations, op.Padding, weights[2]),
            DepthwiseConv2D op => (op.Strides, op.Dilations, op.Padding, weights[1]),
            _ => (default, default, default, 1),
        };
        for (int n = 0; n < number; n++)
        {
            long at = all * n / number;
            byte[] example = examples[at / pixels];
            int pixel = (int)(at % pixels);
            for (int i = 0; i < count; i++)
            {
                int tap = (begin + i) / width, source = pixel;
                if (layer.Op is not Dense)
                {
                    int row = pixel / y[2], iy = row % y[1] * strides[0] - padding[0] + tap / kernelWidth * dilations[0];
                    int ix = pixel % y[2] * strides[1] - padding[1] + tap % kernelWidth * dilations[1];
                    if ((uint)iy >= (uint)x[1] || (uint)ix >= (uint)x[2]) continue;
                    source = (row / y[1] * x[1] + iy) * x[2] + ix;
                }
                patches[n * count + i] = (sbyte)example[source * channels + firstChannel + (begin + i) % width] - zero;
            }
        }
        return patches;
    }

    /// <summary>How weights make up for each other: from the second moments H of the inputs, the Cholesky factor U of their inverse, H⁻¹ = UᵀU.</summary>
    private sealed class Feedback
    {
        private readonly int _count;
        private readonly float[] _moments;
        private readonly double[] _factor;

        private Feedback(int count, float[] moments, double[] factor) => (_count, _moments, _factor) = (count, moments, factor);

        /// <summary>Null where examples show nothing but zeros.</summary>
        public static Feedback? Of(float[] patches, int count)
        {
            float[] moments = Moments(patches, count);
            double mean = Enumerable.Range(0, count).Average(i => (double)moments[i * count + i]);
            if (!(mean > 0)) return null;
            // H = V Vᵀ with V upper triangular, from the last column on; U is its inverse.
            double[] v = new double[count * count], transposed = new double[count * count], inverse = new double[count * count];
            for (int j = count - 1; j >= 0; j--)
            {
                int column = j;
                ReadOnlySpan<double> known = v.AsSpan(j * count + j + 1, count - j - 1);
                double diagonal = Math.Sqrt(moments[j * count + j] + Damping * mean - (known.IsEmpty ? 0 : TensorPrimitives.Dot(known, known)));
                if (!(diagonal > 0)) return null;
                for (int i = 0; i <= j; i++)
                {
                    double product = known.IsEmpty ? 0 : TensorPrimitives.Dot(v.AsSpan(i * count + j + 1, count - j - 1), known);
                    v[i * count + j] = transposed[j * count + i] = i == j ? diagonal : (moments[i * count + j] - product) / diagonal;
                }
            }
            Parallel.For(0, count, i =>
            {
                inverse[i * count + i] = 1 / v[i * count + i];
                for (int j = i + 1; j < count; j++)
                    inverse[i * count + j] = -TensorPrimitives.Dot(inverse.AsSpan(i * count + i, j - i), transposed.AsSpan(j * count + i, j - i)) / v[j * count + j];
            });
            return new Feedback(count, moments, inverse);
        }

        /// <summary>Integers for numbers; zeros stay.</summary>
        public double[] Round(double[] exact, int low, int high)
        {
            double[] rest = [.. exact], rounded = new double[_count];
            for (int i = 0; i < _count; i++)
            {
                rounded[i] = exact[i] == 0 ? 0 : Math.Clamp(Math.Round(rest[i]), low, high);
                double error = (rest[i] - rounded[i]) / _factor[i * _count + i];
                if (i + 1 == _count) break;
                Span<double> later = rest.AsSpan(i + 1);
                TensorPrimitives.MultiplyAdd(_factor.AsSpan(i * _count + i + 1, _count - i - 1), -error, later, later);
            }
            return rounded;
        }

        /// <summary>The squared error in the outputs.</summary>
        public double Error(double[] exact, double[] rounded)
        {
            float[] distance = new float[_count];
            for (int i = 0; i < _count; i++) distance[i] = (float)(exact[i] - rounded[i]);
            double sum = 0;
            for (int i = 0; i < _count; i++) sum += distance[i] * (double)TensorPrimitives.Dot<float>(_moments.AsSpan(i * _count, _count), distance);
            return sum;
        }

        private static float[] Moments(float[] patches, int count)
        {
            const int Rows = 16;
            float[] moments = new float[count * count];
            Parallel.For(0, (count + Rows - 1) / Rows, chunk =>
            {
                int begin = chunk * Rows, end = Math.Min(count, begin + Rows);
                for (int patch = 0; patch < patches.Length; patch += count)
                {
                    ReadOnlySpan<float> x = patches.AsSpan(patch, count);
                    for (int i = begin; i < end; i++)
                    {
                        if (x[i] == 0) continue;
                        Span<float> row = moments.AsSpan(i * count, count);
                        TensorPrimitives.MultiplyAdd(x, x[i], row, row);
                    }
                }
            });
            return moments;
        }
    }
}
