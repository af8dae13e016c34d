using System.Runtime.InteropServices;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>A typed block of memory that does not move: an activation within the arena, or a constant decoded for use.</summary>
internal sealed class Tensor
{
    private readonly AlignedBuffer _buffer;

    /// <summary>Memory of its own.</summary>
    public Tensor(TensorType type) : this(type, new AlignedBuffer(checked((int)type.ByteCount)), new Place(0, 0)) { }

    /// <summary>A part of a buffer.</summary>
    public Tensor(TensorType type, AlignedBuffer buffer, Place place)
    {
        Type = type;
        _buffer = buffer;
        Address = buffer.Address + (nint)place.Offset;
        PixelBytes = place.PixelBytes;
        // Of a slice of wider pixels there is no span: only kernels that know distances compute on it.
        int length = IsDense ? checked((int)type.ByteCount) : 0;
        Bytes = buffer.Memory.Slice((int)place.Offset, length);
    }

    /// <summary>A constant's elements.</summary>
    public static Tensor Decoded(Constant constant)
    {
        var tensor = new Tensor(constant.Type);
        constant.CopyTo(tensor.Bytes.Span);
        return tensor;
    }

    public TensorType Type { get; }

    public Shape Shape => Type.Shape;

    public nint Address { get; }

    /// <summary>From one run of the last axis to the next; 0 where they follow each other.</summary>
    public int PixelBytes { get; }

    public bool IsDense => PixelBytes == 0 || PixelBytes == DensePixelBytes;

    public Memory<byte> Bytes { get; }

    private int DensePixelBytes => (Shape.Rank == 0 ? 1 : Shape[^1]) * Type.Element.Size();

    public Span<T> As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.Span);

    /// <summary>The tensor as an image [batch · height, width, channels].</summary>
    public ImageView AsImage()
    {
        int pixel = PixelBytes == 0 ? DensePixelBytes : PixelBytes;
        (int rows, int width) = Shape.Rank == 4 ? (Shape[0] * Shape[1], Shape[2]) : (1, Shape.Product(0, Shape.Rank - 1));
        return new ImageView(Address, pixel, checked(width * pixel), Math.Max(rows, 1));
    }

    /// <summary>The same memory under another type of as many bytes.</summary>
    public Tensor As(TensorType type) => new(type, _buffer, new Place(Address - _buffer.Address, 0));
}
