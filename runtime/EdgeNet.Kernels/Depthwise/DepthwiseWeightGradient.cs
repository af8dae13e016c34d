using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary>
/// The gradient of a depthwise convolution to its weights and its bias, in fp32, where each channel has one filter: tap t of channel c gets
/// the sum over all output pixels of the output's gradient times what lay under the tap. Rows are summed in parts, and the parts in order:
/// threads may take any of them.
/// </summary>
public static class DepthwiseWeightGradient
{
    private const int MostParts = 64, PartFloats = 1 << 16;

    /// <summary>In how many parts the rows of a layer are summed: each fits the second cache.</summary>
    public static int Parts(in DepthwiseShape shape) => Math.Clamp(Math.Min(shape.Rows, shape.OutputLength / PartFloats), 1, MostParts);

    /// <summary>Floats of the sums of one part: those of the taps, then that of the bias.</summary>
    public static int PartLength(in DepthwiseShape shape) => (shape.KernelHeight * shape.KernelWidth + 1) * shape.Channels;

    /// <summary>Sums one part of the rows.</summary>
    /// <param name="shape">The layer; its multiplier is 1.</param>
    /// <param name="part">The part, below <see cref="Parts"/>.</param>
    /// <param name="input">The layer's input.</param>
    /// <param name="outputGradient">The gradient of its output.</param>
    /// <param name="sums"><see cref="PartLength"/> floats, written.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static void Sum(in DepthwiseShape shape, int part, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> sums)
    {
        shape.Check(input.Length, shape.WeightsLength, 0, outputGradient.Length, 0, shape.Rows);
        Require.That(shape.Multiplier == 1, "each channel must have one filter");
        Require.Length(sums.Length, PartLength(in shape), nameof(sums));
        int done = 0;
        if (VectorWidth.Has512) done = Vectors<FloatVector512>(in shape, part, input, outputGradient, sums, done);
        if (VectorWidth.Has256) done = Vectors<FloatVector256>(in shape, part, input, outputGradient, sums, done);
        done = Vectors<FloatVector128>(in shape, part, input, outputGradient, sums, done);
        for (; done < shape.Channels; done++) Channel(in shape, part, input, outputGradient, sums, done);
    }

    /// <summary>Adds the parts up.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="parts">The sums of all parts, one after the other.</param>
    /// <param name="weights">The gradient to the weights, [kernel height, kernel width, channels]; written.</param>
    /// <param name="bias">The gradient to the bias, [channels], or empty; written.</param>
    public static void AddParts(in DepthwiseShape shape, ReadOnlySpan<float> parts, Span<float> weights, Span<float> bias)
    {
        Require.Length(weights.Length, shape.WeightsLength, nameof(weights));
        Require.LengthOrEmpty(bias.Length, shape.Channels, nameof(bias));
        int length = PartLength(in shape);
        parts[..weights.Length].CopyTo(weights);
        parts.Slice(weights.Length, bias.Length).CopyTo(bias);
        for (int from = length; from < parts.Length; from += length)
        {
            for (int i = 0; i < weights.Length; i++) weights[i] += parts[from + i];
            for (int i = 0; i < bias.Length; i++) bias[i] += parts[from + weights.Length + i];
        }
    }

    /// <summary>The rows of a part.</summary>
    public static (int Begin, int End) RowsOf(in DepthwiseShape shape, int part)
    {
        int parts = Parts(in shape);
        return ((int)((long)shape.Rows * part / parts), (int)((long)shape.Rows * (part + 1) / parts));
    }

    /// <summary>The output pixels of a row whose tap kx lies within the image.</summary>
    internal static (int Begin, int End) PixelsOf(in DepthwiseShape shape, int kx)
    {
        int offset = shape.PadLeft - kx * shape.DilationWidth, room = shape.InputWidth - 1 + offset;
        int begin = offset <= 0 ? 0 : (offset + shape.StrideWidth - 1) / shape.StrideWidth;
        return (begin, room < 0 ? begin : Math.Max(begin, Math.Min(shape.OutputWidth, room / shape.StrideWidth + 1)));
    }

