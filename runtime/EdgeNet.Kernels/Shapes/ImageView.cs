namespace EdgeNet.Kernels;

/// <summary>
/// An image in memory as fast kernels see it: rows of pixels of channels. Rows may lie in a ring of fewer rows than the image has,
/// so that one layer can be computed a few rows ahead of the next.
/// </summary>
/// <param name="Address">Row 0, pixel 0, channel 0.</param>
/// <param name="PixelBytes">From one pixel to the next; more than its channels take where the image is a slice of wider pixels.</param>
/// <param name="RowBytes">From one row to the next.</param>
/// <param name="RowCapacity">Rows in memory: row y lies at y modulo this.</param>
public readonly record struct ImageView(nint Address, int PixelBytes, int RowBytes, int RowCapacity)
{
    /// <summary>All of an image whose pixels lie one after the other.</summary>
    public static ImageView Of(nint address, int rows, int width, int pixelBytes) => new(address, pixelBytes, width * pixelBytes, Math.Max(rows, 1));

    internal bool IsLinear(int rows, int width) => RowCapacity >= rows && RowBytes == width * PixelBytes;

    /// <summary>Where row <paramref name="y"/> begins.</summary>
    public nint Row(int y) => Address + (nint)(y % RowCapacity) * RowBytes;
}
