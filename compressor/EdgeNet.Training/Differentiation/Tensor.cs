using System.Runtime.CompilerServices;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A value of a network that trains, or the gradient of one: row-major, in memory that others may have before and after it.</summary>
internal sealed class Tensor<T>(Shape shape) where T : unmanaged
{
    private AlignedBuffer? _memory;

    public Shape Shape { get; } = shape;

    public int Length => Shape.ElementCount;

    /// <summary>Its size in memory.</summary>
    /// <exception cref="TrainingSettingException">It is larger than one tensor may be.</exception>
    public int ByteCount
    {
        get
        {
            long bytes = (long)Length * Unsafe.SizeOf<T>();
            return bytes <= int.MaxValue ? (int)bytes : throw new TrainingSettingException($"a tensor of shape {Shape} would take {bytes >> 20} MB; make the batch smaller");
        }
    }

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
