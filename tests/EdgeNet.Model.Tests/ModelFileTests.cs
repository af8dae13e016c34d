using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests;

public class ModelFileTests
{
    [Fact]
    public void A_graph_comes_back_as_it_was()
    {
        Graph graph = Sample(), read = ModelFile.Read(ModelFile.Write(graph));
        Assert.Equal(graph.Card.Name, read.Card.Name);
        Assert.Equal(graph.Card.Preprocessing, read.Card.Preprocessing);
        Assert.Equal(graph.Card.Labels!.Value.ToArray(), read.Card.Labels!.Value.ToArray());
        Assert.Equal(graph.Inputs.Select(input => (input.Name, input.Type)), read.Inputs.Select(input => (input.Name, input.Type)));
        Assert.Equal(graph.Nodes.Select(node => (node.Name, node.Op, node.Output.Type)), read.Nodes.Select(node => (node.Name, node.Op, node.Output.Type)));
        Assert.Equal(graph.Outputs.Select(output => output.Name), read.Outputs.Select(output => output.Name));
        foreach ((Value a, Value b) in graph.Constants.Zip(read.Constants))
        {
            Assert.Equal((a.Name, a.Type, a.Constant!.Storage, a.Constant.Affine), (b.Name, b.Type, b.Constant!.Storage, b.Constant.Affine));
            Assert.Equal(a.Constant.Codes.ToArray(), b.Constant.Codes.ToArray());
            Assert.Equal(a.Constant.CodebookValues, b.Constant.CodebookValues);
        }
    }

    [Fact]
    public void The_same_graph_gives_the_same_bytes() => Assert.Equal(ModelFile.Write(Sample()), ModelFile.Write(ModelFile.Read(ModelFile.Write(Sample()))));

    [Fact]
    public void Sections_are_stored_in_the_smallest_encoding()
    {
        byte[] mostlyZero = new byte[4096];
        for (int i = 0; i < mostlyZero.Length; i += 37) mostlyZero[i] = (byte)(i % 5);
        StoredSize size = ModelFile.StoredSize(Constant.AffineCodes([4096], mostlyZero, Quantization.PerTensor(1, 0)));
        Assert.NotEqual(SectionEncoding.Raw, size.Encoding);
        Assert.True(size.Stored < 300, $"{size.Stored} bytes");
        Assert.Equal((4, size.Stored + 4), (size.Tables, size.Total));
    }

    [Theory]
    [InlineData(AllowedEncodings.Raw)]
    [InlineData(AllowedEncodings.HuffmanFamily)]
    [InlineData(AllowedEncodings.Rans)]
    [InlineData(AllowedEncodings.Lz)]
    public void A_writer_keeps_to_the_encodings_it_may_use(AllowedEncodings allowed)
    {
        Graph graph = Varied();
        byte[] file = ModelFile.Write(graph, allowed);
        MatchCollection used = Regex.Matches(ModelFile.HeaderText(file), "\"encoding\":\"([A-Za-z]+)\"");
        Assert.All(used, match => Assert.True(match.Groups[1].Value == "Raw" || allowed.HasFlag(Enum.Parse<AllowedEncodings>(match.Groups[1].Value)), match.Value));
        AssertSame(graph, ModelFile.Read(file));
        Assert.True(file.Length >= ModelFile.Write(graph).Length);
    }

    [Fact]
    public void The_sizes_told_beforehand_are_those_in_the_file()
    {
        Graph graph = Varied();
        byte[] file = ModelFile.Write(graph);
        long told = graph.Constants.Sum(constant => ModelFile.StoredSize(constant.Constant!).Total);
        Assert.Equal(told, Regex.Matches(ModelFile.HeaderText(file), "\"stored\":([0-9]+)").Sum(match => long.Parse(match.Groups[1].Value)));
    }

