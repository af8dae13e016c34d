using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using EdgeNet.Model;
using EdgeNet.Model.Format;

namespace EdgeNet.Cli;

/// <summary>Reads and writes NumPy's <c>.npy</c> files, versions 1 and 2, C order, little-endian: numpy.lib.format.</summary>
internal static partial class NpyFile
{
    private const int MaximumHeaderLength = 1 << 16;
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no .npy file, or one of a kind that is not read.</exception>
    public static NpyArray Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a stream that knows its length; nothing is allocated that it does not hold.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>.</exception>
    public static NpyArray Read(Stream stream, string name)
    {
        Span<byte> prefix = stackalloc byte[12];
        if (stream.ReadAtLeast(prefix[..8], 8, throwOnEndOfStream: false) < 8 || !prefix.StartsWith(Magic))
            throw Damaged(0, "not a .npy file: it should start with \\x93NUMPY");
        (int major, int lengthSize) = (prefix[6], prefix[6] == 1 ? 2 : 4);
        if (major is not (1 or 2)) throw Damaged(6, $"version {major}; expected 1 or 2");
        if (stream.ReadAtLeast(prefix.Slice(8, lengthSize), lengthSize, throwOnEndOfStream: false) < lengthSize) throw Damaged(8, "the file ends before its header");
        long headerLength = lengthSize == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        long left = stream.Length - stream.Position;
        if (headerLength > Math.Min(left, MaximumHeaderLength)) throw Damaged(8, $"a header of {headerLength} bytes; {left} are left, and the limit is {MaximumHeaderLength}");
        byte[] headerBytes = new byte[headerLength];
        stream.ReadExactly(headerBytes);

        string header = Encoding.Latin1.GetString(headerBytes);
        NpyType type = DescrPattern().Match(header) is { Success: true } descr
            ? TypeOf(descr.Groups[1].Value) ?? throw Damaged(10, $"element type '{descr.Groups[1].Value}' is not read; expected little-endian f2, f4, f8, i1, i2, i4, i8, u1 or b1")
            : throw Damaged(10, "the header has no 'descr' of one element type");
        if (OrderPattern().Match(header) is not { Success: true } order) throw Damaged(10, "the header has no 'fortran_order'");
        if (ShapePattern().Match(header) is not { Success: true } extents) throw Damaged(10, "the header has no 'shape'");
        Shape shape = ParseShape(extents.Groups[1].Value);
        if (order.Groups[1].Value == "True" && shape.Count(extent => extent > 1) > 1)
            throw Damaged(10, "Fortran order is not read; save numpy.ascontiguousarray(array)");

        left = stream.Length - stream.Position;
        long expected = (long)shape.ElementCount * type.Size();
        if (left != expected) throw Damaged(stream.Position, $"{left} bytes of elements; shape {shape} of {type} takes {expected}");
        byte[] bytes = new byte[expected];
        stream.ReadExactly(bytes);
        if (type == NpyType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1)) throw Damaged(stream.Position - left, "an element of b1 is neither 0 nor 1");
        return new NpyArray(type, shape, bytes);

        Shape ParseShape(string text)
        {
            string[] numbers = text.Split(',', StringSplitOptions.TrimEntries);
            // (3,) ends in a comma; () is a scalar.
            if (numbers[^1].Length == 0) numbers = numbers[..^1];
            int[] parsed = new int[numbers.Length];
            for (int i = 0; i < parsed.Length; i++)
            {
                if (!int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out parsed[i])) throw Damaged(10, $"the extent '{numbers[i]}' is no number within limits");
            }
            try
            {
                return new Shape(parsed);
            }
            catch (ShapeException e)
            {
                throw Damaged(10, e.Message);
            }
        }

        InvalidDataException Damaged(long at, string what) => new($"{name}: byte {at}: {what}");
    }

    /// <summary>Writes a file beside its place and renames it into it.</summary>
    public static void Save(string path, NpyArray array) => AtomicFile.Write(path, stream => Write(stream, array));

    /// <summary>Writes version 1.0, the elements aligned to 64 bytes as NumPy does.</summary>
    public static void Write(Stream stream, NpyArray array)
    {
        string extents = array.Shape.Rank == 1 ? $"{array.Shape[0]}," : string.Join(", ", array.Shape);
        string header = $"{{'descr': '{array.Type.Descr()}', 'fortran_order': False, 'shape': ({extents}), }}";
        int unpadded = Magic.Length + 4 + header.Length + 1;
        header = header.PadRight(header.Length + ((Alignment - (unpadded % Alignment)) % Alignment)) + "\n";
        stream.Write(Magic);
        stream.Write([1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.Latin1.GetBytes(header));
        stream.Write(array.Bytes.Span);
    }

    private static NpyType? TypeOf(string descr)
    {
        foreach (NpyType type in Enum.GetValues<NpyType>())
        {
            bool isSingleByte = type.Size() == 1;
            if (descr == type.Descr() || (descr[1..] == type.Descr()[1..] && (isSingleByte ? descr[0] is '<' or '>' or '=' or '|' : descr[0] == '='))) return type;
        }
        return null;
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']{2,8})'")]
    private static partial Regex DescrPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([^()]*)\)")]
    private static partial Regex ShapePattern();
}

