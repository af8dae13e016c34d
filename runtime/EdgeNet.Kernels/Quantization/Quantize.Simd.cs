using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class QuantizeF32ToS8
{
    /// <summary>As <see cref="Scalar"/>, to the bit; vectorized along stretches of one scale.</summary>
    /// <exception cref="ArgumentException">A span does not fit the axis, or the range does not fit the elements.</exception>
    public static void Run(
        QuantizationAxis axis, ReadOnlySpan<float> scales, ReadOnlySpan<int> zeroPoints, ReadOnlySpan<float> input, Span<sbyte> output,
        int begin, int end)
    {
        axis.Check(scales.Length, zeroPoints.Length, input.Length, output.Length, begin, end);
        while (begin < end)
        {
            int channel = axis.ChannelOf(begin);
            int length = axis.StretchAt(begin, end);
            Codes(scales[channel], zeroPoints.IsEmpty ? 0 : zeroPoints[channel], input.Slice(begin, length), output.Slice(begin, length));
            begin += length;
        }
    }

    /// <summary>The codes of <paramref name="input"/> under one scale.</summary>
    internal static void Codes(float scale, int zeroPoint, ReadOnlySpan<float> input, Span<sbyte> output)
    {
        int done = 0;
        if (VectorWidth.Has512) done = Vectors<FloatVector512>(scale, zeroPoint, input, output, done);
        if (VectorWidth.Has256) done = Vectors<FloatVector256>(scale, zeroPoint, input, output, done);
        done = Vectors<FloatVector128>(scale, zeroPoint, input, output, done);
        for (; done < input.Length; done++)
            output[done] = (sbyte)Requantization.Code(input[done] / scale, zeroPoint, sbyte.MinValue, sbyte.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(float scale, int zeroPoint, ReadOnlySpan<float> input, Span<sbyte> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int count = TVector.Count, last = input.Length - 4 * count;
        if (from > last) return from;
        ref readonly float x = ref MemoryMarshal.GetReference(input);
        ref sbyte y = ref MemoryMarshal.GetReference(output);
        var rule = new CodeRule<TVector>(zeroPoint);
        TVector divisor = TVector.Create(scale);
        for (; from <= last; from += 4 * count)
        {
            nuint at = (nuint)from, step = (nuint)count;
            rule.Store(
                ref y, at, TVector.Load(in x, at) / divisor, TVector.Load(in x, at + step) / divisor,
                TVector.Load(in x, at + 2 * step) / divisor, TVector.Load(in x, at + 3 * step) / divisor);
        }
        return from;
    }
}

public static partial class DequantizeToF32
{
    /// <summary>As <see cref="Scalar"/>, to the bit; codes of type sbyte are vectorized along stretches of one scale.</summary>
    /// <exception cref="ArgumentException">A span does not fit the axis, or the range does not fit the elements.</exception>
    public static void Run<T>(
        QuantizationAxis axis, ReadOnlySpan<float> scales, ReadOnlySpan<int> zeroPoints, ReadOnlySpan<T> input, Span<float> output,
        int begin, int end)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (typeof(T) != typeof(sbyte))
        {
            Scalar(axis, scales, zeroPoints, input, output, begin, end);
            return;
        }
        axis.Check(scales.Length, zeroPoints.Length, input.Length, output.Length, begin, end);
        ReadOnlySpan<sbyte> codes = MemoryMarshal.Cast<T, sbyte>(input);
        while (begin < end)
        {
            int channel = axis.ChannelOf(begin);
            int length = axis.StretchAt(begin, end);
            Reals(scales[channel], zeroPoints.IsEmpty ? 0 : zeroPoints[channel], codes.Slice(begin, length), output.Slice(begin, length));
            begin += length;
        }
    }

    private static void Reals(float scale, int zeroPoint, ReadOnlySpan<sbyte> input, Span<float> output)
    {
        int done = 0;
        // The difference is exact in fp32 for zero points of this size, and may be rounded otherwise where the scalar one is not.
        if (Math.Abs((long)zeroPoint) < 1 << 23)
        {
            if (VectorWidth.Has512) done = Vectors<FloatVector512>(scale, zeroPoint, input, output, done);
            if (VectorWidth.Has256) done = Vectors<FloatVector256>(scale, zeroPoint, input, output, done);
            done = Vectors<FloatVector128>(scale, zeroPoint, input, output, done);
        }
        for (; done < input.Length; done++) output[done] = (input[done] - zeroPoint) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(float scale, int zeroPoint, ReadOnlySpan<sbyte> input, Span<float> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int count = TVector.Count, last = input.Length - 4 * count;
        if (from > last) return from;
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
        TVector zero = TVector.Create(zeroPoint), factor = TVector.Create(scale);
        for (; from <= last; from += 4 * count)
        {
            nuint at = (nuint)from, step = (nuint)count;
            TVector.LoadCodes(in x, at, out TVector a, out TVector b, out TVector c, out TVector d);
            ((a - zero) * factor).Store(ref y, at);
            ((b - zero) * factor).Store(ref y, at + step);
            ((c - zero) * factor).Store(ref y, at + 2 * step);
            ((d - zero) * factor).Store(ref y, at + 3 * step);
        }
        return from;
    }
}

public static partial class Requantize
{
    /// <summary>As <see cref="Scalar"/>, to the bit; vectorized from sbyte to sbyte.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void Run<TIn, TOut>(
        float multiplier, int inputZeroPoint, int outputZeroPoint, ReadOnlySpan<TIn> input, Span<TOut> output, int begin, int end)
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>, IMinMaxValue<TOut>
    {
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        if (typeof(TIn) == typeof(sbyte) && typeof(TOut) == typeof(sbyte) && Math.Abs((long)inputZeroPoint) < 1 << 23)
        {
            ReadOnlySpan<sbyte> x = MemoryMarshal.Cast<TIn, sbyte>(input[begin..end]);
            Span<sbyte> y = MemoryMarshal.Cast<TOut, sbyte>(output[begin..end]);
            int done = 0;
            if (VectorWidth.Has512) done = Vectors<FloatVector512>(multiplier, inputZeroPoint, outputZeroPoint, x, y, done);
            if (VectorWidth.Has256) done = Vectors<FloatVector256>(multiplier, inputZeroPoint, outputZeroPoint, x, y, done);
            begin += Vectors<FloatVector128>(multiplier, inputZeroPoint, outputZeroPoint, x, y, done);
        }
        Scalar(multiplier, inputZeroPoint, outputZeroPoint, input, output, begin, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(
        float multiplier, int inputZeroPoint, int outputZeroPoint, ReadOnlySpan<sbyte> input, Span<sbyte> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int last = input.Length - 4 * TVector.Count;
        if (from > last) return from;
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        ref sbyte y = ref MemoryMarshal.GetReference(output);
        var rule = new CodeRule<TVector>(outputZeroPoint);
        TVector zero = TVector.Create(inputZeroPoint), factor = TVector.Create(multiplier);
        for (; from <= last; from += 4 * TVector.Count)
        {
            TVector.LoadCodes(in x, (nuint)from, out TVector a, out TVector b, out TVector c, out TVector d);
            rule.Store(ref y, (nuint)from, (a - zero) * factor, (b - zero) * factor, (c - zero) * factor, (d - zero) * factor);
        }
        return from;
    }
}
