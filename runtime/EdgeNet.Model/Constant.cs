using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>How the codes of a constant relate to its elements.</summary>
public enum Storage
{
    /// <summary>The codes are the elements, little-endian.</summary>
    Dense,
    /// <summary>Float32 elements kept as IEEE 754 binary16.</summary>
    Half,
    /// <summary>Float32 elements kept as signed 8-bit codes: <c>scale × (code − zero point)</c>.</summary>
    Affine,
    /// <summary>Float32 elements kept as 8-bit indices into a codebook of shared values (trained quantization).</summary>
    Codebook,
}

/// <summary>
/// Fixed values of a graph: weights, shapes, tables. <see cref="Type"/> is what the graph sees; <see cref="Storage"/> and
/// <see cref="Codes"/> are how the values are kept in memory and in the file. Those that come from a file stay encoded as they are
/// there, and are decoded each time they are asked for: a model takes no more memory than its file, however many codes it has.
/// </summary>
public sealed class Constant
{
    private readonly Section _section;

    private Constant(TensorType type, Storage storage, Section section, Quantization? affine, ValueList<float> codebook)
    {
        int width = storage switch { Storage.Dense => type.Element.Size(), Storage.Half => 2, _ => 1 };
        if (storage != Storage.Dense && type.Element != ElementType.Float32)
            throw new ModelFormatException($"{storage} storage holds Float32 tensors only, not {type}");
        if (section.Length != (long)type.Shape.ElementCount * width)
            throw new ModelFormatException($"{section.Length} bytes for a constant of {type} stored as {storage}; expected {(long)type.Shape.ElementCount * width}");
        Type = type;
        Storage = storage;
        _section = section;
        Affine = affine;
        CodebookValues = codebook;
    }

    /// <summary>What the graph sees.</summary>
    public TensorType Type { get; }

    /// <summary>How <see cref="Codes"/> relate to the elements.</summary>
    public Storage Storage { get; }

    /// <summary>One code per element, row-major, little-endian; decoded each time if the constant comes from a file.</summary>
    public ReadOnlyMemory<byte> Codes => _section.Bytes;

    /// <summary>The parameters of <see cref="Storage.Affine"/>.</summary>
    public Quantization? Affine { get; }

    /// <summary>The shared values of <see cref="Storage.Codebook"/>; at most 256.</summary>
    public ValueList<float> CodebookValues { get; }

    /// <summary>Bytes per code.</summary>
    public int CodeSize => Storage switch { Storage.Dense => Type.Element.Size(), Storage.Half => 2, _ => 1 };

    /// <summary>Elements as they are, in the host's memory order.</summary>
    /// <exception cref="ModelFormatException">The length does not fit the type.</exception>
    public static Constant Dense(TensorType type, ReadOnlyMemory<byte> elements) => new(type, Storage.Dense, Section.Raw(elements), null, []);

    /// <summary>A dense constant of these elements.</summary>
    public static Constant Of<T>(Shape shape, ReadOnlySpan<T> elements) where T : unmanaged =>
        Dense(new TensorType(ElementTypes.Of<T>(), shape), MemoryMarshal.AsBytes(elements).ToArray());

    /// <summary>A dense one-dimensional constant.</summary>
    public static Constant Of<T>(params ReadOnlySpan<T> elements) where T : unmanaged => Of(new Shape([elements.Length]), elements);

    /// <summary>Float32 elements rounded to binary16.</summary>
    public static Constant Half(Shape shape, ReadOnlyMemory<byte> halves) =>
        new(new TensorType(ElementType.Float32, shape), Storage.Half, Section.Raw(halves), null, []);

    /// <summary>Float32 elements as signed 8-bit codes.</summary>
    public static Constant AffineCodes(Shape shape, ReadOnlyMemory<byte> codes, Quantization affine)
    {
        ArgumentNullException.ThrowIfNull(affine);
        return Stored(new TensorType(ElementType.Float32, shape), Storage.Affine, Section.Raw(codes), affine, []);
    }

    /// <summary>Float32 elements as indices into shared values.</summary>
    /// <exception cref="ModelFormatException">The codebook is empty or larger than 256, or an index lies outside it.</exception>
    public static Constant Codebook(Shape shape, ReadOnlyMemory<byte> indices, ValueList<float> codebook)
    {
        CheckIndices(indices.Span, codebook);
        return Stored(new TensorType(ElementType.Float32, shape), Storage.Codebook, Section.Raw(indices), null, codebook);
    }

    /// <summary>A constant whose codes stay as a file has them. Of a codebook, <see cref="CheckIndices"/> must have seen the indices.</summary>
    internal static Constant Stored(TensorType type, Storage storage, Section section, Quantization? affine, ValueList<float> codebook)
    {
        affine?.Check(ElementType.Int8, type.Shape);
        return new(type, storage, section, affine, codebook);
    }

    /// <summary>Refuses a codebook of no size, and indices outside it.</summary>
    internal static void CheckIndices(ReadOnlySpan<byte> indices, ValueList<float> codebook)
    {
        if (codebook.Count is 0 or > 256) throw new ModelFormatException($"a codebook of {codebook.Count} values; expected 1 to 256");
        if (codebook.Count < 256 && indices.ContainsAnyInRange((byte)codebook.Count, byte.MaxValue))
            throw new ModelFormatException($"an index lies outside its codebook of {codebook.Count} values");
    }

    /// <summary>The elements, little-endian, as the graph sees them: decoded where they are stored as codes.</summary>
    public ReadOnlyMemory<byte> Elements()
    {
        if (Storage == Storage.Dense) return Codes;
        byte[] elements = new byte[Type.ByteCount];
        CopyTo(elements);
        return elements;
    }

