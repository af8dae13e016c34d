namespace EdgeNet.Kernels;

/// <summary>
/// The geometry of a depthwise 2-D convolution. Input [Batch, InputHeight, InputWidth, Channels], weights
/// [KernelHeight, KernelWidth, Channels × Multiplier], bias [Channels × Multiplier] or empty, output
/// [Batch, OutputHeight, OutputWidth, Channels × Multiplier]; output channel c·Multiplier + j reads input channel c.
/// A row is one line of one output image.
/// </summary>
public readonly record struct DepthwiseShape
{
    public DepthwiseShape() { }

    public int Batch { get; init; } = 1;
    public required int InputHeight { get; init; }
    public required int InputWidth { get; init; }
    public required int Channels { get; init; }
    public int Multiplier { get; init; } = 1;
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

    public int OutputChannels => Channels * Multiplier;

    public int OutputHeight =>
        KernelWindow.OutputLength(InputHeight, KernelHeight, StrideHeight, DilationHeight, PadTop + PadBottom);

    public int OutputWidth =>
        KernelWindow.OutputLength(InputWidth, KernelWidth, StrideWidth, DilationWidth, PadLeft + PadRight);

    /// <summary>The number of rows that ranges are made of: Batch × OutputHeight.</summary>
    public int Rows => Batch * OutputHeight;

    public int InputLength => Batch * InputHeight * InputWidth * Channels;
    public int WeightsLength => KernelHeight * KernelWidth * OutputChannels;
    public int OutputLength => Rows * OutputWidth * OutputChannels;

    /// <summary>Multiply-accumulates of the whole convolution, padding counted.</summary>
    public long MultiplyAdds => (long)OutputLength * KernelHeight * KernelWidth;

    internal void Check(int input, int weights, int bias, int output, int begin, int end)
    {
        Require.That(StrideHeight > 0 && StrideWidth > 0 && DilationHeight > 0 && DilationWidth > 0, "strides and dilations must be positive");
        Require.That(PadTop >= 0 && PadLeft >= 0 && PadBottom >= 0 && PadRight >= 0, "padding must not be negative");
        Require.That(Multiplier > 0, "the channel multiplier must be positive");
        Require.Length(input, InputLength, nameof(input));
        Require.Length(weights, WeightsLength, nameof(weights));
        Require.LengthOrEmpty(bias, OutputChannels, nameof(bias));
        Require.Length(output, OutputLength, nameof(output));
        Require.Range(begin, end, Rows);
    }
}
