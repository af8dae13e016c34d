namespace EdgeNet.Kernels;

public static partial class Pad
{
    /// <summary>As <see cref="Scalar"/>: what is kept by block, constant padding filled.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Run<T>(in PadShape shape, T value, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
    {
        Require.Length(input.Length, shape.InputLength, nameof(input));
        Require.Length(output.Length, shape.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        int width = shape.LastExtent;
        var (keptFirst, keptLength, keptFrom) = shape.Kept;
        while (begin < end)
        {
            (int line, int first) = Math.DivRem(begin, width);
            int start = shape.LineAt(line);
            Span<T> y = output.Slice(begin, Math.Min(width - first, end - begin));
            begin += y.Length;
            if (start < 0)
            {
                y.Fill(value);
                continue;
            }
            // Before, within and after what is kept, of which the range may cut any.
            int head = Math.Clamp(keptFirst - first, 0, y.Length), tail = Math.Clamp(keptFirst + keptLength - first, head, y.Length);
            if (head < tail) input.Slice(start + keptFrom + first + head - keptFirst, tail - head).CopyTo(y[head..]);
            if (shape.Mode == PadMode.Constant)
            {
                y[..head].Fill(value);
                y[tail..].Fill(value);
                continue;
            }
            for (int i = 0; i < head; i++) y[i] = input[start + shape.LastAt(first + i)];
            for (int i = tail; i < y.Length; i++) y[i] = input[start + shape.LastAt(first + i)];
        }
    }
}
