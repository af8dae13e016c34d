using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary>
/// The geometry of 2-D pooling. Input [Batch, InputHeight, InputWidth, Channels], output
/// [Batch, OutputHeight, OutputWidth, Channels]. The output size is given, since floor and ceil mode differ in it; the last windows
/// may hang over the padded end. A row is one line of one output image.
/// </summary>
public readonly record struct PoolingShape
{
    public PoolingShape() { }

    public int Batch { get; init; } = 1;
    public required int InputHeight { get; init; }
    public required int InputWidth { get; init; }
    public required int Channels { get; init; }
    public required int OutputHeight { get; init; }
    public required int OutputWidth { get; init; }
    public required int KernelHeight { get; init; }
    public required int KernelWidth { get; init; }
    public int StrideHeight { get; init; } = 1;
    public int StrideWidth { get; init; } = 1;
    public int DilationHeight { get; init; } = 1;
    public int DilationWidth { get; init; } = 1;
    public int PadTop { get; init; }
    public int PadLeft { get; init; }
    public int PadBottom { get; init; }
    public int PadRight { get; init; }

    /// <summary>Whether an average divides by the taps inside the padded image (true) or inside the image (false).</summary>
    public bool CountIncludePad { get; init; }

    /// <summary>The number of rows that ranges are made of: Batch × OutputHeight.</summary>
    public int Rows => Batch * OutputHeight;

    public int InputLength => Batch * InputHeight * InputWidth * Channels;
    public int OutputLength => Rows * OutputWidth * Channels;

    internal void Check(int input, int output, int begin, int end)
    {
        Require.That(StrideHeight > 0 && StrideWidth > 0 && DilationHeight > 0 && DilationWidth > 0, "strides and dilations must be positive");
        Require.That(PadTop >= 0 && PadLeft >= 0 && PadBottom >= 0 && PadRight >= 0, "padding must not be negative");
        Require.Length(input, InputLength, nameof(input));
        Require.Length(output, OutputLength, nameof(output));
        Require.Range(begin, end, Rows);
    }

    /// <summary>The taps of one output pixel and the divisor of its average.</summary>
    internal Window WindowAt(int row, int column)
    {
        int top = row % OutputHeight * StrideHeight - PadTop;
        int left = column * StrideWidth - PadLeft;
        var (yFirst, yLast) = KernelWindow.Inside(top, KernelHeight, DilationHeight, InputHeight);
        var (xFirst, xLast) = KernelWindow.Inside(left, KernelWidth, DilationWidth, InputWidth);
        int count = (yLast - yFirst) * (xLast - xFirst);
        if (CountIncludePad)
        {
            var (yFrom, yTo) = KernelWindow.Inside(top + PadTop, KernelHeight, DilationHeight, InputHeight + PadTop + PadBottom);
            var (xFrom, xTo) = KernelWindow.Inside(left + PadLeft, KernelWidth, DilationWidth, InputWidth + PadLeft + PadRight);
            count = (yTo - yFrom) * (xTo - xFrom);
        }
        return new Window(row / OutputHeight * InputHeight + top, left, yFirst, yLast, xFirst, xLast, count);
    }

    /// <summary>Where input pixel (ky, kx) of <paramref name="window"/> begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int InputAt(in Window window, int ky, int kx) =>
        ((window.Top + ky * DilationHeight) * InputWidth + window.Left + kx * DilationWidth) * Channels;

    internal readonly record struct Window(int Top, int Left, int YFirst, int YLast, int XFirst, int XLast, int Count);
}
