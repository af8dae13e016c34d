using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Prediction.Tests;

public class QuantizedInputTests
{
    [Theory]
    [InlineData(ElementType.UInt8, 0.0187f, 114)]
    [InlineData(ElementType.Int8, 0.0187f, -14)]
    [InlineData(ElementType.Int8, 0.005f, 20)]
    public void Codes_are_the_real_inputs_divided_rounded_shifted_and_clamped(ElementType element, float scale, int zero)
    {
        var random = new Random(1);
        foreach ((ImageLayout layout, ColorOrder color, int channels) in
            from l in Enum.GetValues<ImageLayout>() from c in Enum.GetValues<ColorOrder>() from n in (int[])[1, 3] select (l, c, n))
        {
            ModelCard card = new(Preprocessing: color == ColorOrder.Gray
                ? new Preprocessing(layout, color, [116.28f], [57.12f])
                : new Preprocessing(layout, color, [123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f]));
            int depth = color == ColorOrder.Gray ? 1 : 3;
            var shape = new Shape(layout == ImageLayout.Nchw ? [1, depth, 13, 17] : [1, 13, 17, depth]);
            var image = new Image(17, 13, channels);
            random.NextBytes(image.Pixels);

            PictureModel real = Models.Bind(Copied(card, new TensorType(ElementType.Float32, shape)));
            PictureModel coded = Models.Bind(Copied(card, new TensorType(element, shape, Quantization.PerTensor(scale, zero))));
            real.SetInput(image);
            coded.SetInput(image);
            (int least, int most) = element == ElementType.Int8 ? (-128, 127) : (0, 255);
            int[] expected = [.. real.Session.Input<float>(0).ToArray().Select(value => Math.Clamp((int)MathF.Round(value / scale, MidpointRounding.ToEven) + zero, least, most))];
            int[] codes = element == ElementType.Int8
                ? [.. coded.Session.Input<sbyte>(0).ToArray().Select(code => (int)code)]
                : [.. coded.Session.Input<byte>(0).ToArray().Select(code => (int)code)];
            Assert.Equal(expected, codes);
        }
    }

    private static Graph Copied(ModelCard card, TensorType input)
    {
        var builder = new GraphBuilder { Card = card };
        builder.Output("same", builder.Add(new Transpose([0, 1, 2, 3]), "copy", builder.Input("picture", input)));
        return builder.Build();
    }
}
