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
        (SectionEncoding encoding, long stored) = ModelFile.StoredSize(Constant.AffineCodes([4096], mostlyZero, Quantization.PerTensor(1, 0)));
        Assert.NotEqual(SectionEncoding.Raw, encoding);
        Assert.True(stored < 300, $"{stored} bytes");
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
    public void Ten_thousand_seeded_mutations_of_the_header_give_a_typed_error_or_a_graph()
    {
        ContainerReader container = ContainerReader.Open(ModelFile.Write(Sample()));
        string header = Encoding.UTF8.GetString(container.Header.Span);
        byte[] whole = ModelFile.Write(Sample());
        // The sections follow the header; they are kept as they are.
        byte[] sections = whole[Aligned(whole.Length - TailLength(whole, container))..];
        var random = new Random(1);
        int graphs = 0;
        for (int i = 0; i < 10_000; i++)
        {
            string mutated = Mutate(header, random);
            using var stream = new MemoryStream();
            ContainerWriter.Write(stream, Encoding.UTF8.GetBytes(mutated), []);
            stream.SetLength(Aligned((int)stream.Length));
            stream.Seek(0, SeekOrigin.End);
            stream.Write(sections);
            if (AssertTypedErrorOrGraph(stream.ToArray(), mustFail: false)) graphs++;
        }
        Assert.InRange(graphs, 1, 9_999);
    }

    [Theory]
    [InlineData("[1048576,1048576]")]
    [InlineData("[0,1048576,1048576]")]
    [InlineData("[536870912]")]
    public void A_small_file_that_claims_huge_tensors_is_refused_without_allocating_them(string shape)
    {
        string header = """{"inputs":[{"name":"x","element":"Float32","shape":[1]}],"constants":[{"element":"Float32","shape":SHAPE,"storage":"Dense","values":{"encoding":"Raw","stored":4,"decoded":2147483648,"crc":0}}],"nodes":[],"outputs":[{"name":"y","value":1}]}"""
            .Replace("SHAPE", shape, StringComparison.Ordinal);
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
    public void The_golden_file_of_version_1_stays_readable()
    {
        Graph graph = ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "Golden", "v1.edgenet"));
        Assert.Equal(ModelFile.Write(Sample()), ModelFile.Write(graph));
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
        var watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ModelFile.Read(file);
            Assert.False(mustFail, "it was read");
            return true;
        }
        catch (ModelException e)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message));
            return false;
        }
        finally
        {
            Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (64L << 20) + 4L * file.Length);
        }
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

    private static int Aligned(int length) => (length + 63) / 64 * 64;

    /// <summary>Bytes from the first section to the end.</summary>
    private static int TailLength(byte[] whole, ContainerReader container)
    {
        int headerEnd = whole.AsSpan().IndexOf(container.Header.Span) + container.Header.Length;
        return whole.Length - Aligned(headerEnd);
    }
}
