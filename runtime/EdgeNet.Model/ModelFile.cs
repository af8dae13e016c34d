using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>Reads and writes <c>.edgenet</c> files; the format is described byte by byte in <c>docs/format.md</c>.</summary>
public static class ModelFile
{
    /// <summary>Writes a graph. The same graph gives the same bytes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="encoding">How all values are stored that can be stored so; by default each in the way that takes the fewest bytes.</param>
    public static byte[] Write(Graph graph, SectionEncoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var sections = new List<ReadOnlyMemory<byte>>();
        var numbers = new Dictionary<Value, int>();
        foreach (Value value in graph.Inputs.Concat(graph.Constants).Concat(graph.Nodes.SelectMany(node => node.Outputs))) numbers.Add(value, numbers.Count);
        var header = new ModelHeader(
            [.. graph.Inputs.Select(input => new InputHeader(input.Name, input.Type.Element, input.Type.Shape.Span.ToArray().ToValueList(), input.Type.Quantization))],
            [.. graph.Constants.Select(constant => Describe(constant, sections, encoding))],
            [.. graph.Nodes.Select(node => new NodeHeader(node.Name, node.Op, Array.ConvertAll(node.Inputs.ToArray(), input => numbers[input]).ToValueList()))],
            [.. graph.Outputs.Select(output => new OutputHeader(output.Name, numbers[output.Value]))],
            graph.Card == ModelCard.Empty ? null : graph.Card);
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, JsonSerializer.SerializeToUtf8Bytes(header, ModelHeaderJson.Readable.ModelHeader), sections);
        return stream.ToArray();
    }

    /// <summary>Writes a graph beside its place and renames it into it.</summary>
    public static void Save(string path, Graph graph)
    {
        byte[] bytes = Write(graph);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">It is no valid <c>.edgenet</c> file; the message names it.</exception>
    public static Graph Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (new FileInfo(path) is { Exists: true, Length: > int.MaxValue }) throw new ModelFormatException($"{path}: larger than 2 GiB");
        try
        {
            return Read(File.ReadAllBytes(path));
        }
        catch (ModelException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the bytes of a file; raw sections are used in place, so the memory must not change afterwards.</summary>
    /// <exception cref="ModelException">They are no valid <c>.edgenet</c> file.</exception>
    public static Graph Read(ReadOnlyMemory<byte> file)
    {
        ContainerReader container = ContainerReader.Open(file);
        ModelHeader header = HeaderReader.Read(container.Header);
        var entries = new List<SectionEntry>();
        foreach (ConstantHeader constant in header.Constants) entries.AddRange(SectionsOf(constant));
        ReadOnlyMemory<byte>[] stored = container.SectionBytes(entries);
        var sections = new Queue<Section>();
        int longest = 0;
        for (int i = 0; i < stored.Length; i++)
        {
            var section = new Section(entries[i].Encoding, entries[i].ElementSize, stored[i], (int)entries[i].DecodedLength);
            sections.Enqueue(section);
            if (section.Encoding != SectionEncoding.Raw) longest = Math.Max(longest, section.Length);
        }
        // Constants keep their sections as they are stored. That each can be decoded is seen now, in one buffer for all.
        byte[] buffer = new byte[longest];
        var builder = new GraphBuilder { Card = header.Card ?? ModelCard.Empty };
        var values = new List<Value>();
        foreach (InputHeader input in header.Inputs)
            values.Add(builder.Input(input.Name, new TensorType(input.Element, new Shape(input.Shape.Span), input.Quantization)));
        foreach (ConstantHeader constant in header.Constants) values.Add(builder.Constant(Restore(constant, sections, buffer), constant.Name ?? ""));
        foreach (NodeHeader node in header.Nodes)
        {
            Value[] inputs = Array.ConvertAll(node.Inputs.ToArray(), number => ValueAt(number, $"node '{node.Name}'"));
            values.AddRange(builder.AddNode(node.Op, node.Name, inputs).Outputs);
        }
        foreach (OutputHeader output in header.Outputs) builder.Output(output.Name, ValueAt(output.Value, $"output '{output.Name}'"));
        return builder.Build();

        Value ValueAt(int number, string user) => number >= 0 && number < values.Count
            ? values[number]
            : throw new ModelFormatException($"header: {user} uses value {number}; expected one of the {values.Count} before it");
    }

    /// <summary>Bytes of a constant's values in the file and how they are encoded there, as <see cref="Write"/> would store them.</summary>
    public static (SectionEncoding Encoding, long Stored) StoredSize(Constant constant)
    {
        ArgumentNullException.ThrowIfNull(constant);
        EncodedSection section = Encode(constant.CodeSize, constant.Codes.Span, null);
        return (section.Encoding, section.Stored.Length);
    }

    // Sections know elements of up to 4 bytes; an Int64 is two of them.
    private static EncodedSection Encode(int codeSize, ReadOnlySpan<byte> bytes, SectionEncoding? encoding) =>
        encoding is { } asked && (asked != SectionEncoding.Huffman || codeSize == 1)
            ? new EncodedSection(asked, SectionCodec.Encode(asked, Math.Min(codeSize, 4), bytes))
            : SectionCodec.SmallestEncoding(Math.Min(codeSize, 4), bytes);

    private static ConstantHeader Describe(Value value, List<ReadOnlyMemory<byte>> sections, SectionEncoding? encoding)
    {
        Constant constant = value.Constant!;
        Quantization? quantization = constant.Affine ?? constant.Type.Quantization;
        return new ConstantHeader(
            constant.Type.Element, constant.Type.Shape.Span.ToArray().ToValueList(), constant.Storage, Add(constant.CodeSize, constant.Codes.Span),
            value.Name.Length == 0 ? null : value.Name,
            quantization is { IsPerTensor: false } ? quantization.Axis : null,
            quantization is null ? null : Add(4, MemoryMarshal.AsBytes(quantization.Scales.Span)),
            quantization is null || quantization.ZeroPoints.All(zero => zero == 0) ? null : Add(4, MemoryMarshal.AsBytes(quantization.ZeroPoints.Span)),
            constant.Storage == Storage.Codebook ? Add(4, MemoryMarshal.AsBytes(constant.CodebookValues.Span)) : null);

        SectionHeader Add(int elementSize, ReadOnlySpan<byte> bytes)
        {
            EncodedSection section = Encode(elementSize, bytes, encoding);
            sections.Add(section.Stored);
            return new SectionHeader(section.Encoding, section.Stored.Length, bytes.Length, Crc32C.Compute(section.Stored));
        }
    }

    private static IEnumerable<SectionEntry> SectionsOf(ConstantHeader constant)
    {
        int codeSize = constant.Storage switch { Storage.Dense => constant.Element.Size(), Storage.Half => 2, _ => 1 };
        Shape shape = new(constant.Shape.Span);
        // What a section decodes to follows from the constant; checked here, before anything is decoded.
        yield return Entry(constant.Values, Math.Min(codeSize, 4), (long)shape.ElementCount * codeSize);
        long channels = constant.Axis is { } axis && axis >= 0 && axis < shape.Rank ? shape[axis] : 1;
        if (constant.Scales is not null) yield return Entry(constant.Scales, 4, 4 * channels);
        if (constant.ZeroPoints is not null) yield return Entry(constant.ZeroPoints, 4, 4 * channels);
        if (constant.Codebook is not null) yield return Entry(constant.Codebook, 4, 4 * 256);

        static SectionEntry Entry(SectionHeader section, int elementSize, long most) => section.Decoded <= most
            ? new(section.Encoding, elementSize, section.Stored, section.Decoded, section.Crc)
            : throw new ModelFormatException($"header: a section of {section.Decoded} bytes where its constant has room for {most}");
    }

    private static Constant Restore(ConstantHeader header, Queue<Section> sections, Span<byte> buffer)
    {
        Section values = sections.Dequeue();
        ReadOnlySpan<byte> codes = values.Stored.Span;
        if (values.Encoding != SectionEncoding.Raw)
        {
            values.CopyTo(buffer[..values.Length]);
            codes = buffer[..values.Length];
        }
        float[] scales = header.Scales is null ? [] : Numbers(sections.Dequeue().Bytes, BinaryPrimitives.ReadSingleLittleEndian);
        int[] zeroPoints = header.ZeroPoints is null ? new int[scales.Length] : Numbers(sections.Dequeue().Bytes, BinaryPrimitives.ReadInt32LittleEndian);
        float[] codebook = header.Codebook is null ? [] : Numbers(sections.Dequeue().Bytes, BinaryPrimitives.ReadSingleLittleEndian);
        Quantization? quantization = header.Scales is null ? null : new(scales.ToValueList(), zeroPoints.ToValueList(), header.Axis ?? 0);
        Shape shape = new(header.Shape.Span);
        TensorType real = new(ElementType.Float32, shape);
        switch (header.Storage)
        {
            case Storage.Dense:
                return Constant.Stored(new TensorType(header.Element, shape, quantization), Storage.Dense, values, null, []);
            case Storage.Half:
                return Constant.Stored(real, Storage.Half, values, null, []);
            case Storage.Affine when quantization is null:
                throw new ModelFormatException("header: a constant stored as Affine has no scales");
            case Storage.Affine:
                return Constant.Stored(real, Storage.Affine, values, quantization, []);
            case Storage.Codebook:
                Constant.CheckIndices(codes, codebook.ToValueList());
                return Constant.Stored(real, Storage.Codebook, values, null, codebook.ToValueList());
            default:
                throw new ModelFormatException($"header: storage {header.Storage} is unknown");
        }
    }

    private delegate T ReadNumber<T>(ReadOnlySpan<byte> bytes);

    private static T[] Numbers<T>(ReadOnlyMemory<byte> bytes, ReadNumber<T> read)
    {
        if (bytes.Length % 4 != 0) throw new ModelFormatException($"a section of {bytes.Length} bytes should hold 4-byte numbers");
        T[] numbers = new T[bytes.Length / 4];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = read(bytes.Span[(4 * i)..]);
        return numbers;
    }
}
