using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>
/// A bounded reader of FlatBuffers (https://flatbuffers.dev/internals). Every offset is checked before it is followed. Offsets
/// may meet — a file can point at one table a million times — so everything that is opened is charged to a budget that the
/// file's length sets: reading costs no more than a small multiple of it.
/// </summary>
internal sealed class FlatBuffer(ReadOnlyMemory<byte> bytes)
{
    private const int BudgetBeyondLength = 1 << 20;
    private const int TableCharge = 8;

    private long _budget = bytes.Length + BudgetBeyondLength;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The root table, if the file's identifier is this one.</summary>
    public FlatTable Root(string identifier)
    {
        if (Bytes.Length < 8) throw Malformed(0, $"{Bytes.Length} bytes are no FlatBuffer; expected at least 8");
        ReadOnlySpan<byte> found = Bytes.Span.Slice(4, 4);
        if (!found.SequenceEqual(Encoding.ASCII.GetBytes(identifier)))
            throw Malformed(4, $"file identifier {Convert.ToHexString(found)}; expected \"{identifier}\"");
        return Table(Follow(0));
    }

    public FlatTable Table(int position)
    {
        Charge(position, TableCharge);
        Require(position, 4, 4, "table");
        long vtable = position - (long)Int32(position);
        if (vtable < 0 || vtable > Bytes.Length - 4 || vtable % 2 != 0) throw Malformed(position, $"the table's field list would lie at {vtable}");
        int fieldsLength = UInt16((int)vtable), tableLength = UInt16((int)vtable + 2);
        if (fieldsLength < 4 || fieldsLength % 2 != 0) throw Malformed((int)vtable, $"a field list of {fieldsLength} bytes");
        if (tableLength < 4) throw Malformed((int)vtable, $"a table of {tableLength} bytes");
        Require((int)vtable, fieldsLength, 2, "field list");
        Require(position, tableLength, 4, "table");
        return new FlatTable(this, position, tableLength, (int)vtable, fieldsLength);
    }

    /// <summary>Where the offset that stands at a position leads.</summary>
    public int Follow(int position)
    {
        Require(position, 4, 4, "offset");
        long target = position + (long)UInt32(position);
        if (target == position || target > Bytes.Length - 4) throw Malformed(position, $"an offset leads to {target}");
        return (int)target;
    }

    /// <summary>The elements of the vector at a position, as they lie in the file.</summary>
    public ReadOnlyMemory<byte> Vector(int position, int elementSize)
    {
        Require(position, 4, 4, "vector");
        long length = UInt32(position) * (long)elementSize;
        if (length > Bytes.Length - position - 4) throw Malformed(position, $"a vector of {UInt32(position)} elements goes past the end");
        return Bytes.Slice(position + 4, (int)length);
    }

    /// <summary>Counts what is about to be copied or walked.</summary>
    public void Charge(int position, int count)
    {
        _budget -= count;
        if (_budget < 0) throw Malformed(position, "the same parts of the file are used too many times");
    }

    public void Require(int position, int length, int alignment, string what)
    {
        if (position < 0 || position > Bytes.Length - length) throw Malformed(position, $"a {what} of {length} bytes goes past the end");
        if (position % alignment != 0) throw Malformed(position, $"a {what} is not aligned to {alignment} bytes");
    }

    public byte UInt8(int position) => Bytes.Span[position];
    public ushort UInt16(int position) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.Span[position..]);
    public int Int32(int position) => BinaryPrimitives.ReadInt32LittleEndian(Bytes.Span[position..]);
    public uint UInt32(int position) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.Span[position..]);
    public ulong UInt64(int position) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes.Span[position..]);
    public float Single(int position) => BinaryPrimitives.ReadSingleLittleEndian(Bytes.Span[position..]);

    public static ModelFormatException Malformed(int position, string what) =>
        new($"not a valid TFLite file: byte {position}: {what}; the file is damaged or not of this format");
}

/// <summary>A table of a <see cref="FlatBuffer"/>; fields are named by their index in the schema.</summary>
internal readonly struct FlatTable(FlatBuffer buffer, int position, int length, int vtable, int vtableLength)
{
    /// <summary>Where it lies in the file.</summary>
    public int Position => position;

    public bool Has(int field) => Field(field, 1) >= 0;

    public bool Bool(int field) => UInt8(field) != 0;

    public byte UInt8(int field) => Field(field, 1) is >= 0 and int at ? buffer.UInt8(at) : (byte)0;

    public int Int32(int field, int fallback = 0) => Field(field, 4) is >= 0 and int at ? buffer.Int32(at) : fallback;

    public uint UInt32(int field) => (uint)Int32(field);

    public ulong UInt64(int field) => Field(field, 8) is >= 0 and int at ? buffer.UInt64(at) : 0;

    public float Single(int field) => Field(field, 4) is >= 0 and int at ? buffer.Single(at) : 0;

    public FlatTable? Table(int field) => Target(field) is >= 0 and int at ? buffer.Table(at) : null;

    /// <summary>A vector of tables; each is opened as it is reached.</summary>
    public FlatTable[] Tables(int field, int limit)
    {
        int at = Target(field);
        if (at < 0) return [];
        int count = Elements(at, 4, limit).Length / 4;
        var tables = new FlatTable[count];
        for (int i = 0; i < count; i++) tables[i] = buffer.Table(buffer.Follow(at + 4 + 4 * i));
        return tables;
    }

    /// <summary>A vector of bytes, not copied.</summary>
    public ReadOnlyMemory<byte> Bytes(int field) => Target(field) is >= 0 and int at ? buffer.Vector(at, 1) : default;

    public int[] Int32s(int field, int limit) => Numbers<int>(field, limit);

    public long[] Int64s(int field, int limit) => Numbers<long>(field, limit);

    public float[] Singles(int field, int limit) => Numbers<float>(field, limit);

    public string String(int field, int limit)
    {
        int at = Target(field);
        if (at < 0) return "";
        // Names go into messages, which are one line.
        string text = Encoding.UTF8.GetString(Elements(at, 1, limit).Span);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
    }

    private T[] Numbers<T>(int field, int limit) where T : unmanaged
    {
        int at = Target(field);
        if (at < 0) return [];
        // The file is little-endian, as is every machine that this runs on.
        return MemoryMarshal.Cast<byte, T>(Elements(at, Marshal.SizeOf<T>(), limit).Span).ToArray();
    }

    private ReadOnlyMemory<byte> Elements(int at, int size, int limit)
    {
        ReadOnlyMemory<byte> elements = buffer.Vector(at, size);
        if (elements.Length / size > limit) throw FlatBuffer.Malformed(at, $"{elements.Length / size} elements; at most {limit} are supported here");
        buffer.Charge(at, elements.Length);
        return elements;
    }

    private int Target(int field) => Field(field, 4) is >= 0 and int at ? buffer.Follow(at) : -1;

    /// <summary>Where a field lies; −1 where the table has none.</summary>
    private int Field(int field, int size)
    {
        int entry = 4 + 2 * field;
        if (entry > vtableLength - 2) return -1;
        int offset = buffer.UInt16(vtable + entry);
        if (offset == 0) return -1;
        if (offset < 4 || offset > length - size) throw FlatBuffer.Malformed(vtable + entry, $"field {field} lies outside its table");
        buffer.Require(position + offset, size, size, "field");
        return position + offset;
    }
}
