namespace EdgeNet.Kernels;

/// <summary>
/// The geometry of a 2-D convolution. Input [Batch, InputHeight, InputWidth, InputChannels], weights
/// [OutputChannels, KernelHeight, KernelWidth, InputChannels / Groups], bias [OutputChannels] or empty, output
/// [Batch, OutputHeight, OutputWidth, OutputChannels]. A row is one line of one output image: Batch × OutputHeight rows.
/// </summary>
public readonly record struct ConvolutionShape
{
    public ConvolutionShape() { }

    public int Batch { get; init; } = 1;
    public required int InputHeight { get; init; }
    public required int InputWidth { get; init; }
    public required int InputChannels { get; init; }
    public required int OutputChannels { get; init; }
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
    public int Groups { get; init; } = 1;

    public int OutputHeight =>
        KernelWindow.OutputLength(InputHeight, KernelHeight, StrideHeight, DilationHeight, PadTop + PadBottom);

    public int OutputWidth =>
        KernelWindow.OutputLength(InputWidth, KernelWidth, StrideWidth, DilationWidth, PadLeft + PadRight);

    /// <summary>The number of rows that ranges are made of: Batch × OutputHeight.</summary>
    public int Rows => Batch * OutputHeight;

    public int InputLength => Batch * InputHeight * InputWidth * InputChannels;
    public int WeightsLength => OutputChannels * KernelHeight * KernelWidth * (InputChannels / Groups);
    public int OutputLength => Rows * OutputWidth * OutputChannels;

    /// <summary>Multiply-accumulates of the whole convolution, padding counted.</summary>
    public long MultiplyAdds => (long)OutputLength * KernelHeight * KernelWidth * (InputChannels / Groups);

    internal void Check(int input, int weights, int bias, int output, int begin, int end)
    {
        Require.That(StrideHeight > 0 && StrideWidth > 0 && DilationHeight > 0 && DilationWidth > 0, "strides and dilations must be positive");
        Require.That(PadTop >= 0 && PadLeft >= 0 && PadBottom >= 0 && PadRight >= 0, "padding must not be negative");
        Require.That(
            Groups > 0 && InputChannels % Groups == 0 && OutputChannels % Groups == 0,
            "groups must divide the input and the output channels");
        Require.Length(input, InputLength, nameof(input));
        Require.Length(weights, WeightsLength, nameof(weights));
        Require.LengthOrEmpty(bias, OutputChannels, nameof(bias));
        Require.Length(output, OutputLength, nameof(output));
        Require.Range(begin, end, Rows);
    }
}