    /// <summary>Writes the elements, as <see cref="Elements"/> has them, to memory of the caller's; none is allocated on the way.</summary>
    /// <exception cref="ArgumentException">The memory is of another size than the elements.</exception>
    public void CopyTo(Span<byte> elements)
    {
        if (elements.Length != Type.ByteCount) throw new ArgumentException($"{elements.Length} bytes for a constant of {Type}; expected {Type.ByteCount}", nameof(elements));
        // Codes are no larger than elements. From the end of the memory they widen towards its beginning: none is overwritten unread.
        Span<byte> codes = elements[^_section.Length..];
        _section.CopyTo(codes);
        if (Storage != Storage.Dense) Widen(codes, MemoryMarshal.Cast<byte, float>(elements));
    }

    /// <summary>The elements of a constant whose element type is <typeparamref name="T"/>; a fresh copy.</summary>
    /// <exception cref="InvalidOperationException">The element type is another.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (ElementTypes.Of<T>() != Type.Element) throw new InvalidOperationException($"a constant of {Type} was read as {typeof(T).Name}");
        T[] elements = new T[Type.Shape.ElementCount];
        CopyTo(MemoryMarshal.AsBytes(elements.AsSpan()));
        return elements;
    }

    /// <summary>The elements of an integer constant (Int8, UInt8, Int32, Int64, Bool), widened.</summary>
    public long[] ToInt64s()
    {
        ReadOnlySpan<byte> bytes = Codes.Span;
        long[] result = new long[Type.Shape.ElementCount];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Type.Element switch
            {
                ElementType.Int8 => (sbyte)bytes[i],
                ElementType.UInt8 or ElementType.Bool => bytes[i],
                ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
                ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]),
                _ => throw new InvalidOperationException($"a constant of {Type} was read as integers"),
            };
        }
        return result;
    }

    /// <summary>How many elements are exactly zero.</summary>
    public int CountZeros()
    {
        if (Type.Element == ElementType.Float32) return ToArray<float>().Count(x => x == 0);
        return ToInt64s().Count(x => x == (Type.Quantization is { IsPerTensor: true } q ? q.ZeroPoint : 0));
    }

    /// <summary>Distinct codes: 2^bits of them need bits per weight before entropy coding.</summary>
    public int CountDistinct()
    {
        if (CodeSize == 1)
        {
            Span<bool> seen = stackalloc bool[256];
            foreach (byte code in Codes.Span) seen[code] = true;
            return seen.Count(true);
        }
        return Type.Element == ElementType.Float32 ? ToArray<float>().Distinct().Count() : ToInt64s().Distinct().Count();
    }

    /// <summary>The same values with the axes permuted; output axis <c>i</c> is input axis <c>permutation[i]</c>. Stays stored as it was.</summary>
    public Constant Transposed(ReadOnlySpan<int> permutation)
    {
        Shape from = Type.Shape;
        int rank = from.Rank;
        int[] extents = new int[rank], strides = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            extents[i] = from[permutation[i]];
            strides[i] = from.Product(permutation[i] + 1, rank);
        }
        int size = CodeSize;
        ReadOnlySpan<byte> source = Codes.Span;
        byte[] result = new byte[source.Length];
        Span<int> index = stackalloc int[Shape.MaxRank];
        for (int to = 0, at = 0; to < result.Length; to += size)
        {
            source.Slice(at * size, size).CopyTo(result.AsSpan(to));
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < extents[axis]) break;
                at -= strides[axis] * extents[axis];
                index[axis] = 0;
            }
        }
        int[] permuted = permutation.ToArray();
        Quantization? Moved(Quantization? q) => q is null || q.IsPerTensor ? q : q with { Axis = Array.IndexOf(permuted, q.Axis) };
        return new Constant(new TensorType(Type.Element, new Shape(extents), Moved(Type.Quantization)), Storage, Section.Raw(result), Moved(Affine), CodebookValues);
    }

    /// <summary>The same elements under another shape of as many; per-channel parameters must still fit their axis.</summary>
    public Constant Reshaped(Shape shape, int axis = 0)
    {
        Quantization? Moved(Quantization? q) => q is null || q.IsPerTensor ? q : q with { Axis = axis };
        return new Constant(new TensorType(Type.Element, shape, Moved(Type.Quantization)), Storage, _section, Moved(Affine), CodebookValues);
    }

    private void Widen(ReadOnlySpan<byte> codes, Span<float> elements)
    {
        switch (Storage)
        {
            case Storage.Half:
                for (int i = 0; i < elements.Length; i++) elements[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(codes[(2 * i)..]);
                break;
            case Storage.Codebook:
                ReadOnlySpan<float> shared = CodebookValues.Span;
                for (int i = 0; i < elements.Length; i++) elements[i] = shared[codes[i]];
                break;
            case Storage.Affine when Affine!.IsPerTensor:
                for (int i = 0; i < elements.Length; i++) elements[i] = Affine.Scale * ((sbyte)codes[i] - Affine.ZeroPoint);
                break;
            case Storage.Affine:
                int channels = Affine!.Scales.Count, inner = Type.Shape.Product(Affine.Axis + 1, Type.Shape.Rank);
                for (int i = 0; i < elements.Length; i++)
                {
                    int channel = i / inner % channels;
                    elements[i] = Affine.Scales[channel] * ((sbyte)codes[i] - Affine.ZeroPoints[channel]);
                }
                break;
        }
    }
}
