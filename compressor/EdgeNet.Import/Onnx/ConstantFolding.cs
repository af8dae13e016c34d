using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Import.Onnx;

/// <summary>
/// Evaluates ops on constants: the shape arithmetic that exporters emit, which must be gone once shapes are static, and what else
/// is cheap. Slow and plain: it runs once, on small tensors.
/// </summary>
internal static class ConstantFolding
{
    private const int MaxGrownBytes = 1 << 16;

    /// <summary>Whether the result is better kept than computed: ops that only repeat elements are not worth their bytes.</summary>
    public static bool IsWorthwhile(Op op, TensorType output) => op is not (Expand or Tile) || output.ByteCount <= MaxGrownBytes;

    /// <summary>The result, or null for an op that is not evaluated here.</summary>
    /// <param name="op">The op; its shape rule has accepted the inputs.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="output">What its shape rule says.</param>
    /// <param name="name">The node, for error messages.</param>
    public static Constant? Evaluate(Op op, ReadOnlySpan<Constant> inputs, TensorType output, string name)
    {
        Constant x = inputs[0];
        if (op is Transpose transpose) return x.Transposed(transpose.Permutation.Span);
        if (op is Reshape) return x.Reshaped(output.Shape);
        foreach (Constant input in inputs)
        {
            if (input.Type.Quantization is not null) return null;
        }
        return op switch
        {
            Concat concat => Concatenated(inputs, concat.Axis, output),
            Slice slice => Sliced(x, slice, output),
            Expand => Expanded(x, output.Shape),
            Tile tile => Tiled(x, tile, output),
            Gather gather => Gathered(x, inputs[1], gather.Axis, output, name),
            Where => Chosen(inputs[0], inputs[1], inputs[2], output),
            Not => Constant.Of<bool>(output.Shape, [.. x.ToArray<bool>().Select(element => !element)]),
            And or Or or Xor => Logical(op, x, inputs[1], output),
            Equal or Less or LessOrEqual or Greater or GreaterOrEqual when x.Type.Element == ElementType.Bool => null,
            Cast => Converted(x, output),
            _ => x.Type.Element switch
            {
                ElementType.Float32 => Fractional(op, x, output) ?? Arithmetic<float>(op, inputs, output),
                ElementType.Int8 => Arithmetic<sbyte>(op, inputs, output),
                ElementType.UInt8 => Arithmetic<byte>(op, inputs, output),
                ElementType.Int32 => Arithmetic<int>(op, inputs, output),
                ElementType.Int64 => Arithmetic<long>(op, inputs, output),
                _ => null,
            },
        };
    }

    /// <summary>ONNX Mod, which our graph has no op for: by Python's sign rule, or C's if <paramref name="fmod"/> asks for it.</summary>
    public static Constant? Modulo(Constant a, Constant b, bool fmod)
    {
        Shape shape = Shape.Broadcast(a.Type.Shape, b.Type.Shape);
        return a.Type.Element switch
        {
            ElementType.Float32 => Each<float>((x, y) => fmod ? x % y : x - y * MathF.Floor(x / y)),
            ElementType.Int32 => Each<int>((x, y) => fmod || x % y == 0 || (x < 0) == (y < 0) ? x % y : x % y + y),
            ElementType.Int64 => Each<long>((x, y) => fmod || x % y == 0 || (x < 0) == (y < 0) ? x % y : x % y + y),
            _ => null,
        };

        Constant? Each<T>(Func<T, T, T> f) where T : unmanaged, INumber<T>
        {
            T[] divisors = Expanded(b, shape).ToArray<T>();
            if (typeof(T) != typeof(float) && divisors.Any(divisor => T.IsZero(divisor) || divisor == -T.One)) return null;
            return Constant.Of<T>(shape, [.. Expanded(a, shape).ToArray<T>().Zip(divisors, f)]);
        }
    }

    /// <summary>ONNX Range: start, start + delta, … up to, not including, limit.</summary>
    /// <param name="count">How many elements that are.</param>
    /// <param name="start">The first element.</param>
    /// <param name="delta">The step.</param>
    public static Constant Range<T>(int count, T start, T delta) where T : unmanaged, INumber<T>
    {
        var elements = new T[count];
        for (int i = 0; i < count; i++) elements[i] = start + T.CreateTruncating(i) * delta;
        return Constant.Of<T>(elements);
    }

    private static Constant? Fractional(Op op, Constant x, TensorType output)
    {
        Func<float, float>? f = op switch
        {
            Floor => MathF.Floor,
            Ceil => MathF.Ceiling,
            Round => MathF.Round,
            Sqrt => MathF.Sqrt,
            Reciprocal => element => 1 / element,
            Exp => MathF.Exp,
            Log => MathF.Log,
            _ => null,
        };
        return f is null ? null : Constant.Of<float>(output.Shape, [.. x.ToArray<float>().Select(f)]);
    }

