using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class ResizeF32
{
    /// <summary>As <see cref="Scalar"/>, but summed in fp32 in the order of the taps; vectorized over Inner, copies where one tap has all the weight.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, the taps do not fit the axis, or the range the rows.</exception>
    public static void Run(
        in AxisShape shape, ResizeTaps taps, float extrapolation, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        ArgumentNullException.ThrowIfNull(taps);
        Require.Length(taps.InputLength, shape.Length, nameof(taps));
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(output.Length, shape.Outer * taps.OutputLength * shape.Inner, nameof(output));
        Require.Range(begin, end, shape.Outer * taps.OutputLength);
        for (int row = begin; row < end; row++)
        {
            (int outer, int position) = Math.DivRem(row, taps.OutputLength);
            ReadOnlySpan<int> indices = taps.Indices.Slice(position * taps.Width, taps.Width);
            ReadOnlySpan<float> weights = taps.Weights.Slice(position * taps.Width, taps.Width);
            ReadOnlySpan<float> x = input.Slice(outer * shape.Length * shape.Inner, shape.Length * shape.Inner);
            Span<float> y = output.Slice(row * shape.Inner, shape.Inner);
            if (indices[0] < 0)
            {
                y.Fill(extrapolation);
                continue;
            }
            int whole = weights.IndexOf(1);
            if (whole >= 0 && weights[..whole].IndexOfAnyExcept(0) < 0 && weights[(whole + 1)..].IndexOfAnyExcept(0) < 0)
            {
                x.Slice(indices[whole] * shape.Inner, shape.Inner).CopyTo(y);
                continue;
            }
            int done = 0;
            if (VectorWidth.Has512) done = Vectors<FloatVector512>(indices, weights, x, y, done);
            if (VectorWidth.Has256) done = Vectors<FloatVector256>(indices, weights, x, y, done);
            done = Vectors<FloatVector128>(indices, weights, x, y, done);
            for (; done < y.Length; done++)
            {
                float sum = 0;
                for (int k = 0; k < indices.Length; k++)
                {
                    float product = weights[k] * x[indices[k] * shape.Inner + done];
                    if (weights[k] != 0) sum += product;
                }
                y[done] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(ReadOnlySpan<int> indices, ReadOnlySpan<float> weights, ReadOnlySpan<float> input, Span<float> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        ref float y = ref MemoryMarshal.GetReference(output);
        ref readonly float x = ref MemoryMarshal.GetReference(input);
        for (; from <= output.Length - TVector.Count; from += TVector.Count)
        {
            TVector sum = default;
            for (int k = 0; k < indices.Length; k++)
            {
                // A tap without weight does not spread an infinity or a NaN.
                if (weights[k] != 0) sum += TVector.Create(weights[k]) * TVector.Load(in x, (nuint)(indices[k] * output.Length + from));
            }
            sum.Store(ref y, (nuint)from);
        }
        return from;
    }
}

public static partial class ResizeS8
{
    /// <summary>As <see cref="Scalar"/>, to the bit; vectorized over Inner, copies where there is one tap.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, the taps do not fit the axis, or the range the rows.</exception>
    public static void Run(
        in AxisShape shape, ResizeTaps taps, int zeroPoint, sbyte extrapolation, ReadOnlySpan<sbyte> input, Span<sbyte> output,
        int begin, int end)
    {
        ArgumentNullException.ThrowIfNull(taps);
        Require.Length(taps.InputLength, shape.Length, nameof(taps));
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(output.Length, shape.Outer * taps.OutputLength * shape.Inner, nameof(output));
        Require.Range(begin, end, shape.Outer * taps.OutputLength);
        bool isCodeOfZero = zeroPoint is >= sbyte.MinValue and <= sbyte.MaxValue;
        for (int row = begin; row < end; row++)
        {
            (int outer, int position) = Math.DivRem(row, taps.OutputLength);
            ReadOnlySpan<int> indices = taps.Indices.Slice(position * taps.Width, taps.Width);
            ReadOnlySpan<float> weights = taps.Weights.Slice(position * taps.Width, taps.Width);
            ReadOnlySpan<sbyte> x = input.Slice(outer * shape.Length * shape.Inner, shape.Length * shape.Inner);
            Span<sbyte> y = output.Slice(row * shape.Inner, shape.Inner);
            int done = 0;
            if (indices[0] < 0)
            {
                y.Fill(extrapolation);
                continue;
            }
            if (isCodeOfZero)
            {
                if (weights is [1])
                {
                    x.Slice(indices[0] * shape.Inner, shape.Inner).CopyTo(y);
                    continue;
                }
                if (VectorWidth.Has512) done = Vectors<FloatVector512>(indices, weights, zeroPoint, x, y, done);
                if (VectorWidth.Has256) done = Vectors<FloatVector256>(indices, weights, zeroPoint, x, y, done);
                done = Vectors<FloatVector128>(indices, weights, zeroPoint, x, y, done);
            }
            for (; done < y.Length; done++)
            {
                float sum = 0;
                for (int k = 0; k < indices.Length; k++)
                {
                    float product = weights[k] * (x[indices[k] * shape.Inner + done] - zeroPoint);
                    sum += product;
                }
                y[done] = (sbyte)Requantization.Code(sum, zeroPoint);
            }
        }
    }

    /// <summary>4·Count codes at a time; 128-bit vectors do the last sixteen again where they do not come out even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TVector>(
        ReadOnlySpan<int> indices, ReadOnlySpan<float> weights, int zeroPoint, ReadOnlySpan<sbyte> input, Span<sbyte> output, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int block = 4 * TVector.Count;
        bool again = TVector.Count == 4 && output.Length >= block;
        ref sbyte y = ref MemoryMarshal.GetReference(output);
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        var rule = new CodeRule<TVector>(zeroPoint);
        TVector zero = TVector.Create(zeroPoint);
        while (from <= output.Length - block || (again && from < output.Length))
        {
            if (again) from = Math.Min(from, output.Length - block);
            TVector a = default, b = default, c = default, d = default;
            for (int k = 0; k < indices.Length; k++)
            {
                TVector weight = TVector.Create(weights[k]);
                TVector.LoadCodes(
                    in x, (nuint)(indices[k] * output.Length + from), out TVector xa, out TVector xb, out TVector xc, out TVector xd);
                a += weight * (xa - zero);
                b += weight * (xb - zero);
                c += weight * (xc - zero);
                d += weight * (xd - zero);
            }
            rule.Store(ref y, (nuint)from, a, b, c, d);
            from += block;
        }
        return from;
    }
}
