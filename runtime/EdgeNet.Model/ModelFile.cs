using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>Reads and writes <c>.edgenet</c> files; the format is described byte by byte in <c>docs/format.md</c>.</summary>
public static class ModelFile
{
    /// <summary>Writes a graph. The same graph gives the same bytes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="allowed">The encodings among which each section takes the smallest.</param>
    public static byte[] Write(Graph graph, AllowedEncodings allowed = AllowedEncodings.All)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var sections = new List<ReadOnlyMemory<byte>>();
        var numbers = new Dictionary<Value, int>();
        foreach (Value value in graph.Inputs.Concat(graph.Constants).Concat(graph.Nodes.SelectMany(node => node.Outputs))) numbers.Add(value, numbers.Count);
        var header = new ModelHeader(
            [.. graph.Inputs.Select(input => new InputHeader(input.Name, input.Type.Element, input.Type.Shape.Span.ToArray().ToValueList(), input.Type.Quantization))],
            [.. graph.Constants.Select(constant => Describe(constant.Constant!, constant.Name, sections, allowed))],
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
        ModelHeader header = HeaderReader.Read(container.Header, container.Version);
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

    /// <summary>The header of a file as people can read it: JSON, which <c>docs/format.md</c> describes.</summary>
    /// <exception cref="ModelFormatException">It is no <c>.edgenet</c> file, or damaged.</exception>
    public static string HeaderText(ReadOnlyMemory<byte> file) => Encoding.UTF8.GetString(ContainerReader.Open(file).Header.Span);

    /// <summary>How <see cref="Write"/> would store a constant, and in how many bytes beside its part of the header.</summary>
    public static StoredSize StoredSize(Constant constant, AllowedEncodings allowed = AllowedEncodings.All)
    {
        ArgumentNullException.ThrowIfNull(constant);
        var sections = new List<ReadOnlyMemory<byte>>();
        ConstantHeader header = Describe(constant, "", sections, allowed);
        long tables = 0;
        for (int i = 1; i < sections.Count; i++) tables += sections[i].Length;
        return new(header.Values.Encoding, sections[0].Length, tables);
    }

    private static ConstantHeader Describe(Constant constant, string name, List<ReadOnlyMemory<byte>> sections, AllowedEncodings allowed)
    {
        Quantization? quantization = constant.Affine ?? constant.Type.Quantization;
        int? axis = quantization is { IsPerTensor: false } ? quantization.Axis : null;
        Shape shape = constant.Type.Shape;
        return new ConstantHeader(
            constant.Type.Element, shape.Span.ToArray().ToValueList(), constant.Storage,
            Add(constant.CodeSize, constant.Codes.Span, SectionAxes.Of(shape), ValueBytes(shape, constant.CodeSize)),
            name.Length == 0 ? null : name,
            axis,
            quantization is null ? null : Add(4, MemoryMarshal.AsBytes(quantization.Scales.Span), default, ChannelBytes(shape, axis)),
            quantization is null || quantization.ZeroPoints.All(zero => zero == 0) ? null : Add(4, MemoryMarshal.AsBytes(quantization.ZeroPoints.Span), default, ChannelBytes(shape, axis)),
            constant.Storage == Storage.Codebook ? Add(4, MemoryMarshal.AsBytes(constant.CodebookValues.Span), default, MostCodebookBytes) : null);

        SectionHeader Add(int elementSize, ReadOnlySpan<byte> bytes, SectionAxes axes, long implied)
        {
            // Sections know elements of up to 4 bytes; an Int64 is two of them.
            EncodedSection section = SectionCodec.SmallestEncoding(Math.Min(elementSize, 4), bytes, axes, allowed);
            sections.Add(section.Stored);
            return new SectionHeader(section.Encoding, section.Stored.Length, bytes.Length == implied ? null : bytes.Length);
        }
    }

    private static IEnumerable<SectionEntry> SectionsOf(ConstantHeader constant)
    {
        int codeSize = constant.Storage switch { Storage.Dense => constant.Element.Size(), Storage.Half => 2, _ => 1 };
        Shape shape = new(constant.Shape.Span);
        // What a section decodes to follows from the constant; checked here, before anything is decoded.
        yield return Entry(constant.Values, Math.Min(codeSize, 4), ValueBytes(shape, codeSize));
        if (constant.Scales is not null) yield return Entry(constant.Scales, 4, ChannelBytes(shape, constant.Axis));
        if (constant.ZeroPoints is not null) yield return Entry(constant.ZeroPoints, 4, ChannelBytes(shape, constant.Axis));
        if (constant.Codebook is not null) yield return Entry(constant.Codebook, 4, MostCodebookBytes);

        static SectionEntry Entry(SectionHeader section, int elementSize, long implied) => section.Decoded is not { } decoded || decoded <= implied
            ? new(section.Encoding, elementSize, section.Stored, section.Decoded ?? implied, section.Crc)
            : throw new ModelFormatException($"header: a section of {decoded} bytes where its constant has room for {implied}");
    }

    // What the header need not say of a section: how many bytes it decodes to, or at most.
    private const int MostCodebookBytes = 4 * 256;

    private static long ValueBytes(Shape shape, int codeSize) => (long)shape.ElementCount * codeSize;

    private static long ChannelBytes(Shape shape, int? axis) => 4L * (axis is { } at && at >= 0 && at < shape.Rank ? shape[at] : 1);

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