    private static Constant? Arithmetic<T>(Op op, ReadOnlySpan<Constant> inputs, TensorType output) where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Constant x = inputs[0];
        switch (op)
        {
            case Neg:
                return Each(element => -element);
            case Abs:
                return Each(element => element < T.Zero ? -element : element);
            case Add:
                return Pairs(inputs[1], (a, b) => a + b);
            case Sub:
                return Pairs(inputs[1], (a, b) => a - b);
            case Mul:
                return Pairs(inputs[1], (a, b) => a * b);
            case Div:
                // Where integers have no quotient the op stays in the graph.
                bool exact = typeof(T) == typeof(float);
                if (!exact && inputs[1].ToArray<T>().Any(divisor => T.IsZero(divisor) || divisor == -T.One)) return null;
                return Pairs(inputs[1], (a, b) => a / b);
            case Max:
                return Pairs(inputs[1], T.Max);
            case Min:
                return Pairs(inputs[1], T.Min);
            case Pow when x.Type.Element == ElementType.Float32:
                return Pairs(inputs[1], (a, b) => T.CreateTruncating(MathF.Pow(float.CreateTruncating(a), float.CreateTruncating(b))));
            case Equal:
                return Compared(inputs[1], (a, b) => a == b);
            case Less:
                return Compared(inputs[1], (a, b) => a < b);
            case LessOrEqual:
                return Compared(inputs[1], (a, b) => a <= b);
            case Greater:
                return Compared(inputs[1], (a, b) => a > b);
            case GreaterOrEqual:
                return Compared(inputs[1], (a, b) => a >= b);
            case ReduceProd product:
                return Reduced(product, T.One, (a, b) => a * b);
            case ReduceSum sum when x.Type.Element != ElementType.Float32:
                return Reduced(sum, T.Zero, (a, b) => a + b);
            case ReduceMax max when x.Type.Shape.ElementCount > 0:
                return Reduced(max, T.MinValue, T.Max);
            case ReduceMin min when x.Type.Shape.ElementCount > 0:
                return Reduced(min, T.MaxValue, T.Min);
            default:
                return null;
        }

        Constant Each(Func<T, T> f) => Constant.Of<T>(output.Shape, [.. x.ToArray<T>().Select(f)]);

        Constant Pairs(Constant y, Func<T, T, T> f) =>
            Constant.Of<T>(output.Shape, [.. Expanded(x, output.Shape).ToArray<T>().Zip(Expanded(y, output.Shape).ToArray<T>(), f)]);

        Constant Compared(Constant y, Func<T, T, bool> f) =>
            Constant.Of<bool>(output.Shape, [.. Expanded(x, output.Shape).ToArray<T>().Zip(Expanded(y, output.Shape).ToArray<T>(), f)]);

