using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeNet.Import.DeepCompression;
using EdgeNet.Import.Tests.Fuzz;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.DeepCompression;

public sealed class DeepCompressionImporterTests
{
    private static byte[] Sample { get; } = NetFile.Random(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Weights_and_biases_are_those_of_the_file_bit_by_bit(int seed)
    {
        byte[] file = NetFile.Random(seed);

        AssertSameWeights(file, DeepCompressionImporter.Read(file));
    }

    [Fact]
    public void Weights_stay_shared_and_only_values_in_use_are_kept()
    {
        Graph graph = DeepCompressionImporter.Read(Sample);

        foreach (Constant weights in graph.Nodes.Where(node => node.Op is Conv2D).Select(node => node.Inputs[1].Constant!))
        {
            Assert.Equal(Storage.Codebook, weights.Storage);
            Assert.Equal(weights.CodebookValues.Count, weights.CountDistinct());
        }
        // Of fire4/squeeze1x1 nothing is stored.
        Assert.Equal([0f], Layer(graph, 7).Inputs[1].Constant!.CodebookValues.Span);
    }

    [Fact]
    public void The_network_is_SqueezeNet_as_Caffe_has_it()
    {
        Graph graph = DeepCompressionImporter.Read(Sample);

        Assert.Equal("data: Float32[1, 3, 227, 227]", Assert.Single(graph.Inputs).ToString());
        Assert.Equal(("prob", new Shape([1, 1000])), (Assert.Single(graph.Outputs).Name, graph.Outputs[0].Value.Type.Shape));
        Assert.Equal(NetFile.Layers.Select(layer => layer.Name), graph.Nodes.Where(node => node.Op is Conv2D).Select(node => node.Name));
        Dictionary<string, Shape> shapes = graph.Nodes.ToDictionary(node => node.Name, node => node.Output.Type.Shape);
        Assert.Equal([1, 111, 111, 96], shapes["conv1"]);
        Assert.Equal([1, 55, 55, 96], shapes["pool1"]);
        Assert.Equal([1, 55, 55, 128], shapes["fire2/concat"]);
        Assert.Equal([1, 55, 55, 256], shapes["fire4/concat"]);
        Assert.Equal([1, 27, 27, 256], shapes["pool4"]);
        Assert.Equal([1, 13, 13, 512], shapes["pool8"]);
        Assert.Equal([1, 13, 13, 512], shapes["fire9/concat"]);
        Assert.Equal([1, 15, 15, 1000], shapes["conv10"]);
        Assert.All(graph.Nodes.Where(node => node.Op is Conv2D), node => Assert.IsType<Relu>(Assert.Single(graph.ConsumersOf(node.Output)).Op));
        Node joined = graph.Nodes.First(node => node.Op is Concat);
        Assert.Equal(["fire2/relu_expand1x1", "fire2/relu_expand3x3"], joined.Inputs.Select(input => input.Name));
        Assert.Equal(new Preprocessing(ImageLayout.Nchw, ColorOrder.Bgr, [104, 117, 123], [1], ImageFit.Stretch), graph.Card.Preprocessing);
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_with_the_place()
    {
        int[] starts = NetFile.Starts(Sample);
        IEnumerable<int> lengths = [.. Enumerable.Range(0, 110), .. starts[..^1], .. starts.Select(start => start - 1), .. Enumerable.Range(0, Sample.Length / 9973).Select(i => 9973 * i)];
        foreach (int length in lengths.Distinct()) AssertRefused(Sample[..length], length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Bytes_after_the_last_layer_are_refused(int more) => AssertRefused([.. Sample, .. new byte[more]], Sample.Length);

    [Theory]
    [InlineData(14113)]
    [InlineData(0x7FFFFFFF)]
    [InlineData(0xFFFFFFFF)]
    public void A_count_beyond_its_layer_is_refused_before_anything_is_allocated(uint count)
    {
        byte[] file = [.. Sample];
        BinaryPrimitives.WriteUInt32LittleEndian(file, count);

        AssertRefused(file, 0, "conv1", "14112");
        Assert.InRange(Damaged.Allocated(bytes => DeepCompressionImporter.Read(bytes), file), 0, 1 << 16);
    }

    [Fact]
    public void Counts_that_ask_for_another_length_are_refused()
    {
        byte[] file = [.. Sample];
        file[0] ^= 1;

        Assert.Throws<ModelFormatException>(() => DeepCompressionImporter.Read(file));
    }

    [Theory]
    [InlineData(3, 0, 1f)]
    [InlineData(3, 0, -0f)]
    [InlineData(3, 4, float.NaN)]
    [InlineData(3, 1020, float.PositiveInfinity)]
    [InlineData(25, 1024, float.NegativeInfinity)]
    public void A_first_value_that_is_not_zero_and_numbers_that_are_not_finite_are_refused(int layer, int offset, float value)
    {
        byte[] file = [.. Sample];
        int at = NetFile.Starts(file)[layer] + offset;
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(at), value);

        AssertRefused(file, at, NetFile.Layers[layer].Name);
    }

    [Fact]
    public void Gaps_that_lead_out_of_a_layer_are_refused()
    {
        // Of this layer every weight is stored: the last byte of its gaps has room for none.
        byte[] file = [.. Sample];
        int last = NetFile.Starts(file)[6] - 1;
        file[last] = 0x10;

        AssertRefused(file, last, "fire3/expand1x1", "weight 1024");
    }

    [Fact]
    public void Half_a_byte_that_nobody_needs_is_zero()
    {
        int layer = Enumerable.Range(0, NetFile.Layers.Length).First(i => BitConverter.ToInt32(Sample, 4 * i) % 2 == 1);
        byte[] file = [.. Sample];
        int last = NetFile.Starts(file)[layer + 1] - 1;
        file[last] |= 0x30;

        AssertRefused(file, last, NetFile.Layers[layer].Name);
    }

    [Fact]
    public void Changed_bytes_give_a_typed_error_or_a_graph() => Damaged.SurvivesMutations(bytes => DeepCompressionImporter.Read(bytes), 100, (_, random) =>
    {
        byte[] bytes = [.. Sample];
        bytes[random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(4 * NetFile.Layers.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    });

    [Fact]
    public void A_file_longer_than_any_network_is_refused_unread()
    {
        const int Length = 1 << 26;
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path)) file.SetLength(Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            string message = Assert.Throws<ModelFormatException>(() => DeepCompressionImporter.Load(path)).Message;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
            Assert.Contains($"{Length}", message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SharedFact]
    public void The_published_file_becomes_a_smaller_one_with_the_same_weights_bit_by_bit()
    {
        string path = SharedMaterial.Path("models", "compressed_SqueezeNet.net");
        byte[] published = File.ReadAllBytes(path);

        byte[] written = ModelFile.Write(DeepCompressionImporter.Load(path));
        Graph graph = ModelFile.Read(written);

        AssertSameWeights(published, graph);
        Constant[] weights = [.. graph.Nodes.Where(node => node.Op is Conv2D).Select(node => node.Inputs[1].Constant!)];
        Assert.Equal(1_244_448, weights.Sum(constant => constant.Type.Shape.ElementCount));
        Assert.Equal(415_921, weights.Sum(constant => constant.Type.Shape.ElementCount - constant.CountZeros()));
        Assert.InRange(written.Length, 1, 540_000);
    }

    /// <summary>One line that says at which byte.</summary>
    private static void AssertRefused(byte[] file, int at, params string[] words)
    {
        string message = Assert.Throws<ModelFormatException>(() => DeepCompressionImporter.Read(file)).Message;
        Assert.StartsWith($"byte {at}: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        foreach (string word in words) Assert.Contains(word, message, StringComparison.Ordinal);
    }

    private static Node Layer(Graph graph, int index) => graph.Nodes.Single(node => node.Op is Conv2D && node.Name == NetFile.Layers[index].Name);

    private static void AssertSameWeights(byte[] file, Graph graph)
    {
        for (int layer = 0; layer < NetFile.Layers.Length; layer++)
        {
            (_, int outputs, int inputs, int kernel) = NetFile.Layers[layer];
            (float[] weights, float[] bias) = NetFile.Decode(file, layer);
            float[] ours = Layer(graph, layer).Inputs[1].Constant!.ToArray<float>();
            float[] inFileOrder = new float[ours.Length];
            for (int o = 0, k = 0; o < outputs; o++)
                for (int h = 0; h < kernel; h++)
                    for (int w = 0; w < kernel; w++)
                        for (int i = 0; i < inputs; i++, k++) inFileOrder[((o * inputs + i) * kernel + h) * kernel + w] = ours[k];
            Assert.True(SameBits(weights, inFileOrder), $"weights of {NetFile.Layers[layer].Name}");
            Assert.True(SameBits(bias, Layer(graph, layer).Inputs[2].Constant!.ToArray<float>()), $"bias of {NetFile.Layers[layer].Name}");
        }
    }

    private static bool SameBits(float[] a, float[] b) => MemoryMarshal.AsBytes<float>(a).SequenceEqual(MemoryMarshal.AsBytes<float>(b));
}
