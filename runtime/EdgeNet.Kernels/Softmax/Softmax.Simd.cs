using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

public static partial class SoftmaxF32
{
    // Lines of up to this many elements are turned into lanes, this many lines together.
    private const int ShortLine = 128, Together = 16;

    /// <summary>
    /// As <see cref="Scalar"/> but in fp32: each result is off by less than 2^-24·(8 + |beta·(x - max)| + length) of itself, plus half a
    /// subnormal step. Splitting the range changes no bit.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Run(in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end, float beta = 1)
    {
        shape.Check(input.Length, output.Length, begin, end);
        // Lanes beyond a line hold negative infinity, which a factor above zero keeps.
        if (!(beta > 0) || shape.Length == 0)
        {
            Scalar(in shape, input, output, begin, end, beta);
            return;
        }
        if (shape.Inner == 1 && shape.Length <= ShortLine)
        {
            ShortLines(shape.Length, input, output, begin, end, beta);
            return;
        }
        if (shape.Inner == 1)
        {
            for (int line = begin; line < end; line++)
            {
                ReadOnlySpan<float> x = input.Slice(line * shape.Length, shape.Length);
                Span<float> y = output.Slice(line * shape.Length, shape.Length);
                if (VectorWidth.Has512) Line<FloatVector512>(x, y, beta);
                else if (VectorWidth.Has256) Line<FloatVector256>(x, y, beta);
                else Line<FloatVector128>(x, y, beta);
            }
            return;
        }
        while (begin < end)
        {
            int run = Math.Min(shape.Inner - begin % shape.Inner, end - begin);
            LinesBeside(in shape, input, output, shape.StartOf(begin), run, beta);
            begin += run;
        }
    }

    /// <summary>Lines beside each other, a lane each.</summary>
    private static void LinesBeside(in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int start, int lines, float beta)
    {
        int done = 0;
        if (VectorWidth.Has512) done = Lines<FloatVector512>(in shape, input, output, start, lines, done, beta);
        if (VectorWidth.Has256) done = Lines<FloatVector256>(in shape, input, output, start, lines, done, beta);
        done = Lines<FloatVector128>(in shape, input, output, start, lines, done, beta);
        for (; done < lines; done++) OneLine(in shape, input, output, start + done, beta);
    }

