using System.Buffers.Binary;
using System.Text;
using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>
/// The numbers of a FlexBuffer map (https://flatbuffers.dev/flexbuffers), which is how TFLite keeps the options of custom
/// operators. Only one flat map is read; entries that are no numbers are left out. Offsets point backwards and are checked.
/// </summary>
internal static class FlexBuffer
{
    private const int MaxEntries = 64;
    private const int MaxKeyLength = 128;

    private enum Kind { Null = 0, Int = 1, UInt = 2, Float = 3, IndirectInt = 6, IndirectUInt = 7, IndirectFloat = 8, Map = 9, Bool = 26 }

    public static Dictionary<string, double> ReadMap(ReadOnlySpan<byte> bytes)
    {
        // From the end: the width of the root, its packed type, and before them the root itself.
        if (bytes.Length < 3) throw Malformed(0, $"{bytes.Length} bytes; expected at least 3");
        int rootWidth = bytes[^1];
        if (rootWidth is not (1 or 2 or 4 or 8) || bytes.Length < 2 + rootWidth) throw Malformed(bytes.Length - 1, $"a root of {rootWidth} bytes");
        (Kind kind, int width) = Unpack(bytes[^2]);
        if (kind != Kind.Map) throw Malformed(bytes.Length - 2, $"the root is of type {(int)kind}; expected a map");

        int values = Back(bytes, bytes.Length - 2 - rootWidth, rootWidth);
        // Before the values: offset of the keys, width of the keys, count.
        int keysOffset = values - 3 * width;
        long keyWidth = UInt(bytes, values - 2 * width, width), count = UInt(bytes, values - width, width);
        if (count > MaxEntries) throw Malformed(values - width, $"a map of {count} entries; at most {MaxEntries} are supported");
        if (keyWidth is not (1 or 2 or 4 or 8)) throw Malformed(values - 2 * width, $"keys of {keyWidth} bytes");
        int keys = Back(bytes, keysOffset, width), types = values + (int)count * width;
        var map = new Dictionary<string, double>();
        for (int i = 0; i < count; i++)
        {
            string key = Key(bytes, Back(bytes, keys + i * (int)keyWidth, (int)keyWidth));
            if (types + i >= bytes.Length) throw Malformed(types + i, "the types go past the end");
            if (Number(bytes, values + i * width, width, bytes[types + i]) is double number) map[key] = number;
        }
        return map;
    }

    private static double? Number(ReadOnlySpan<byte> bytes, int at, int width, byte packedType)
    {
        (Kind kind, int ownWidth) = Unpack(packedType);
        switch (kind)
        {
            case Kind.IndirectInt: return Int(bytes, Back(bytes, at, width), ownWidth);
            case Kind.IndirectUInt: return UInt(bytes, Back(bytes, at, width), ownWidth);
            case Kind.IndirectFloat: return Float(bytes, Back(bytes, at, width), ownWidth);
            case Kind.Int: return Int(bytes, at, width);
            case Kind.UInt or Kind.Bool: return UInt(bytes, at, width);
            case Kind.Float: return Float(bytes, at, width);
            default: return null;
        }
    }

    private static (Kind Kind, int Width) Unpack(byte packed) => ((Kind)(packed >> 2), 1 << (packed & 3));

    private static int Back(ReadOnlySpan<byte> bytes, int at, int width)
    {
        long offset = UInt(bytes, at, width);
        if (offset <= 0 || offset > at) throw Malformed(at, $"an offset of {offset} bytes back");
        return at - (int)offset;
    }

    private static long UInt(ReadOnlySpan<byte> bytes, int at, int width)
    {
        ReadOnlySpan<byte> part = Part(bytes, at, width);
        return width switch
        {
            1 => part[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(part),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(part),
            _ => BinaryPrimitives.ReadInt64LittleEndian(part),
        };
    }

    private static long Int(ReadOnlySpan<byte> bytes, int at, int width)
    {
        int unused = 64 - 8 * width;
        return UInt(bytes, at, width) << unused >> unused;
    }

    private static double Float(ReadOnlySpan<byte> bytes, int at, int width)
    {
        ReadOnlySpan<byte> part = Part(bytes, at, width);
        return width switch
        {
            2 => (double)BinaryPrimitives.ReadHalfLittleEndian(part),
            4 => BinaryPrimitives.ReadSingleLittleEndian(part),
            8 => BinaryPrimitives.ReadDoubleLittleEndian(part),
            _ => throw Malformed(at, "a float of one byte"),
        };
    }

    private static string Key(ReadOnlySpan<byte> bytes, int at)
    {
        ReadOnlySpan<byte> rest = bytes[at..];
        int end = rest[..Math.Min(rest.Length, MaxKeyLength)].IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(rest[..end]) : throw Malformed(at, $"a key without an end within {MaxKeyLength} bytes");
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, int at, int width) =>
        at >= 0 && at <= bytes.Length - width ? bytes.Slice(at, width) : throw Malformed(at, $"{width} bytes lie outside");

    private static ModelFormatException Malformed(int at, string what) =>
        new($"the options of a custom operator are not a valid FlexBuffer map: byte {at} of them: {what}");
}
