using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>
/// One convolution to compare: geometry, where in memory its tensors lie, and in what pieces it is computed. Even numbers meet the edges of
/// the kernel's tile, odd ones are any convolution.
/// </summary>
internal sealed class ConvolutionCase
{
    private const int MostChannels = 67;
    private const long FewMultiplyAdds = 100_000, ManyMultiplyAdds = 3_000_000;

    private readonly int _pixelGap, _rowGap, _outputGap, _ring, _pixelCut, _panelCut;
    private readonly bool _atEnd;
    private readonly string _window;

    public ConvolutionCase(PointwiseKernel kernel, int number, SeededNoise noise)
    {
        (int pixels, int columns)[] edges = Edges(kernel);
        Shape = number % 2 == 0 ? EdgeShape(edges[number / 2 % edges.Length], noise, out _window) : AnyShape(kernel, noise, out _window);
        _pixelGap = noise.OneIn(3) ? noise.Between(1, 9) : 0;
        _rowGap = noise.OneIn(4) ? noise.Between(1, 9) : 0;
        _outputGap = noise.OneIn(3) ? noise.Between(1, 70) : 0;
        _atEnd = !noise.OneIn(3);
        int reach = (Shape.KernelHeight - 1) * Shape.DilationHeight + 1, rows = Shape.Batch * Shape.InputHeight;
        if (noise.OneIn(4)) _ring = reach + noise.Below(3);
        if (_ring >= rows) _ring = 0;
        int panels = Shape.Groups > 1 ? Shape.Groups : (Shape.OutputChannels + kernel.TileColumns - 1) / kernel.TileColumns;
        if (noise.OneIn(3)) _pixelCut = noise.Below(Shape.Rows * Shape.OutputWidth + 1);
        if (noise.OneIn(3)) _panelCut = noise.Below(panels + 1);
        HasResidual = noise.OneIn(3);
        HasBias = !noise.OneIn(4);
        HasSpecials = noise.OneIn(8);
        (Minimum, Maximum) = noise.Below(3) switch
        {
            0 => (0f, 6f),
            1 => (-1f, float.PositiveInfinity),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
    }

    public ConvolutionShape Shape { get; }

    /// <summary>Products of one sum.</summary>
    public int Products => Shape.KernelHeight * Shape.KernelWidth * (Shape.InputChannels / Shape.Groups);

    /// <summary>Float32 only.</summary>
    public bool HasBias { get; }

    /// <summary>Float32 only.</summary>
    public bool HasResidual { get; }

    /// <summary>Float32 only: whether the input holds NaN and infinities.</summary>
    public bool HasSpecials { get; }

    /// <summary>Float32 only: the clamp.</summary>
    public float Minimum { get; }

    /// <summary>Float32 only: the clamp.</summary>
    public float Maximum { get; }

    /// <summary>Cases of a short run: each edge once, and as many others.</summary>
    public static int Count(PointwiseKernel kernel) => 2 * Edges(kernel).Length;

    public override string ToString() =>
        $"{Shape.Batch}x{Shape.InputHeight}x{Shape.InputWidth}x{Shape.InputChannels} to {Shape.OutputHeight}x{Shape.OutputWidth}x{Shape.OutputChannels}, "
        + $"groups {Shape.Groups}, {_window}; pixel gap {_pixelGap}, row gap {_rowGap}, output gap {_outputGap}, ring {_ring}, "
        + $"{(_atEnd ? "page after" : "page before")}, cut at pixel {_pixelCut} panel {_panelCut}";

    public string DescribeReals() =>
        $"{this}; {(HasBias ? "bias" : "no bias")}, {(HasResidual ? "residual" : "no residual")}, clamp [{Minimum}, {Maximum}]{(HasSpecials ? ", NaN and infinities" : "")}";

    /// <summary>Computes it, with every tensor and the scratch memory at an inaccessible page.</summary>
    /// <returns>The dense output, or why there is none.</returns>
    public (T[]? Output, string? Failure) Run<T>(PackedConvolution packed, ReadOnlySpan<T> input, ReadOnlySpan<T> residual) where T : unmanaged
    {
        using var x = new GuardedImage<T>(Shape.Batch * Shape.InputHeight, Shape.InputWidth, Shape.InputChannels, _pixelGap, _rowGap, _ring, _atEnd);
        using var y = new GuardedImage<T>(1, packed.Pixels, Shape.OutputChannels, _outputGap, 0, 0, _atEnd);
        using var r = new GuardedImage<T>(1, packed.Pixels, Shape.OutputChannels, _outputGap + _pixelGap, 0, 0, _atEnd);
        using var scratch = new GuardedBuffer(packed.ScratchBytes);
        nint room = scratch.Place(packed.ScratchBytes, _atEnd);
        if (!residual.IsEmpty) r.Load(residual);
        ImageView view = x.View;
        if (_ring == 0)
        {
            x.Load(input);
            foreach ((int begin, int end) in Pieces(packed.Pixels, _pixelCut)) Compute(begin, end);
        }
        else
        {
            int width = Shape.OutputWidth;
            for (int row = 0; row < Shape.Rows; row++)
            {
                // As a layer before it would: only the rows that this one sees, each where an older one was.
                (int image, int line) = Math.DivRem(row, Shape.OutputHeight);
                int top = line * Shape.StrideHeight - Shape.PadTop, bottom = top + (Shape.KernelHeight - 1) * Shape.DilationHeight;
                for (int from = Math.Max(top, 0); from <= Math.Min(bottom, Shape.InputHeight - 1); from++) x.Load(input, image * Shape.InputHeight + from);
                Compute(row * width, (row + 1) * width);
            }
        }
        T[] output = y.Read();
        return y.IsCleanAround() ? (output, null) : (null, "wrote between or beyond the pixels of the output");

        void Compute(int begin, int end)
        {
            foreach ((int first, int last) in Pieces(packed.Panels, _panelCut))
            {
                packed.Run(
                    in view, y.View.Address, y.View.PixelBytes, HasResidual && typeof(T) == typeof(float) ? r.View.Address : 0, r.View.PixelBytes,
                    begin, end, first, last, room);
            }
        }
    }

    private static (int Begin, int End)[] Pieces(int length, int cut) => cut == 0 || cut == length ? [(0, length)] : [(cut, length), (0, cut)];

    /// <summary>Heights of tile and numbers of vectors, one less, exact and one more.</summary>
    private static (int Pixels, int Columns)[] Edges(PointwiseKernel kernel)
    {
        var columns = new SortedSet<int> { 1 };
        for (int edge = kernel.VectorColumns; edge <= kernel.TileColumns; edge += kernel.VectorColumns) columns.UnionWith([edge - 1, edge, edge + 1]);
        columns.Remove(0);
        var edges = new List<(int, int)>();
        for (int pixels = 1; pixels <= kernel.TileRows + 2; pixels++)
        {
            // The last is the rest of a third tile.
            foreach (int column in columns) edges.Add((pixels <= kernel.TileRows + 1 ? pixels : 2 * kernel.TileRows + 1, column));
        }
        return [.. edges];
    }

    private static ConvolutionShape EdgeShape((int Pixels, int Columns) edge, SeededNoise noise, out string window)
    {
        var one = new WindowAxis(1, 1, 1, 1, 0, 0);
        WindowAxis along = one with { Input = edge.Pixels };
        if (noise.OneIn(4)) along = along with { Kernel = 3, PadFirst = 1, PadLast = 1 };
        return Of(one, along, noise.Between(1, MostChannels), edge.Columns, 1, 1, out window);
    }

    private static ConvolutionShape AnyShape(PointwiseKernel kernel, SeededNoise noise, out string window)
    {
        long most = FewMultiplyAdds;
        int channels = noise.Between(1, MostChannels), columns = noise.OneIn(3) ? kernel.TileColumns + noise.Between(-1, 1) : noise.Between(1, MostChannels);
        int groups = 1, batch = noise.OneIn(8) ? 2 : 1;
        (WindowAxis vertical, WindowAxis horizontal) = WindowAxis.DrawTwo(noise);
        switch (noise.Below(12))
        {
            case 0:
                // More pixels than are computed together.
                vertical = new WindowAxis(noise.Between(13, 17), 5, 1, 1, 2, 2);
                horizontal = vertical with { Input = noise.Between(13, 17), PadFirst = noise.Below(3) };
                (channels, columns, most) = (noise.Between(40, MostChannels), noise.Between(1, 5), ManyMultiplyAdds);
                break;
            case 1:
                // The first layer of a network.
                (channels, columns) = (noise.Between(1, 4), noise.Between(1, 32));
                break;
            case 2:
                columns = noise.Between(2, 4) * kernel.TileColumns + noise.Between(-1, 1);
                break;
            case 3 or 4:
                groups = noise.Between(2, 4);
                (channels, columns) = (groups * noise.Between(1, 16), groups * noise.Between(1, 20));
                break;
        }
        while (true)
        {
            ConvolutionShape shape = Of(vertical, horizontal, channels, columns, groups, batch, out window);
            if (shape.MultiplyAdds <= most || (vertical.Shorter == vertical && horizontal.Shorter == horizontal)) return shape;
            (vertical, horizontal) = (vertical.Shorter, horizontal.Shorter);
        }
    }

    private static ConvolutionShape Of(
        WindowAxis vertical, WindowAxis horizontal, int channels, int columns, int groups, int batch, out string window)
    {
        window = WindowAxis.Describe(vertical, horizontal);
        return new()
        {
            Batch = batch,
            InputHeight = vertical.Input,
            InputWidth = horizontal.Input,
            InputChannels = channels,
            OutputChannels = columns,
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
            Groups = groups,
        };
    }
}
