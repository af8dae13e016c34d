using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class BinaryS8
{
    /// <summary>As <see cref="AddScalar"/>, to the bit.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Add(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.OverPairs<sbyte, sbyte, SumPairs>(
            new(new(quantization, quantization.ScaleA / quantization.OutputScale, quantization.ScaleB / quantization.OutputScale)),
            in shape, a, b, output, begin, end);

    /// <summary>As <see cref="SubScalar"/>, to the bit.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Sub(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.OverPairs<sbyte, sbyte, SumPairs>(
            new(new(quantization, quantization.ScaleA / quantization.OutputScale, -(quantization.ScaleB / quantization.OutputScale))),
            in shape, a, b, output, begin, end);

    /// <summary>As <see cref="MulScalar"/>, to the bit.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Mul(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.OverPairs<sbyte, sbyte, ProductPairs>(
            new(new(quantization, Requantization.Multiplier(quantization.ScaleA, quantization.ScaleB, quantization.OutputScale))),
            in shape, a, b, output, begin, end);

    private readonly struct SumPairs(Sum sum) : IPairs<sbyte, sbyte>
    {
        private readonly Sum _sum = sum;

        public void Invoke(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output)
        {
            int done = 0;
            if (VectorWidth.Has512) done = Vectors<FloatVector512>(in _sum, a, b, output, done);
            if (VectorWidth.Has256) done = Vectors<FloatVector256>(in _sum, a, b, output, done);
            done = Vectors<FloatVector128>(in _sum, a, b, output, done);
            for (; done < output.Length; done++) output[done] = _sum.Invoke(a[done], b[done]);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Vectors<TVector>(in Sum sum, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output, int from)
            where TVector : struct, IFloatVector<TVector>
        {
            int last = output.Length - 4 * TVector.Count;
            if (from > last) return from;
            ref readonly sbyte left = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b);
            ref sbyte y = ref MemoryMarshal.GetReference(output);
            BinaryQuantizationS8 q = sum.Q;
            var rule = new CodeRule<TVector>(q.OutputZeroPoint, q.Minimum, q.Maximum);
            TVector zeroA = TVector.Create(q.ZeroPointA), zeroB = TVector.Create(q.ZeroPointB);
            TVector ratioA = TVector.Create(sum.RatioA), ratioB = TVector.Create(sum.RatioB);
            for (; from <= last; from += 4 * TVector.Count)
            {
                TVector.LoadCodes(in left, (nuint)from, out TVector a0, out TVector a1, out TVector a2, out TVector a3);
                TVector.LoadCodes(in right, (nuint)from, out TVector b0, out TVector b1, out TVector b2, out TVector b3);
                rule.Store(
                    ref y, (nuint)from,
                    ratioA * (a0 - zeroA) + ratioB * (b0 - zeroB), ratioA * (a1 - zeroA) + ratioB * (b1 - zeroB),
                    ratioA * (a2 - zeroA) + ratioB * (b2 - zeroB), ratioA * (a3 - zeroA) + ratioB * (b3 - zeroB));
            }
            return from;
        }
    }

    private readonly struct ProductPairs(Product product) : IPairs<sbyte, sbyte>
    {
        private readonly Product _product = product;

        public void Invoke(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output)
        {
            int done = 0;
            if (VectorWidth.Has512) done = Vectors<FloatVector512>(in _product, a, b, output, done);
            if (VectorWidth.Has256) done = Vectors<FloatVector256>(in _product, a, b, output, done);
            done = Vectors<FloatVector128>(in _product, a, b, output, done);
            for (; done < output.Length; done++) output[done] = _product.Invoke(a[done], b[done]);
        }

        // The products have at most 17 bits and are exact in fp32.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Vectors<TVector>(in Product product, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output, int from)
            where TVector : struct, IFloatVector<TVector>
        {
            int last = output.Length - 4 * TVector.Count;
            if (from > last) return from;
            ref readonly sbyte left = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b);
            ref sbyte y = ref MemoryMarshal.GetReference(output);
            BinaryQuantizationS8 q = product.Q;
            var rule = new CodeRule<TVector>(q.OutputZeroPoint, q.Minimum, q.Maximum);
            TVector zeroA = TVector.Create(q.ZeroPointA), zeroB = TVector.Create(q.ZeroPointB);
            TVector factor = TVector.Create(product.Multiplier);
            for (; from <= last; from += 4 * TVector.Count)
            {
                TVector.LoadCodes(in left, (nuint)from, out TVector a0, out TVector a1, out TVector a2, out TVector a3);
                TVector.LoadCodes(in right, (nuint)from, out TVector b0, out TVector b1, out TVector b2, out TVector b3);
                rule.Store(
                    ref y, (nuint)from,
                    (a0 - zeroA) * (b0 - zeroB) * factor, (a1 - zeroA) * (b1 - zeroB) * factor,
                    (a2 - zeroA) * (b2 - zeroB) * factor, (a3 - zeroA) * (b3 - zeroB) * factor);
            }
            return from;
        }
    }
}