        Constant Reduced(Reduction reduction, T seed, Func<T, T, T> f)
        {
            var results = new T[output.Shape.ElementCount];
            Array.Fill(results, seed);
            T[] elements = x.ToArray<T>();
            int[] kept = [.. Enumerable.Range(0, x.Type.Shape.Rank).Where(axis => !reduction.Axes.Contains(axis))];
            for (int i = 0; i < elements.Length; i++)
            {
                int to = 0;
                foreach (int axis in kept)
                    to = to * x.Type.Shape[axis] + i / x.Type.Shape.Product(axis + 1, x.Type.Shape.Rank) % x.Type.Shape[axis];
                results[to] = f(results[to], elements[i]);
            }
            return Constant.Of<T>(output.Shape, results);
        }
    }

    private static Constant Logical(Op op, Constant a, Constant b, TensorType output)
    {
        Func<bool, bool, bool> f = op switch { And => (x, y) => x && y, Or => (x, y) => x || y, _ => (x, y) => x != y };
        return Constant.Of<bool>(output.Shape, [.. Expanded(a, output.Shape).ToArray<bool>().Zip(Expanded(b, output.Shape).ToArray<bool>(), f)]);
    }

    private static Constant Converted(Constant x, TensorType output)
    {
        if (x.Type.Element == output.Element) return x;
        if (x.Type.Element == ElementType.Float32)
        {
            float[] elements = x.ToArray<float>();
            return output.Element switch
            {
                ElementType.Int8 => Constant.Of<sbyte>(output.Shape, [.. elements.Select(sbyte.CreateSaturating)]),
                ElementType.UInt8 => Constant.Of<byte>(output.Shape, [.. elements.Select(byte.CreateSaturating)]),
                ElementType.Int32 => Constant.Of<int>(output.Shape, [.. elements.Select(int.CreateSaturating)]),
                ElementType.Int64 => Constant.Of<long>(output.Shape, [.. elements.Select(long.CreateSaturating)]),
                _ => Constant.Of<bool>(output.Shape, [.. elements.Select(element => element != 0)]),
            };
        }
        long[] integers = x.ToInt64s();
        return output.Element switch
        {
            ElementType.Float32 => Constant.Of<float>(output.Shape, [.. integers.Select(element => (float)element)]),
            ElementType.Int8 => Constant.Of<sbyte>(output.Shape, [.. integers.Select(element => unchecked((sbyte)element))]),
            ElementType.UInt8 => Constant.Of<byte>(output.Shape, [.. integers.Select(element => unchecked((byte)element))]),
            ElementType.Int32 => Constant.Of<int>(output.Shape, [.. integers.Select(element => unchecked((int)element))]),
            ElementType.Int64 => Constant.Of<long>(output.Shape, integers),
            _ => Constant.Of<bool>(output.Shape, [.. integers.Select(element => element != 0)]),
        };
    }

    private static Constant Chosen(Constant condition, Constant a, Constant b, TensorType output)
    {
        bool[] choices = Expanded(condition, output.Shape).ToArray<bool>();
        byte[] result = Expanded(b, output.Shape).Codes.ToArray();
        ReadOnlySpan<byte> others = Expanded(a, output.Shape).Codes.Span;
        int size = output.Element.Size();
        for (int i = 0; i < choices.Length; i++)
        {
            if (choices[i]) others.Slice(i * size, size).CopyTo(result.AsSpan(i * size));
        }
        return Constant.Dense(output, result);
    }

    private static Constant Concatenated(ReadOnlySpan<Constant> parts, int axis, TensorType output)
    {
        int outer = output.Shape.Product(0, axis), inner = output.Shape.Product(axis + 1, output.Shape.Rank) * output.Element.Size();
        byte[] result = new byte[output.ByteCount];
        int to = 0;
        for (int row = 0; row < outer; row++)
        {
            foreach (Constant part in parts)
            {
                int length = part.Type.Shape[axis] * inner;
                part.Codes.Span.Slice(row * length, length).CopyTo(result.AsSpan(to));
                to += length;
            }
        }
        return Constant.Dense(output, result);
    }

    private static Constant Gathered(Constant x, Constant indices, int axis, TensorType output, string name)
    {
        Shape shape = x.Type.Shape;
        int outer = shape.Product(0, axis), inner = shape.Product(axis + 1, shape.Rank) * output.Element.Size(), extent = shape[axis];
        byte[] result = new byte[output.ByteCount];
        long[] picks = indices.ToInt64s();
        int to = 0;
        for (int row = 0; row < outer; row++)
        {
            foreach (long pick in picks)
            {
                long index = pick < 0 ? pick + extent : pick;
                if (index < 0 || index >= extent) throw new ModelFormatException($"Gather '{name}' picks index {pick} of axis {axis} of shape {shape}");
                x.Codes.Span.Slice((row * extent + (int)index) * inner, inner).CopyTo(result.AsSpan(to));
                to += inner;
            }
        }
        return Constant.Dense(output, result);
    }

    private static Constant Sliced(Constant x, Slice slice, TensorType output)
    {
        int[] strides = StridesOf(x.Type.Shape);
        int start = output.Shape.ElementCount == 0 ? 0 : strides.Select((stride, axis) => stride * slice.Starts[axis]).Sum();
        return Walked(x, output, start, output.Shape.ToArray(), [.. strides.Select((stride, axis) => stride * slice.Steps[axis])]);
    }

    private static Constant Expanded(Constant x, Shape shape)
    {
        if (x.Type.Shape == shape) return x;
        int[] strides = StridesOf(x.Type.Shape);
        int lead = shape.Rank - strides.Length;
        int[] walked = [.. Enumerable.Range(0, shape.Rank).Select(axis => axis < lead || x.Type.Shape[axis - lead] == 1 ? 0 : strides[axis - lead])];
        return Walked(x, new TensorType(x.Type.Element, shape), 0, shape.ToArray(), walked);
    }

    private static Constant Tiled(Constant x, Tile tile, TensorType output)
    {
        // Each axis becomes two: the repetitions, which do not move, and the elements.
        int[] strides = StridesOf(x.Type.Shape);
        int[] extents = [.. x.Type.Shape.SelectMany((extent, axis) => new[] { tile.Repeats[axis], extent })];
        return Walked(x, output, 0, extents, [.. strides.SelectMany(stride => new[] { 0, stride })]);
    }

    private static int[] StridesOf(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => shape.Product(axis + 1, shape.Rank))];

    /// <summary>The elements that are met on a walk over <paramref name="extents"/>, a stride along each axis.</summary>
    private static Constant Walked(Constant x, TensorType output, int start, int[] extents, int[] strides)
    {
        int size = output.Element.Size();
        byte[] result = new byte[output.ByteCount];
        ReadOnlySpan<byte> source = x.Codes.Span;
        int[] index = new int[extents.Length];
        for (int to = 0, at = start; to < result.Length; to += size)
        {
            source.Slice(at * size, size).CopyTo(result.AsSpan(to));
            for (int axis = extents.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < extents[axis]) break;
                at -= strides[axis] * extents[axis];
                index[axis] = 0;
            }
        }
        return Constant.Dense(output, result);
    }
}
