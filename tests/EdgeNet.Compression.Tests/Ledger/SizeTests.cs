using System.IO.Compression;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class SizeTests
{
    private static readonly Graph s_graph = TestNetworks.Convolutional(seed: 1);

    // stem 8×27, depthwise 9×8, pointwise 16×8, classes 5×16; biases 8, 8, 16, 5.
    private const int Weights = 216 + 72 + 128 + 80, Channels = 8 + 8 + 16 + 5;

    [Fact]
    public void An_int8_file_has_a_byte_a_weight_a_scale_a_channel_and_four_bytes_a_bias()
    {
        Assert.Equal(Weights + (4 * Channels) + (4 * Channels), Int8Size.Of(s_graph));
        Assert.Equal(Int8Size.Of(s_graph), Int8Size.Stream(s_graph).LongLength);
    }

    [Fact]
    public void Codes_are_symmetric_and_the_largest_weight_of_each_channel_has_the_largest_code()
    {
        sbyte[] codes = Array.ConvertAll(Int8Size.Stream(s_graph)[..216], code => (sbyte)code);
        float[] weights = WeightLayers.Of(s_graph)[0].Constant.ToArray<float>();
        for (int channel = 0; channel < 8; channel++)
        {
            float[] own = weights[(27 * channel)..(27 * (channel + 1))];
            float most = own.Max(Math.Abs);
            Assert.Equal(own.Select(weight => (sbyte)Math.Round(weight / (double)most * 127)), codes[(27 * channel)..(27 * (channel + 1))]);
        }
    }

    [Fact]
    public void Weights_that_are_int8_already_take_as_much()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Int8, [1, 4], Quantization.PerTensor(0.1f, 0)));
        Value weights = builder.Constant(Constant.Dense(new TensorType(ElementType.Int8, [2, 4], Quantization.PerChannel([0.5f, 0.25f], 0)), new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }), "w");
        Value bias = builder.Constant(Constant.Of(1, 2));
        builder.Output("y", builder.Add(new Dense { OutputQuantization = Quantization.PerTensor(0.1f, 0) }, "dense", x, weights, bias));
        Graph graph = builder.Build();
        Assert.Equal(8 + (4 * 2) + (4 * 2), Int8Size.Of(graph));
        Assert.Equal(Int8Size.Of(graph), Int8Size.Stream(graph).LongLength);

        LayerRecord layer = LedgerLayers.Of(graph, graph)[0];
        Assert.Equal(("w", "dense", 8L, 8, 8.0), (layer.Name, layer.Kind, layer.Weights, layer.Distinct, layer.IndexBits));
        Assert.Equal((0.5f, 2f, 8L), (layer.After!.Minimum, layer.After.Maximum, layer.After.Counts.Sum()));
    }

    [Fact]
    public void Deflate_is_what_any_reader_of_it_inflates()
    {
        byte[] bytes = Int8Size.Stream(s_graph), deflated = PlainArchive.Deflate(bytes);
        using var stream = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress);
        var inflated = new MemoryStream();
        stream.CopyTo(inflated);
        Assert.Equal(bytes, inflated.ToArray());
    }

    [Fact]
    public void Shared_weights_are_packed_into_the_bits_of_their_indices()
    {
        // Three values in 40 weights: 2 bits each, and three floats.
        float[] weights = [.. Enumerable.Range(0, 40).Select(i => i % 3 - 1f)];
        Graph graph = Dense(Constant.Of([4, 10], weights));
        byte[] packed = PackedCodes.Stream(graph, bytewise: false);
        Assert.Equal((3 * 4) + (40 * 2 / 8), packed.Length);
        Assert.Equal((3 * 4) + 40, PackedCodes.Stream(graph, bytewise: true).Length);
        // Values come in the order of their bits: 0, 1, -1. Weights go -1, 0, 1, -1: indices 2, 0, 1, 2 from the lowest bits.
        Assert.Equal([0, 1, -1f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(packed.AsSpan(0, 12)).ToArray());
        Assert.Equal(0b10_01_00_10, packed[12]);

        Graph codebook = Dense(Constant.Codebook([4, 10], weights.Select(weight => (byte)(weight + 1)).ToArray(), [-1, 0, 1]));
        Assert.Equal(packed.Length, PackedCodes.Stream(codebook, bytewise: false).Length);
    }

    [Fact]
    public void Weights_that_are_not_shared_stay_as_they_are()
    {
        float[] weights = [.. Enumerable.Range(0, 300).Select(i => i + 0.5f)];
        Assert.Equal(1200, PackedCodes.Stream(Dense(Constant.Of([1, 300], weights)), bytewise: false).Length);
    }

    [Fact]
    public void Each_form_is_smaller_than_the_one_before_it()
    {
        Graph shared = SampleLedger.Changed(TestNetworks.Convolutional(seed: 1), 0.2, 15);
        SizeRecord sizes = LedgerSizes.Of(s_graph, shared);
        Assert.Equal(4 * (Weights + Channels), sizes.Float32);
        Assert.Equal(Int8Size.Of(s_graph), sizes.Int8);
        Assert.InRange(sizes.Int8Deflate, 1, sizes.Int8 + 5);
        Assert.Equal(ModelFile.Write(shared).LongLength, sizes.Ours);
        Assert.InRange(sizes.OursDeflate, 1, sizes.Int8);
        Assert.InRange(sizes.OursLz4, 1, sizes.Int8);
        Assert.Equal(5, LedgerSizes.Of(s_graph, shared, _ => new byte[5]).OursHuffman);
    }

    [SharedFact]
    public void LeNet_with_shared_weights_is_smaller_in_our_file_than_in_a_plain_archive()
    {
        Graph lenet = OnnxImporter.Load(SharedMaterial.Path("models", "lenet_mnist.onnx"));
        SizeRecord sizes = LedgerSizes.Of(lenet, SampleLedger.Changed(lenet, 0.1, 31));
        Assert.True(sizes.Float32 > sizes.Int8 && sizes.Int8 > sizes.Int8Deflate && sizes.Int8Deflate > sizes.OursLz4 && sizes.OursLz4 > sizes.OursDeflate, sizes.ToString());
        Assert.True(sizes.OursDeflate > sizes.Ours, sizes.ToString());
    }

    private static Graph Dense(Constant weights)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, weights.Type.Shape[1]]));
        builder.Output("y", builder.Add(new Dense(), "dense", x, builder.Constant(weights, "w")));
        return builder.Build();
    }
}
