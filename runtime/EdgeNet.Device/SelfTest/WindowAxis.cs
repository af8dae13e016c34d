namespace EdgeNet.Device;

/// <summary>The geometry of a convolution along one axis.</summary>
internal readonly record struct WindowAxis(int Input, int Kernel, int Stride, int Dilation, int PadFirst, int PadLast)
{
    private const int LongestInput = 17;

    private int Reach => (Kernel - 1) * Dilation + 1;

    /// <summary>The shortest input that gives one output.</summary>
    private int ShortestInput => Math.Max(1, Reach - PadFirst - PadLast);

    public int Output => (Input + PadFirst + PadLast - Reach) / Stride + 1;

    /// <summary>An axis of every kind: windows 1, 3 and 5, padding that none, all or some of the window may lie in.</summary>
    public static WindowAxis Draw(SeededNoise noise)
    {
        int kernel = noise.Pick(1, 3, 3, 3, 5, 5);
        int dilation = kernel > 1 && noise.OneIn(5) ? noise.Between(2, 3) : 1;
        return new WindowAxis(0, kernel, noise.Pick(1, 1, 2), dilation, 0, 0).Padded(noise);
    }

    /// <summary>The same window on an axis of its own length and padding.</summary>
    public WindowAxis Padded(SeededNoise noise)
    {
        (int first, int last) = noise.Below(4) switch
        {
            0 => (0, 0),
            1 => (Reach / 2, Reach / 2),
            2 => (0, Reach / 2),
            _ => (noise.Below(Reach + 1), noise.Below(Reach + 1)),
        };
        WindowAxis axis = this with { PadFirst = first, PadLast = last };
        return axis with { Input = noise.Between(axis.ShortestInput, Math.Max(axis.ShortestInput, LongestInput)) };
    }

    /// <summary>About two thirds of the length, if it can be shorter.</summary>
    public WindowAxis Shorter => this with { Input = Math.Max(ShortestInput, Input * 2 / 3) };

    /// <summary>Two axes, as one finds them together: mostly the same window on both.</summary>
    public static (WindowAxis Vertical, WindowAxis Horizontal) DrawTwo(SeededNoise noise)
    {
        WindowAxis vertical = Draw(noise);
        return (vertical, noise.OneIn(4) ? Draw(noise) : vertical.Padded(noise));
    }

    public static string Describe(WindowAxis vertical, WindowAxis horizontal) =>
        $"kernel {vertical.Kernel}x{horizontal.Kernel}, stride {vertical.Stride}x{horizontal.Stride}, dilation {vertical.Dilation}x{horizontal.Dilation}, "
        + $"padding top {vertical.PadFirst} left {horizontal.PadFirst} bottom {vertical.PadLast} right {horizontal.PadLast}";
}