    /// <summary>Contiguous lines, transposed to lie beside each other and back.</summary>
    [SkipLocalsInit]
    private static void ShortLines(int length, ReadOnlySpan<float> input, Span<float> output, int begin, int end, float beta)
    {
        Span<float> beside = stackalloc float[ShortLine * Together];
        for (int line = begin; line < end; line += Together)
        {
            int lines = Math.Min(Together, end - line);
            Transposition.Run(in input[line * length], length, ref beside[0], length, lines);
            LinesBeside(new AxisShape(1, length, lines), beside, beside, 0, lines, beta);
            Transposition.Run(in beside[0], lines, ref output[line * length], lines, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Line<TVector>(ReadOnlySpan<float> input, Span<float> output, float beta)
        where TVector : struct, IFloatVector<TVector>
    {
        Span<float> rest = stackalloc float[TVector.Count];
        int whole = input.Length / TVector.Count * TVector.Count;
        rest.Fill(float.NegativeInfinity);
        input[whole..].CopyTo(rest);
        ref readonly float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
        TVector last = TVector.Load(in rest[0], 0), maximum = last;
        for (int i = 0; i < whole; i += TVector.Count) maximum = TVector.Max(maximum, TVector.Load(in x, (nuint)i));
        Span<float> lanes = stackalloc float[TVector.Count];
        maximum.Store(ref lanes[0], 0);
        float largest = float.NegativeInfinity;
        foreach (float lane in lanes) largest = MathF.Max(largest, lane);
        maximum = TVector.Create(largest);
        TVector factor = TVector.Create(beta), sum = default;
        for (int i = 0; i < whole; i += TVector.Count)
        {
            TVector power = FloatFunctions.Exp(factor * (TVector.Load(in x, (nuint)i) - maximum));
            power.Store(ref y, (nuint)i);
            sum += power;
        }
        last = FloatFunctions.Exp(factor * (last - maximum));
        TVector total = TVector.Create(TVector.Sum(sum + last));
        for (int i = 0; i < whole; i += TVector.Count) (TVector.Load(in y, (nuint)i) / total).Store(ref y, (nuint)i);
        (last / total).Store(ref rest[0], 0);
        rest[..(input.Length - whole)].CopyTo(output[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Lines<TVector>(
        in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int start, int lines, int from, float beta)
        where TVector : struct, IFloatVector<TVector>
    {
        TVector factor = TVector.Create(beta);
        nuint stride = (nuint)shape.Inner, end = (nuint)(shape.Length * shape.Inner);
        for (; from <= lines - TVector.Count; from += TVector.Count)
        {
            ref readonly float x = ref input[start + from];
            ref float y = ref output[start + from];
            TVector maximum = TVector.Load(in x, 0), sum = default;
            for (nuint at = stride; at < end; at += stride) maximum = TVector.Max(maximum, TVector.Load(in x, at));
            for (nuint at = 0; at < end; at += stride)
            {
                TVector power = FloatFunctions.Exp(factor * (TVector.Load(in x, at) - maximum));
                power.Store(ref y, at);
                sum += power;
            }
            for (nuint at = 0; at < end; at += stride) (TVector.Load(in y, at) / sum).Store(ref y, at);
        }
        return from;
    }

    /// <summary>One line with the operations of a lane.</summary>
    private static void OneLine(in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int start, float beta)
    {
        int end = start + shape.Length * shape.Inner;
        float maximum = float.NegativeInfinity, sum = 0;
        for (int i = start; i < end; i += shape.Inner) maximum = MathF.Max(maximum, input[i]);
        for (int i = start; i < end; i += shape.Inner)
        {
            float distance = beta * (input[i] - maximum);
            sum += output[i] = FloatFunctions.Exp(FloatVector128.Create(distance)).First;
        }
        for (int i = start; i < end; i += shape.Inner) output[i] /= sum;
    }
}

public static partial class SoftmaxS8
{
    /// <summary>
    /// As <see cref="Scalar"/>, to the bit: a line of many classes quantizes each distance once, a shorter one its elements in vectors.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    [SkipLocalsInit]
    public static void Run(
        in AxisShape shape, ReadOnlySpan<double> table, float outputScale, int outputZeroPoint, ReadOnlySpan<sbyte> input,
        Span<sbyte> output, int begin, int end)
    {
        if (shape.Inner != 1 || shape.Length < 8)
        {
            Scalar(in shape, table, outputScale, outputZeroPoint, input, output, begin, end);
            return;
        }
        shape.Check(input.Length, output.Length, begin, end);
        Require.Length(table.Length, TableLength, nameof(table));
        Span<double> powers = stackalloc double[TableLength];
        Span<float> quotients = stackalloc float[TableLength];
        Span<sbyte> codes = stackalloc sbyte[TableLength];
        for (int line = begin; line < end; line++)
        {
            ReadOnlySpan<sbyte> x = input.Slice(line * shape.Length, shape.Length);
            Span<sbyte> y = output.Slice(line * shape.Length, shape.Length);
            int maximum = Largest(x);
            // No code is above the largest, and none 256 below it.
            double sum = 0;
            if (x.Length > TableLength)
            {
                foreach (sbyte code in x) sum += table[(byte)(maximum - code)];
                Divide(table, sum, quotients);
                QuantizeF32ToS8.Codes(outputScale, outputZeroPoint, quotients, codes);
                for (int i = 0; i < y.Length; i++) y[i] = codes[(byte)(maximum - x[i])];
            }
            else
            {
                for (int i = 0; i < x.Length; i++) sum += powers[i] = table[(byte)(maximum - x[i])];
                Divide(powers[..x.Length], sum, quotients);
                QuantizeF32ToS8.Codes(outputScale, outputZeroPoint, quotients[..x.Length], y);
            }
        }
    }

    private static int Largest(ReadOnlySpan<sbyte> x)
    {
        int i = 0, largest = sbyte.MinValue;
        if (x.Length >= Vector128<sbyte>.Count)
        {
            Vector128<sbyte> maximum = Vector128.Create(sbyte.MinValue);
            for (; i <= x.Length - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
                maximum = Vector128.Max(maximum, Vector128.LoadUnsafe(in x[i]));
            for (int lane = 0; lane < Vector128<sbyte>.Count; lane++) largest = Math.Max(largest, maximum[lane]);
        }
        for (; i < x.Length; i++) largest = Math.Max(largest, x[i]);
        return largest;
    }

    /// <summary>Quotients in double, rounded to fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(ReadOnlySpan<double> powers, double sum, Span<float> quotients)
    {
        int i = 0;
        quotients = quotients[..powers.Length];
        if (VectorWidth.Has256)
        {
            for (; i <= powers.Length - 8; i += 8)
            {
                Vector256<double> low = Vector256.LoadUnsafe(in powers[i]), high = Vector256.LoadUnsafe(in powers[i + 4]);
                Vector256.Narrow(low / Vector256.Create(sum), high / Vector256.Create(sum)).StoreUnsafe(ref quotients[i]);
            }
        }
        for (; i <= powers.Length - 4; i += 4)
        {
            Vector128<double> low = Vector128.LoadUnsafe(in powers[i]), high = Vector128.LoadUnsafe(in powers[i + 2]);
            Vector128.Narrow(low / Vector128.Create(sum), high / Vector128.Create(sum)).StoreUnsafe(ref quotients[i]);
        }
        for (; i < powers.Length; i++) quotients[i] = (float)(powers[i] / sum);
    }
}
