using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class MeanS8
{
    // Sums of up to this many codes are exact in fp32.
    internal const int ExactCount = 1 << 16;

    /// <summary>As <see cref="Scalar"/>, to the bit; vectorized where outputs lie beside each other, as channels do.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the outputs.</exception>
    public static void Run(
        in ReduceShape shape, in PoolingQuantizationS8 quantization, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        while (begin < end)
        {
            int run = shape.RunAt(begin, end), done = 0;
            if (shape.Count is > 0 and <= ExactCount)
            {
                int start = shape.StartOf(begin);
                Span<sbyte> outputs = output.Slice(begin, run);
                if (VectorWidth.Has512) done = Vectors<FloatVector512>(in shape, in quantization, input, start, outputs, done);
                if (VectorWidth.Has256) done = Vectors<FloatVector256>(in shape, in quantization, input, start, outputs, done);
                done = Vectors<FloatVector128>(in shape, in quantization, input, start, outputs, done);
            }
            if (done < run) Scalar(in shape, in quantization, input, output, begin + done, begin + run);
            begin += run;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(
        in ReduceShape shape, in PoolingQuantizationS8 quantization, ReadOnlySpan<sbyte> input, int start, Span<sbyte> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        PoolingQuantizationS8 q = quantization;
        int lines = shape.LineCount, length = shape.LineLength, stride = shape.LineStride;
        ref sbyte y = ref MemoryMarshal.GetReference(output);
        var rule = new CodeRule<TVector>(q.OutputZeroPoint, q.Minimum, q.Maximum);
        TVector multiplier = TVector.Create(Requantization.MeanMultiplier(q.InputScale, q.OutputScale, shape.Count));
        TVector zero = TVector.Create(-q.InputZeroPoint * shape.Count);
        for (; from <= output.Length - 4 * TVector.Count; from += 4 * TVector.Count)
        {
            TVector a = zero, b = zero, c = zero, d = zero;
            for (int line = 0; line < lines; line++)
            {
                nuint at = 0;
                ref readonly sbyte x = ref input[start + shape.LineAt(line) + from];
                for (int k = 0; k < length; k++, at += (nuint)stride)
                {
                    TVector.LoadCodes(in x, at, out TVector xa, out TVector xb, out TVector xc, out TVector xd);
                    a += xa;
                    b += xb;
                    c += xc;
                    d += xd;
                }
            }
            rule.Store(ref y, (nuint)from, a * multiplier, b * multiplier, c * multiplier, d * multiplier);
        }
        return from;
    }
}