    [Fact]
    public void Eight_constants_cost_less_than_700_bytes_beside_their_sections()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("input", new TensorType(ElementType.Float32, [1, 28, 28, 1]));
        int[] channels = [1, 20, 50, 64, 32];
        for (int layer = 1; layer < channels.Length; layer++)
        {
            int outputs = channels[layer], inputs = channels[layer - 1];
            Value weights = builder.Constant(Constant.Of(new Shape([outputs, 3, 3, inputs]), Enumerable.Range(0, outputs * 9 * inputs).Select(i => (float)i).ToArray().AsSpan()), $"conv{layer}_weights");
            Value bias = builder.Constant(Constant.Of(new Shape([outputs]), new float[outputs].AsSpan()), $"conv{layer}_bias");
            x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), $"conv{layer}", x, weights, bias);
        }
        builder.Output("scores", x);
        Graph graph = builder.Build();
        long sections = graph.Constants.Sum(constant => ModelFile.StoredSize(constant.Constant!).Total);
        Assert.InRange(ModelFile.Write(graph).Length - sections, 1, 699);
    }

    [Fact]
    public void The_header_of_a_file_is_text_for_people()
    {
        string text = ModelFile.HeaderText(ModelFile.Write(Sample()));
        Assert.Contains("\"name\":\"relu6\"", text, StringComparison.Ordinal);
        Assert.Contains("dög", text, StringComparison.Ordinal);
        Assert.Contains("\"crc\"", ModelFile.HeaderText(File.ReadAllBytes(Golden("v1.edgenet"))), StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => ModelFile.HeaderText(new byte[40]));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = ModelFile.Write(Sample());
        for (int length = 0; length < file.Length; length++) AssertTypedErrorOrGraph(file.AsMemory(0, length), mustFail: true);
    }

    [Fact]
    public void Every_flipped_byte_gives_a_typed_error_or_a_graph()
    {
        byte[] file = ModelFile.Write(Sample());
        for (int i = 0; i < file.Length; i++)
        {
            byte[] broken = [.. file];
            broken[i] ^= 0xFF;
            AssertTypedErrorOrGraph(broken, mustFail: false);
        }
    }

    [Fact]
    public void Every_flipped_byte_under_a_right_checksum_gives_a_typed_error_or_a_graph()
    {
        byte[] file = ModelFile.Write(Sample());
        int graphs = 0;
        for (int i = 16; i < file.Length; i++)
        {
            foreach (byte mask in (byte[])[0x01, 0x80, 0xFF])
            {
                byte[] broken = [.. file];
                broken[i] ^= mask;
                BinaryPrimitives.WriteUInt32LittleEndian(broken.AsSpan(12), Crc32C.Compute(broken.AsSpan(16)));
                if (AssertTypedErrorOrGraph(broken, mustFail: false)) graphs++;
            }
        }
        Assert.InRange(graphs, 1, 3 * file.Length / 2);
    }

    [Fact]
    public void Ten_thousand_seeded_mutations_of_the_header_give_a_typed_error_or_a_graph()
    {
        byte[] whole = ModelFile.Write(Sample());
        string header = ModelFile.HeaderText(whole);
        // The sections follow the header; they are kept as they are.
        byte[] sections = whole[^Regex.Matches(header, "\"stored\":([0-9]+)").Sum(match => int.Parse(match.Groups[1].Value))..];
        var random = new Random(1);
        int graphs = 0;
        for (int i = 0; i < 10_000; i++)
        {
            string mutated = Mutate(header, random);
            using var stream = new MemoryStream();
            ContainerWriter.Write(stream, Encoding.UTF8.GetBytes(mutated), [sections]);
            if (AssertTypedErrorOrGraph(stream.ToArray(), mustFail: false)) graphs++;
        }
        Assert.InRange(graphs, 1, 9_999);
    }

    [Theory]
    [InlineData("[1048576,1048576]", "Raw")]
    [InlineData("[0,1048576,1048576]", "Raw")]
    [InlineData("[536870912]", "Raw")]
    [InlineData("[536870912]", "Rans")]
    [InlineData("[20000000]", "Rans")]
    [InlineData("[16777217]", "Lz")]
    public void A_small_file_that_claims_huge_tensors_is_refused_without_allocating_them(string shape, string encoding)
    {
        string header = """{"inputs":[{"name":"x","element":"Float32","shape":[1]}],"constants":[{"element":"Float32","shape":SHAPE,"storage":"Dense","values":{"encoding":"ENCODING","stored":4}}],"nodes":[],"outputs":[{"name":"y","value":1}]}"""
            .Replace("SHAPE", shape, StringComparison.Ordinal).Replace("ENCODING", encoding, StringComparison.Ordinal);
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, Encoding.UTF8.GetBytes(header), [new byte[4]]);
        byte[] file = stream.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<ModelException>(() => ModelFile.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Saving_leaves_only_the_whole_file()
    {
        string folder = Directory.CreateTempSubdirectory("edgenet").FullName;
        try
        {
            string path = Path.Combine(folder, "model.edgenet");
            ModelFile.Save(path, Sample());
            ModelFile.Save(path, Sample());
            Assert.Equal([path], Directory.GetFiles(folder));
            Assert.Equal(3, ModelFile.Load(path).Nodes.Length);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_named_in_the_error()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "not a model");
            ModelFormatException e = Assert.Throws<ModelFormatException>(() => ModelFile.Load(path));
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A file that version 1 wrote: every later version must read it.</summary>
    [Fact]
    public void The_golden_file_of_version_1_stays_readable() => AssertSame(Sample(), ModelFile.Load(Golden("v1.edgenet")));

    /// <summary>A file that version 2 wrote: what is written today is the same to the byte.</summary>
    [Fact]
    public void The_golden_file_of_version_2_is_what_is_written()
    {
        byte[] golden = File.ReadAllBytes(Golden("v2.edgenet"));
        Assert.All(["Raw", "Rans", "Lz"], (string name) => Assert.Contains($"\"encoding\":\"{name}\"", ModelFile.HeaderText(golden), StringComparison.Ordinal));
        AssertSame(Varied(), ModelFile.Read(golden));
        Assert.Equal(golden, ModelFile.Write(Varied()));
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    private static void AssertSame(Graph graph, Graph read)
    {
        Assert.Equal(graph.Inputs.Select(input => (input.Name, input.Type)), read.Inputs.Select(input => (input.Name, input.Type)));
        Assert.Equal(graph.Nodes.Select(node => (node.Name, node.Op, node.Output.Type)), read.Nodes.Select(node => (node.Name, node.Op, node.Output.Type)));
        Assert.Equal(graph.Outputs.Select(output => output.Name), read.Outputs.Select(output => output.Name));
        Assert.Equal(graph.Constants.Length, read.Constants.Length);
        foreach ((Value a, Value b) in graph.Constants.Zip(read.Constants))
        {
            Assert.Equal((a.Name, a.Type, a.Constant!.Storage, a.Constant.Affine), (b.Name, b.Type, b.Constant!.Storage, b.Constant.Affine));
            Assert.Equal(a.Constant.Codes.ToArray(), b.Constant.Codes.ToArray());
            Assert.Equal(a.Constant.CodebookValues, b.Constant.CodebookValues);
        }
    }

    /// <summary>A graph of constants that are best in different encodings. Its numbers come from no generator that may change.</summary>
    private static Graph Varied()
    {
        uint state = 1;
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 64]));
        Quantization scale = Quantization.PerTensor(0.125f, 0);
        // Rows of two kinds for Rans, all codes as often as each other for Raw, powers of two for Huffman, almost nothing for Sparse.
        x = Layer("rows", i => i / 64 % 2 == 0 ? Math.Min(Next(16), Next(16)) : 12 + Next(4) * Next(2));
        x = Layer("noise", _ => Next(256));
        x = Layer("powers", i => (i * 2654435761L >> 7) % 4 is var k && k < 2 ? 0 : (int)k);
        x = Layer("few", _ => Next(97) == 0 ? 1 + Next(200) : 0);
        float[] grid = [.. Enumerable.Range(0, 256).Select(i => i % 4 * 0.25f + i / 4 % 16 * 0.0625f)];
        x = builder.Add(new Mul(), "grid", builder.Add(new Reshape([1, 64, 1]), "column", x), builder.Constant(Constant.Of(new Shape([64, 4]), grid.AsSpan()), "priors"));
        builder.Output("y", x);
        return builder.Build();

        Value Layer(string name, Func<int, int> code) =>
            builder.Add(new Dense(), name, x, builder.Constant(Constant.AffineCodes([64, 64], Enumerable.Range(0, 4096).Select(i => (byte)code(i)).ToArray(), scale), name));

        int Next(int below)
        {
            state = state * 1664525 + 1013904223;
            return (int)((state >> 8) % below);
        }
    }

    internal static Graph Sample()
    {
        var builder = new GraphBuilder
        {
            Card = new ModelCard("sample", new Preprocessing(ImageLayout.Nhwc, ColorOrder.Bgr, [127.5f], [0.1f, 1, 2], ImageFit.Letterbox), ["cat", "dög"], Provenance: ["a test"]),
        };
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4, 4, 2]));
        Value weights = builder.Constant(Constant.AffineCodes([3, 3, 3, 2], Enumerable.Range(0, 54).Select(i => (byte)(i * 7 % 5)).ToArray(), Quantization.PerChannel([0.5f, 0.25f, 0.125f], 0)), "w");
        Value bias = builder.Constant(Constant.Of(0.5f, float.NegativeInfinity, 1e-30f));
        Value y = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "conv", x, weights, bias);
        Value codes = builder.Constant(Constant.Codebook([3], new byte[] { 1, 0, 1 }, [0.1f, 7]), "shared");
        y = builder.Add(new Mul(), "scale", y, codes);
        builder.Output("y", builder.Add(new Clip(Max: 6), "relu6", y));
        return builder.Build();
    }

    private static bool AssertTypedErrorOrGraph(ReadOnlyMemory<byte> file, bool mustFail)
    {
        (bool read, long milliseconds) = Attempt(file);
        // A busy machine gets a second chance.
        if (milliseconds >= 1000) (read, milliseconds) = Attempt(file);
        Assert.True(milliseconds < 1000, $"{milliseconds} ms");
        Assert.False(read && mustFail, "it was read");
        return read;
    }

    private static (bool Read, long Milliseconds) Attempt(ReadOnlyMemory<byte> file)
    {
        var watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            ModelFile.Read(file);
            read = true;
        }
        catch (ModelException e)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message));
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (64L << 20) + 4L * file.Length);
        return (read, watch.ElapsedMilliseconds);
    }

    private static string Mutate(string header, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                // Another number in place of one.
                MatchCollection numbers = Regex.Matches(header, "-?[0-9]+");
                Match number = numbers[random.Next(numbers.Count)];
                string[] others = ["0", "-1", "1", "7", "255", "65536", "2147483647", "2147483648", "1e30", "-0.5", "null", "\"NaN\""];
                return header[..number.Index] + others[random.Next(others.Length)] + header[(number.Index + number.Length)..];
            case 1:
                // A stretch left out.
                int start = random.Next(header.Length), length = random.Next(1, 20);
                return header.Remove(start, Math.Min(length, header.Length - start));
            case 2:
                // A stretch written twice.
                int from = random.Next(header.Length), count = Math.Min(random.Next(1, 60), header.Length - from);
                return header.Insert(random.Next(header.Length), header.Substring(from, count));
            default:
                // Two names or texts exchanged.
                MatchCollection names = Regex.Matches(header, "\"[A-Za-z0-9]+\"");
                Match a = names[random.Next(names.Count)], b = names[random.Next(names.Count)];
                return header[..a.Index] + b.Value + header[(a.Index + a.Length)..];
        }
    }
}
