using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A value of a network that trains, or the gradient of one: row-major, in memory that others may have before and after it.</summary>
internal sealed class Tensor<T>(Shape shape) where T : unmanaged
{
    private AlignedBuffer? _memory;

    public Shape Shape { get; } = shape;

    public int Length => Shape.ElementCount;

    public int ByteCount => checked(Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());

    public Span<T> Span => _memory!.As<T>()[..Length];

    /// <summary>Where it begins, aligned to a cache line.</summary>
    public nint Address => _memory!.Address;

    /// <summary>Gives it its place.</summary>
    public void Bind(AlignedBuffer memory) => _memory = memory;

    /// <summary>One with memory of its own.</summary>
    public static Tensor<T> Alone(Shape shape)
    {
        var tensor = new Tensor<T>(shape);
        tensor.Bind(new AlignedBuffer(tensor.ByteCount));
        return tensor;
    }
}