    /// <summary>Four vectors of channels at a time, to hide the latency of the additions, then single ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(
        in DepthwiseShape shape, int part, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> sums, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int channels = shape.Channels, last = channels - (channels - from) % TVector.Count;
        if (from >= last) return from;
        (int first, int end) = RowsOf(in shape, part);
        int taps = shape.KernelHeight * shape.KernelWidth;
        for (int tap = 0; tap <= taps; tap++) sums.Slice(tap * channels + from, last - from).Clear();
        for (int row = first; row < end; row++)
        {
            (int image, int y) = Math.DivRem(row, shape.OutputHeight);
            ref readonly float dy = ref outputGradient[row * shape.OutputWidth * channels];
            AddLine<TVector>(in dy, (nuint)channels, shape.OutputWidth, ref sums[taps * channels], from, last);
            for (int ky = 0; ky < shape.KernelHeight; ky++)
            {
                int iy = y * shape.StrideHeight - shape.PadTop + ky * shape.DilationHeight;
                if ((uint)iy >= (uint)shape.InputHeight) continue;
                for (int kx = 0; kx < shape.KernelWidth; kx++)
                {
                    (int begin, int stop) = PixelsOf(in shape, kx);
                    if (begin >= stop) continue;
                    int ix = begin * shape.StrideWidth - shape.PadLeft + kx * shape.DilationWidth;
                    ref readonly float x = ref input[((image * shape.InputHeight + iy) * shape.InputWidth + ix) * channels];
                    ref float sum = ref sums[(ky * shape.KernelWidth + kx) * channels];
                    MultiplyLine<TVector>(
                        in x, (nuint)(shape.StrideWidth * channels), in Unsafe.Add(ref Unsafe.AsRef(in dy), begin * channels), (nuint)channels, stop - begin, ref sum, from, last);
                }
            }
        }
        return last;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyLine<TVector>(
        ref readonly float x, nuint xStep, ref readonly float dy, nuint dyStep, int count, ref float sum, int from, int last)
        where TVector : struct, IFloatVector<TVector>
    {
        nuint c = (nuint)from, step = (nuint)TVector.Count;
        for (; c + 4 * step <= (nuint)last; c += 4 * step)
        {
            TVector s0 = TVector.Load(in sum, c), s1 = TVector.Load(in sum, c + step), s2 = TVector.Load(in sum, c + 2 * step), s3 = TVector.Load(in sum, c + 3 * step);
            nuint i = c, j = c;
            for (int n = count; n > 0; n--, i += xStep, j += dyStep)
            {
                s0 += TVector.Load(in x, i) * TVector.Load(in dy, j);
                s1 += TVector.Load(in x, i + step) * TVector.Load(in dy, j + step);
                s2 += TVector.Load(in x, i + 2 * step) * TVector.Load(in dy, j + 2 * step);
                s3 += TVector.Load(in x, i + 3 * step) * TVector.Load(in dy, j + 3 * step);
            }
            s0.Store(ref sum, c);
            s1.Store(ref sum, c + step);
            s2.Store(ref sum, c + 2 * step);
            s3.Store(ref sum, c + 3 * step);
        }
        for (; c < (nuint)last; c += step)
        {
            TVector s = TVector.Load(in sum, c);
            nuint i = c, j = c;
            for (int n = count; n > 0; n--, i += xStep, j += dyStep) s += TVector.Load(in x, i) * TVector.Load(in dy, j);
            s.Store(ref sum, c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLine<TVector>(ref readonly float dy, nuint dyStep, int count, ref float sum, int from, int last)
        where TVector : struct, IFloatVector<TVector>
    {
        nuint step = (nuint)TVector.Count;
        for (nuint c = (nuint)from; c < (nuint)last; c += step)
        {
            TVector s = TVector.Load(in sum, c);
            nuint j = c;
            for (int n = count; n > 0; n--, j += dyStep) s += TVector.Load(in dy, j);
            s.Store(ref sum, c);
        }
    }

    /// <summary>What vectors leave over: one channel.</summary>
    private static void Channel(in DepthwiseShape shape, int part, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> sums, int c)
    {
        int channels = shape.Channels, taps = shape.KernelHeight * shape.KernelWidth;
        (int first, int end) = RowsOf(in shape, part);
        for (int tap = 0; tap <= taps; tap++) sums[tap * channels + c] = 0;
        for (int row = first; row < end; row++)
        {
            (int image, int y) = Math.DivRem(row, shape.OutputHeight);
            for (int x = 0; x < shape.OutputWidth; x++)
            {
                float dy = outputGradient[(row * shape.OutputWidth + x) * channels + c];
                sums[taps * channels + c] += dy;
                for (int tap = 0; tap < taps; tap++)
                {
                    int iy = y * shape.StrideHeight - shape.PadTop + tap / shape.KernelWidth * shape.DilationHeight;
                    int ix = x * shape.StrideWidth - shape.PadLeft + tap % shape.KernelWidth * shape.DilationWidth;
                    if ((uint)iy < (uint)shape.InputHeight && (uint)ix < (uint)shape.InputWidth)
                        sums[tap * channels + c] += dy * input[((image * shape.InputHeight + iy) * shape.InputWidth + ix) * channels + c];
                }
            }
        }
    }
}
