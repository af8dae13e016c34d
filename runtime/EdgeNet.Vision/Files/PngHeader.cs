namespace EdgeNet.Vision;

internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}

/// <summary>What a PNG's IHDR chunk says, and the sizes that follow from it.</summary>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColour Colour, bool Interlaced)
{
    public int Samples => Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>Channels of the decoded picture: alpha is dropped, a palette is looked up.</summary>
    public int Channels => Colour is PngColour.Grey or PngColour.GreyAlpha ? 1 : 3;

    public int BitsPerPixel => Samples * BitDepth;

    /// <summary>How far back the filters look for "the pixel on the left".</summary>
    public int FilterDistance => Math.Max(1, BitsPerPixel / 8);

    public bool IsKnownCombination => Colour switch
    {
        PngColour.Grey => BitDepth is 1 or 2 or 4 or 8 or 16,
        PngColour.Palette => BitDepth is 1 or 2 or 4 or 8,
        PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => BitDepth is 8 or 16,
        _ => false,
    };

    /// <summary>The sub-pictures in file order: the seven of Adam7 without the empty ones, or the whole.</summary>
    public IEnumerable<PngPass> Passes()
    {
        ReadOnlySpan<PngPass> all = Interlaced ? PngPass.Adam7 : PngPass.Whole;
        List<PngPass> passes = [];
        foreach (PngPass pass in all)
        {
            if (pass.Columns(Width) > 0 && pass.Rows(Height) > 0)
                passes.Add(pass);
        }

        return passes;
    }

    public int RowBytes(int columns) => (int)((((long)columns * BitsPerPixel) + 7) / 8);

    /// <summary>Bytes the pixel stream holds once inflated: for every row of every pass its filter type and its samples.</summary>
    public long InflatedLength()
    {
        long length = 0;
        foreach (PngPass pass in Passes())
            length += (1L + RowBytes(pass.Columns(Width))) * pass.Rows(Height);
        return length;
    }
}

/// <summary>One pass of an interlaced picture: every StepX-th pixel from StartX on of every StepY-th row from StartY on.</summary>
internal readonly record struct PngPass(int StartX, int StartY, int StepX, int StepY)
{
    private static readonly PngPass[] s_whole = [new(0, 0, 1, 1)];

    private static readonly PngPass[] s_adam7 =
    [
        new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2),
    ];

    public static ReadOnlySpan<PngPass> Whole => s_whole;

    public static ReadOnlySpan<PngPass> Adam7 => s_adam7;

    public int Columns(int width) => (width - StartX + StepX - 1) / StepX;

    public int Rows(int height) => (height - StartY + StepY - 1) / StepY;
}
