namespace EdgeNet.Kernels.Tests;

/// <summary>Floats that end where their process must not read: a kernel that goes one element too far ends the tests.</summary>
internal sealed class GuardedFloats : IDisposable
{
    private readonly GuardedBuffer _buffer;

    public GuardedFloats(float[] values)
    {
        _buffer = new GuardedBuffer(values.Length * sizeof(float));
        Address = _buffer.Place(values.Length * sizeof(float), atEnd: true);
        Length = values.Length;
        values.CopyTo(_buffer.Elements<float>(Address, Length));
    }

    public nint Address { get; }

    public int Length { get; }

    public float[] ToArray() => _buffer.Elements<float>(Address, Length).ToArray();

    public void Dispose() => _buffer.Dispose();
}
