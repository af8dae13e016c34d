using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>
/// One depthwise convolution to compare: geometry, where in memory its tensors lie, and in what pieces it is computed. Even numbers are the
/// usual windows on every short row, because kernels take a few pixels at a time; odd ones are any.
/// </summary>
internal sealed class DepthwiseCase
{
    private const int MostChannels = 67, MostTries = 1000, LongestShortRow = 10;

    private static readonly WindowAxis[] Edges = ShortRows();

    private readonly int _rowGap, _outputRowGap, _ring, _cut;
    private readonly bool _atEnd;
    private readonly string _window = "";

    public DepthwiseCase(DepthwiseKernel kernel, int number, SeededNoise noise)
    {
        int tile = kernel.ChannelTile, tries = 0;
        do
        {
            int channels = noise.Below(16) switch
            {
                0 => noise.Between(MostChannels, 300),
                < 8 => noise.Between(1, 4) * tile + noise.Between(-1, 1),
                _ => noise.Between(1, MostChannels),
            };
            (WindowAxis vertical, WindowAxis horizontal) = WindowAxis.DrawTwo(noise);
            if (number % 2 == 0 && tries == 0)
            {
                horizontal = Edges[number / 2 % Edges.Length];
                vertical = horizontal.Padded(noise);
            }
            Shape = new DepthwiseShape
            {
                Batch = noise.OneIn(8) ? 2 : 1,
                InputHeight = vertical.Input,
                InputWidth = horizontal.Input,
                Channels = Math.Max(channels, 1),
                KernelHeight = vertical.Kernel,
                KernelWidth = horizontal.Kernel,
                StrideHeight = vertical.Stride,
                StrideWidth = horizontal.Stride,
                DilationHeight = vertical.Dilation,
                DilationWidth = horizontal.Dilation,
                PadTop = vertical.PadFirst,
                PadLeft = horizontal.PadFirst,
                PadBottom = vertical.PadLast,
                PadRight = horizontal.PadLast,
            };
            _window = WindowAxis.Describe(vertical, horizontal);
        }
        while (!kernel.Accepts(Shape) && ++tries < MostTries);
        _rowGap = noise.OneIn(4) ? noise.Between(1, 9) : 0;
        _outputRowGap = noise.OneIn(3) ? noise.Between(1, 70) : 0;
        _atEnd = !noise.OneIn(3);
        int reach = (Shape.KernelHeight - 1) * Shape.DilationHeight + 1, rows = Shape.Batch * Shape.InputHeight;
        if (noise.OneIn(4)) _ring = reach + noise.Below(3);
        if (_ring >= rows) _ring = 0;
        if (noise.OneIn(3)) _cut = noise.Below(Shape.Rows + 1);
        HasBias = !noise.OneIn(4);
        HasSpecials = noise.OneIn(8);
        (Minimum, Maximum) = noise.Below(3) switch
        {
            0 => (0f, 6f),
            1 => (-1f, float.PositiveInfinity),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
    }

    /// <summary>Cases of a short run: each edge once, and as many others.</summary>
    public static int Count => 2 * Edges.Length;

    public DepthwiseShape Shape { get; }

    /// <summary>Products of one sum.</summary>
    public int Products => Shape.KernelHeight * Shape.KernelWidth;

    /// <summary>Float32 only.</summary>
    public bool HasBias { get; }

    /// <summary>Float32 only: whether the input holds NaN and infinities.</summary>
    public bool HasSpecials { get; }

    /// <summary>Float32 only: the clamp.</summary>
    public float Minimum { get; }

    /// <summary>Float32 only: the clamp.</summary>
    public float Maximum { get; }

    public override string ToString() =>
        $"{Shape.Batch}x{Shape.InputHeight}x{Shape.InputWidth}x{Shape.Channels} to {Shape.OutputHeight}x{Shape.OutputWidth}, {_window}; "
        + $"row gap {_rowGap}, output row gap {_outputRowGap}, ring {_ring}, {(_atEnd ? "page after" : "page before")}, cut at row {_cut}";

    public string DescribeReals() => $"{this}; {(HasBias ? "bias" : "no bias")}, clamp [{Minimum}, {Maximum}]{(HasSpecials ? ", NaN and infinities" : "")}";

    /// <summary>Computes it, with both tensors and the scratch memory at an inaccessible page.</summary>
    /// <returns>The dense output, or why there is none.</returns>
    public (T[]? Output, string? Failure) Run<T>(PackedDepthwise packed, ReadOnlySpan<T> input) where T : unmanaged
    {
        using var x = new GuardedImage<T>(Shape.Batch * Shape.InputHeight, Shape.InputWidth, Shape.Channels, 0, _rowGap, _ring, _atEnd);
        using var y = new GuardedImage<T>(Shape.Rows, Shape.OutputWidth, Shape.Channels, 0, _outputRowGap, 0, _atEnd);
        using var scratch = new GuardedBuffer(packed.ScratchBytes);
        nint room = scratch.Place(packed.ScratchBytes, _atEnd);
        ImageView view = x.View;
        if (_ring == 0)
        {
            x.Load(input);
            packed.Run(in view, y.View.Row(_cut), y.View.RowBytes, _cut, Shape.Rows, room);
            packed.Run(in view, y.View.Address, y.View.RowBytes, 0, _cut, room);
        }
        else
        {
            for (int row = 0; row < Shape.Rows; row++)
            {
                // As a layer before it would: only the rows that this one sees, each where an older one was.
                (int image, int line) = Math.DivRem(row, Shape.OutputHeight);
                int top = line * Shape.StrideHeight - Shape.PadTop, bottom = top + (Shape.KernelHeight - 1) * Shape.DilationHeight;
                for (int from = Math.Max(top, 0); from <= Math.Min(bottom, Shape.InputHeight - 1); from++) x.Load(input, image * Shape.InputHeight + from);
                packed.Run(in view, y.View.Row(row), y.View.RowBytes, row, row + 1, room);
            }
        }
        T[] output = y.Read();
        return y.IsCleanAround() ? (output, null) : (null, "wrote between or beyond the rows of the output");
    }

    /// <summary>Rows of few outputs, at each kernel's size, stride and padding.</summary>
    private static WindowAxis[] ShortRows()
    {
        var rows = new List<WindowAxis>();
        for (int kernel = 3; kernel <= 5; kernel += 2)
        {
            for (int stride = 1; stride <= 2; stride++)
            {
                for (int sides = 0; sides < 4; sides++)
                {
                    int first = sides / 2 * (kernel / 2), last = sides % 2 * (kernel / 2);
                    for (int output = 1; output <= LongestShortRow; output++)
                        rows.Add(new WindowAxis(Math.Max(1, (output - 1) * stride + kernel - first - last), kernel, stride, 1, first, last));
                }
            }
        }
        return [.. rows];
    }
}
