using System.Buffers.Binary;

namespace EdgeNet.Vision;

/// <summary>Reads a file held in memory from front to back. Nothing past its end can be reached: asking for more is the file's error.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> data, string source)
{
    private readonly ReadOnlySpan<byte> _data = data;

    public int Position { get; private set; }

    public readonly int Remaining => _data.Length - Position;

    public ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count < 0 || count > Remaining)
            throw Error(Position, $"{what} needs {count} bytes but {Remaining} are left", "the file is truncated or damaged; copy it again");
        ReadOnlySpan<byte> taken = _data.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    public byte Byte(string what) => Take(1, what)[0];

    public ushort UInt16LittleEndian(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    public uint UInt32LittleEndian(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public int Int32LittleEndian(string what) => BinaryPrimitives.ReadInt32LittleEndian(Take(4, what));

    public uint UInt32BigEndian(string what) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, what));

    public readonly ImageFormatException Error(long offset, string problem, string remedy) =>
        new($"{source}: byte {offset}: {problem}; {remedy}");

    /// <summary>Refuses a size outside the limit before anything is allocated for it.</summary>
    public readonly void CheckSize(long offset, long width, long height)
    {
        if (!Image.IsAllowedSize(width, height))
            throw Error(offset, $"size {width}×{height}, expected 1 to {Image.MaximumPixels} pixels", "scale the picture down or repair its header");
    }
}