/// <summary>The element types of NumPy that are read and written.</summary>
internal enum NpyType
{
    Float16,
    Float32,
    Float64,
    Int8,
    UInt8,
    Int16,
    Int32,
    Int64,
    Bool,
}

/// <summary>Facts about <see cref="NpyType"/>s.</summary>
internal static class NpyTypes
{
    /// <summary>As NumPy writes it.</summary>
    public static string Descr(this NpyType type) => type switch
    {
        NpyType.Float16 => "<f2",
        NpyType.Float32 => "<f4",
        NpyType.Float64 => "<f8",
        NpyType.Int8 => "|i1",
        NpyType.UInt8 => "|u1",
        NpyType.Int16 => "<i2",
        NpyType.Int32 => "<i4",
        NpyType.Int64 => "<i8",
        NpyType.Bool => "|b1",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes per element.</summary>
    public static int Size(this NpyType type) => type.Descr()[2] - '0';

    /// <summary>The NumPy type of a tensor's elements.</summary>
    public static NpyType Of(ElementType element) => element switch
    {
        ElementType.Float32 => NpyType.Float32,
        ElementType.Int8 => NpyType.Int8,
        ElementType.UInt8 => NpyType.UInt8,
        ElementType.Int32 => NpyType.Int32,
        ElementType.Int64 => NpyType.Int64,
        _ => NpyType.Bool,
    };
}

/// <summary>An array as NumPy keeps it: row-major, little-endian.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Bytes">Its elements.</param>
internal sealed record NpyArray(NpyType Type, Shape Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>An array of these elements.</summary>
    public static NpyArray Of<T>(Shape shape, params ReadOnlySpan<T> elements) where T : unmanaged =>
        new(NpyTypes.Of(ElementTypes.Of<T>()), shape, MemoryMarshal.AsBytes(elements).ToArray());

    /// <summary>Whether the elements are whole numbers by type.</summary>
    public bool IsInteger => Type is not (NpyType.Float16 or NpyType.Float32 or NpyType.Float64);

    /// <summary>One element as a real number; an Int64 is rounded.</summary>
    public double Real(int index) => Type switch
    {
        NpyType.Float16 => (double)MemoryMarshal.Cast<byte, Half>(Bytes.Span)[index],
        NpyType.Float32 => MemoryMarshal.Cast<byte, float>(Bytes.Span)[index],
        NpyType.Float64 => MemoryMarshal.Cast<byte, double>(Bytes.Span)[index],
        _ => Integer(index),
    };

    /// <summary>The elements in the memory layout of another type, where each can be held exactly.</summary>
    /// <exception cref="InvalidDataException">One cannot; the message says which.</exception>
    public ReadOnlyMemory<byte> To(ElementType element)
    {
        if (Type == NpyTypes.Of(element)) return Bytes;
        byte[] result = new byte[(long)Shape.ElementCount * element.Size()];
        for (int i = 0; i < Shape.ElementCount; i++)
        {
            if (!TryConvert(i, element, result.AsSpan(i * element.Size())))
            {
                string value = IsInteger ? $"{Integer(i)}" : Real(i).ToString("R", CultureInfo.InvariantCulture);
                throw new InvalidDataException($"element {i} is {value}, which {element} cannot hold exactly");
            }
        }
        return result;
    }

    private bool TryConvert(int index, ElementType to, Span<byte> into)
    {
        if (to == ElementType.Float32)
        {
            double real = Real(index);
            MemoryMarshal.Write(into, (float)real);
            return IsInteger ? (Int128)(float)real == Integer(index) : (float)real == real || double.IsNaN(real);
        }

        if (!IsInteger && !(Math.Truncate(Real(index)) == Real(index) && Math.Abs(Real(index)) < long.MaxValue)) return false;
        long integer = IsInteger ? Integer(index) : (long)Real(index);
        (long lowest, long highest) = to switch
        {
            ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ElementType.UInt8 => (byte.MinValue, byte.MaxValue),
            ElementType.Int32 => (int.MinValue, int.MaxValue),
            ElementType.Bool => (0, 1),
            _ => (long.MinValue, long.MaxValue),
        };
        if (integer < lowest || integer > highest) return false;
        switch (to.Size())
        {
            case 1: into[0] = (byte)integer; break;
            case 4: BinaryPrimitives.WriteInt32LittleEndian(into, (int)integer); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(into, integer); break;
        }
        return true;
    }

    private long Integer(int index) => Type switch
    {
        NpyType.Int8 => (sbyte)Bytes.Span[index],
        NpyType.UInt8 or NpyType.Bool => Bytes.Span[index],
        NpyType.Int16 => MemoryMarshal.Cast<byte, short>(Bytes.Span)[index],
        NpyType.Int32 => MemoryMarshal.Cast<byte, int>(Bytes.Span)[index],
        NpyType.Int64 => MemoryMarshal.Cast<byte, long>(Bytes.Span)[index],
        _ => throw new InvalidOperationException($"{Type} was read as integers"),
    };
}
