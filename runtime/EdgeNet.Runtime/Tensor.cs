using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>A typed block of memory: an activation, or a constant decoded for use.</summary>
internal sealed class Tensor(TensorType type, Memory<byte> bytes)
{
    public TensorType Type { get; } = type;

    public Shape Shape => Type.Shape;

    public Memory<byte> Bytes { get; } = bytes;

    public Span<T> As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.Span);
}
