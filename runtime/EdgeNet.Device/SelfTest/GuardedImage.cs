using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>
/// An image in guarded memory, with gaps between pixels and rows, perhaps a ring of fewer rows than it has. Its last channel is the last
/// byte before an inaccessible page, or its first the first after one.
/// </summary>
internal sealed class GuardedImage<T> : IDisposable where T : unmanaged
{
    /// <summary>What fills gaps and what is not yet written: NaN, or a code that is no special one.</summary>
    private static readonly byte Filling = Unsafe.SizeOf<T>() == sizeof(float) ? (byte)0xFF : (byte)0xA5;

    private readonly GuardedBuffer _memory;
    private readonly int _rows, _width, _channels;

    /// <param name="rows">Rows of the image.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="channels">Elements of a pixel.</param>
    /// <param name="pixelGap">Elements between pixels.</param>
    /// <param name="rowGap">Elements between rows.</param>
    /// <param name="ring">Rows in memory; 0 for all.</param>
    /// <param name="atEnd">Whether the inaccessible page follows, or precedes.</param>
    public GuardedImage(int rows, int width, int channels, int pixelGap, int rowGap, int ring, bool atEnd)
    {
        (_rows, _width, _channels) = (rows, width, channels);
        int size = Unsafe.SizeOf<T>(), pixelBytes = (channels + pixelGap) * size;
        int rowBytes = width * pixelBytes + rowGap * size, capacity = ring > 0 ? ring : rows;
        int bytes = (capacity - 1) * rowBytes + (width - 1) * pixelBytes + channels * size;
        _memory = new GuardedBuffer(bytes);
        View = new ImageView(_memory.Place(bytes, atEnd), pixelBytes, rowBytes, capacity);
        _memory.Bytes.Fill(Filling);
    }

    public ImageView View { get; }

    /// <summary>Puts a row of dense values where it belongs.</summary>
    public void Load(ReadOnlySpan<T> image, int row)
    {
        for (int x = 0; x < _width; x++) image.Slice((row * _width + x) * _channels, _channels).CopyTo(Pixel(row, x));
    }

    public GuardedImage<T> Load(ReadOnlySpan<T> image)
    {
        for (int row = 0; row < _rows; row++) Load(image, row);
        return this;
    }

    /// <summary>The dense values.</summary>
    public T[] Read()
    {
        var image = new T[_rows * _width * _channels];
        for (int row = 0; row < _rows; row++)
        {
            for (int x = 0; x < _width; x++) Pixel(row, x).CopyTo(image.AsSpan((row * _width + x) * _channels));
        }
        return image;
    }

    /// <summary>Whether all that is not the image is as it was.</summary>
    public bool IsCleanAround()
    {
        for (int row = 0; row < _rows; row++)
        {
            for (int x = 0; x < _width; x++) MemoryMarshal.AsBytes(Pixel(row, x)).Fill(Filling);
        }
        return !_memory.Bytes.ContainsAnyExcept(Filling);
    }

    public void Dispose() => _memory.Dispose();

    private Span<T> Pixel(int row, int x) => _memory.Elements<T>(View.Row(row) + (nint)x * View.PixelBytes, _channels);
}
