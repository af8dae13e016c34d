using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests;

public class ConstantTests
{
    [Fact]
    public void Codes_decode_to_what_their_storage_says()
    {
        Assert.Equal([1f, -2f, 1f], Constant.Codebook([3], new byte[] { 0, 1, 0 }, [1, -2]).ToArray<float>());
        Assert.Equal([-0.5f, 1.5f], Constant.AffineCodes([2], new byte[] { 0, 4 }, Quantization.PerTensor(0.5f, 1)).ToArray<float>());
        Assert.Equal([2f, 3f, 8f, 12f], Constant.AffineCodes([2, 2], new byte[] { 2, 3, 2, 3 }, Quantization.PerChannel([1, 4], 0)).ToArray<float>());
        Assert.Equal([1.5f], Constant.Half([1], new byte[] { 0x00, 0x3E }).ToArray<float>());
    }

    /// <summary>Of a file, constants keep their codes encoded, and widen them where they are to go.</summary>
    [Theory]
    [InlineData(AllowedEncodings.All)]
    [InlineData(AllowedEncodings.Raw)]
    [InlineData(AllowedEncodings.Huffman)]
    [InlineData(AllowedEncodings.Sparse)]
    [InlineData(AllowedEncodings.Rans)]
    [InlineData(AllowedEncodings.Lz)]
    public void Constants_of_a_file_decode_to_the_same_each_time(AllowedEncodings encodings)
    {
        byte[] codes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * i % 7))];
        Constant[] constants =
        [
            Constant.Codebook([1000], codes, [0, 1, 2, 3, 4, 5, 6.5f]),
            Constant.AffineCodes([1000], codes, Quantization.PerTensor(0.5f, 1)),
            Constant.Half([500], codes),
            Constant.Dense(new TensorType(ElementType.Int8, [1000]), codes),
            Constant.Dense(new TensorType(ElementType.Float32, [250]), codes),
        ];
        var builder = new GraphBuilder();
        for (int i = 0; i < constants.Length; i++) builder.Output($"{i}", builder.Constant(constants[i]));
        Graph read = ModelFile.Read(ModelFile.Write(builder.Build(), encodings));
        for (int i = 0; i < constants.Length; i++)
        {
            Constant constant = read.Outputs[i].Value.Constant!;
            byte[] elements = new byte[constant.Type.ByteCount];
            for (int time = 0; time < 2; time++)
            {
                constant.CopyTo(elements);
                Assert.Equal(constants[i].Elements().ToArray(), elements);
                Assert.Equal(constants[i].Elements().ToArray(), constant.Elements().ToArray());
                Assert.Equal(constants[i].Codes.ToArray(), constant.Codes.ToArray());
            }
            Assert.Throws<ArgumentException>(() => constant.CopyTo(new byte[elements.Length + 1]));
        }
    }

    [Fact]
    public void A_codebook_index_outside_is_refused() =>
        Assert.Throws<ModelFormatException>(() => Constant.Codebook([2], new byte[] { 0, 2 }, [1, -2]));

    [Fact]
    public void A_length_that_does_not_fit_the_type_is_refused() =>
        Assert.Throws<ModelFormatException>(() => Constant.Dense(new TensorType(ElementType.Float32, [2]), new byte[7]));

    [Fact]
    public void Transposing_moves_elements_and_the_channel_axis_and_keeps_the_storage()
    {
        Constant constant = Constant.AffineCodes([2, 3], new byte[] { 1, 2, 3, 4, 5, 6 }, Quantization.PerChannel([1, 10], 0));
        Constant transposed = constant.Transposed([1, 0]);
        Assert.Equal(Storage.Affine, transposed.Storage);
        Assert.Equal([1f, 40f, 2f, 50f, 3f, 60f], transposed.ToArray<float>());
        Assert.Equal(constant.ToArray<float>(), transposed.Transposed([1, 0]).ToArray<float>());
    }

    [Fact]
    public void Zeros_and_distinct_values_are_counted()
    {
        Constant constant = Constant.Of(0f, 1f, 0f, 2f);
        Assert.Equal(2, constant.CountZeros());
        Assert.Equal(3, constant.CountDistinct());
    }
}
