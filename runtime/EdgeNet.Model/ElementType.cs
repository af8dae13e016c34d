using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>
/// What a tensor holds. Importers widen the types that boards have no use for: float16 and float64 to
/// <see cref="Float32"/>, 16-bit integers to <see cref="Int32"/>, unsigned 32- and 64-bit integers to <see cref="Int64"/>.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ElementType>))]
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,
    /// <summary>Two's complement, 8 bits; quantized where the tensor type carries a <see cref="Quantization"/>.</summary>
    Int8,
    /// <summary>Unsigned, 8 bits: pictures, and the inputs and outputs of quantized models that use it.</summary>
    UInt8,
    /// <summary>Two's complement, 32 bits.</summary>
    Int32,
    /// <summary>Two's complement, 64 bits.</summary>
    Int64,
    /// <summary>One byte: 0 or 1.</summary>
    Bool,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Int64 => 8,
        _ => 1,
    };

    /// <summary>Whether tensors of this type may carry quantization parameters.</summary>
    public static bool IsEightBit(this ElementType type) => type is ElementType.Int8 or ElementType.UInt8;

    /// <summary>The element type that stores <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of float, sbyte, byte, int, long, bool.</exception>
    public static ElementType Of<T>() where T : struct
    {
        if (typeof(T) == typeof(float)) return ElementType.Float32;
        if (typeof(T) == typeof(sbyte)) return ElementType.Int8;
        if (typeof(T) == typeof(byte)) return ElementType.UInt8;
        if (typeof(T) == typeof(int)) return ElementType.Int32;
        if (typeof(T) == typeof(long)) return ElementType.Int64;
        if (typeof(T) == typeof(bool)) return ElementType.Bool;
        throw new NotSupportedException($"tensors hold float, sbyte, byte, int, long or bool, not {typeof(T).Name}");
    }
}
