using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>
/// The gradient of a depthwise convolution to its input, in fp32, where each channel has one filter, for any stride: each row of the input
/// gathers from the output's gradients above and below it. For a stride of 1 a convolution with the taps reversed is faster.
/// </summary>
public static class DepthwiseInputGradient
{
    /// <summary>Computes rows of the input's gradient.</summary>
    /// <param name="shape">The layer; its multiplier is 1.</param>
    /// <param name="weights">[kernel height, kernel width, channels].</param>
    /// <param name="outputGradient">The gradient of the layer's output.</param>
    /// <param name="inputGradient">The gradient to its input; written.</param>
    /// <param name="begin">The first row, of batch × input height.</param>
    /// <param name="end">The row after the last.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static void Run(
        in DepthwiseShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> outputGradient, Span<float> inputGradient, int begin, int end)
    {
        shape.Check(inputGradient.Length, weights.Length, 0, outputGradient.Length, 0, shape.Rows);
        Require.That(shape.Multiplier == 1, "each channel must have one filter");
        Require.Range(begin, end, shape.Batch * shape.InputHeight);
        int rowLength = shape.InputWidth * shape.Channels;
        for (int row = begin; row < end; row++)
        {
            (int image, int iy) = Math.DivRem(row, shape.InputHeight);
            Span<float> to = inputGradient.Slice(row * rowLength, rowLength);
            to.Clear();
            for (int ky = 0; ky < shape.KernelHeight; ky++)
            {
                (int oy, int between) = Math.DivRem(iy + shape.PadTop - ky * shape.DilationHeight, shape.StrideHeight);
                if (between != 0 || (uint)oy >= (uint)shape.OutputHeight) continue;
                ReadOnlySpan<float> from = outputGradient.Slice((image * shape.OutputHeight + oy) * shape.OutputWidth * shape.Channels, shape.OutputWidth * shape.Channels);
                for (int kx = 0; kx < shape.KernelWidth; kx++)
                {
                    (int first, int last) = DepthwiseWeightGradient.PixelsOf(in shape, kx);
                    if (first < last) AddLine(in shape, weights.Slice((ky * shape.KernelWidth + kx) * shape.Channels, shape.Channels), from, to, first, last, kx);
                }
            }
        }
    }

    /// <summary>Adds one tap of a row: output pixels first to last, times the tap's weights, to the input pixels under them.</summary>
    private static void AddLine(in DepthwiseShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> from, Span<float> to, int first, int last, int kx)
    {
        int at = (first * shape.StrideWidth - shape.PadLeft + kx * shape.DilationWidth) * shape.Channels, step = shape.StrideWidth * shape.Channels, done = 0;
        from = from[(first * shape.Channels)..(last * shape.Channels)];
        if (VectorWidth.Has512) done = Vectors<FloatVector512>(weights, from, to[at..], step, done);
        if (VectorWidth.Has256) done = Vectors<FloatVector256>(weights, from, to[at..], step, done);
        done = Vectors<FloatVector128>(weights, from, to[at..], step, done);
        for (; done < weights.Length; done++)
        {
            for (int i = done, j = at + done; i < from.Length; i += weights.Length, j += step) to[j] += from[i] * weights[done];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(ReadOnlySpan<float> weights, ReadOnlySpan<float> from, Span<float> to, int step, int done)
        where TVector : struct, IFloatVector<TVector>
    {
        ref readonly float w = ref MemoryMarshal.GetReference(weights);
        ref readonly float x = ref MemoryMarshal.GetReference(from);
        ref float y = ref MemoryMarshal.GetReference(to);
        nuint channels = (nuint)weights.Length;
        int last = weights.Length - TVector.Count;
        for (; done <= last; done += TVector.Count)
        {
            TVector weight = TVector.Load(in w, (nuint)done);
            nuint j = (nuint)done;
            for (nuint i = (nuint)done; i < (nuint)from.Length; i += channels, j += (nuint)step)
                (TVector.Load(in y, j) + TVector.Load(in x, i) * weight).Store(ref y, j);
        }
        return done;
    }
}
