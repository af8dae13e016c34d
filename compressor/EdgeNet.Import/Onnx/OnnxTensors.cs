using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Onnx;

/// <summary>From ONNX tensors and their types to ours.</summary>
internal static class OnnxTensors
{
    /// <summary>Our element type for one of ONNX's; null where there is none.</summary>
    public static ElementType? Element(int dataType) => (DataType)dataType switch
    {
        DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => ElementType.Float32,
        DataType.Int8 => ElementType.Int8,
        DataType.Uint8 => ElementType.UInt8,
        DataType.Int16 or DataType.Uint16 or DataType.Int32 => ElementType.Int32,
        DataType.Uint32 or DataType.Int64 or DataType.Uint64 => ElementType.Int64,
        DataType.Bool => ElementType.Bool,
        _ => null,
    };

    /// <summary>What ONNX calls the type.</summary>
    public static string NameOf(int dataType) => Enum.IsDefined((DataType)dataType) ? ((DataType)dataType).ToString().ToUpperInvariant() : $"type {dataType}";

    /// <summary>The tensor as a constant. Every length is checked against the data that is there before anything is allocated.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="where">What it belongs to, for error messages.</param>
    /// <exception cref="ModelFormatException">The tensor is damaged, external, or of a type that boards have no use for.</exception>
    public static Constant Read(TensorProto tensor, string where)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
        {
            string file = tensor.ExternalData.FirstOrDefault(entry => entry.Key == "location")?.Value ?? "";
            throw new ModelFormatException(
                $"{where} keeps its data in another file ('{file}'); expected it inside: save the model with save_as_external_data=False");
        }
        if (tensor.Segment is not null) throw new ModelFormatException($"{where} is one segment of a tensor; expected the whole");
        if (Element(tensor.DataType) is not ElementType element)
        {
            throw new ModelFormatException(
                $"{where} has elements of {NameOf(tensor.DataType)}; expected floats, integers of 8 to 64 bits or BOOL: export the model with one of these");
        }
        Shape shape = ShapeOf(tensor, where);
        return Constant.Dense(new TensorType(element, shape), Elements(tensor, shape.ElementCount, where));
    }

    private static Shape ShapeOf(TensorProto tensor, string where)
    {
        if (tensor.Dims.Count > Shape.MaxRank)
            throw new ModelFormatException($"{where} has {tensor.Dims.Count} dimensions; at most {Shape.MaxRank} are supported");
        foreach (long dim in tensor.Dims)
        {
            if (dim is < 0 or > Shape.MaxElements) throw new ModelFormatException($"{where} has extent {dim}; expected 0 to {Shape.MaxElements}");
        }
        try
        {
            return new Shape([.. tensor.Dims.Select(dim => (int)dim)]);
        }
        catch (ShapeException e)
        {
            throw new ModelFormatException($"{where}: {e.Message}", e);
        }
    }

    private static ReadOnlyMemory<byte> Elements(TensorProto tensor, int count, string where)
    {
        ReadOnlyMemory<byte> raw = tensor.RawData.Memory;
        bool isRaw = raw.Length > 0;
        switch ((DataType)tensor.DataType)
        {
            case DataType.Float:
                return isRaw ? Raw(4) : Listed(tensor.FloatData, x => x);
            case DataType.Int32:
                return isRaw ? Raw(4) : Listed(tensor.Int32Data, x => x);
            case DataType.Int64:
                return isRaw ? Raw(8) : Listed(tensor.Int64Data, x => x);
            case DataType.Int8:
                return isRaw ? Raw(1) : Listed(tensor.Int32Data, x => (sbyte)x);
            case DataType.Uint8:
                return isRaw ? Raw(1) : Listed(tensor.Int32Data, x => (byte)x);
            case DataType.Bool:
                return isRaw ? Widened(1, x => x[0] != 0) : Listed(tensor.Int32Data, x => x != 0);
            case DataType.Double:
                return isRaw ? Widened(8, x => (float)BinaryPrimitives.ReadDoubleLittleEndian(x)) : Listed(tensor.DoubleData, x => (float)x);
            case DataType.Float16:
                return isRaw
                    ? Widened(2, x => (float)BinaryPrimitives.ReadHalfLittleEndian(x))
                    : Listed(tensor.Int32Data, x => (float)BitConverter.UInt16BitsToHalf((ushort)x));
            case DataType.Bfloat16:
                return isRaw
                    ? Widened(2, x => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(x) << 16))
                    : Listed(tensor.Int32Data, x => BitConverter.UInt32BitsToSingle((uint)(ushort)x << 16));
            case DataType.Int16:
                return isRaw ? Widened(2, x => (int)BinaryPrimitives.ReadInt16LittleEndian(x)) : Listed(tensor.Int32Data, x => x);
            case DataType.Uint16:
                return isRaw ? Widened(2, x => (int)BinaryPrimitives.ReadUInt16LittleEndian(x)) : Listed(tensor.Int32Data, x => x);
            case DataType.Uint32:
                return isRaw ? Widened(4, x => (long)BinaryPrimitives.ReadUInt32LittleEndian(x)) : Listed(tensor.Uint64Data, Clamp);
            default:
                return isRaw ? Widened(8, x => Clamp(BinaryPrimitives.ReadUInt64LittleEndian(x))) : Listed(tensor.Uint64Data, Clamp);
        }

        ReadOnlyMemory<byte> Raw(int width)
        {
            if (raw.Length != (long)count * width)
                throw new ModelFormatException($"{where} holds {raw.Length} bytes; expected {(long)count * width} for {count} elements of {NameOf(tensor.DataType)}");
            return raw;
        }

        ReadOnlyMemory<byte> Widened<T>(int width, Func<ReadOnlySpan<byte>, T> read) where T : unmanaged
        {
            Raw(width);
            byte[] bytes = new byte[count * Unsafe.SizeOf<T>()];
            Span<T> elements = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
            for (int i = 0; i < count; i++) elements[i] = read(raw.Span.Slice(i * width, width));
            return bytes;
        }

        ReadOnlyMemory<byte> Listed<TStored, T>(IReadOnlyList<TStored> list, Func<TStored, T> convert) where T : unmanaged
        {
            if (list.Count != count)
                throw new ModelFormatException($"{where} holds {list.Count} elements of {NameOf(tensor.DataType)}; its shape says {count}");
            byte[] bytes = new byte[count * Unsafe.SizeOf<T>()];
            Span<T> elements = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
            for (int i = 0; i < count; i++) elements[i] = convert(list[i]);
            return bytes;
        }
    }

    private static long Clamp(ulong x) => (long)Math.Min(x, long.MaxValue);
}
