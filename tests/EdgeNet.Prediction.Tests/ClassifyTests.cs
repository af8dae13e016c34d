using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Prediction.Tests;

public class ClassifyTests
{
    private static readonly ModelCard Named = new(Preprocessing: Models.Plain(), Labels: ["red", "green"]);

    [Theory]
    [InlineData(ImageLayout.Nhwc, ColorOrder.Rgb, 0)]
    [InlineData(ImageLayout.Nchw, ColorOrder.Rgb, 0)]
    [InlineData(ImageLayout.Nhwc, ColorOrder.Bgr, 2)]
    [InlineData(ImageLayout.Nchw, ColorOrder.Bgr, 2)]
    public void Layout_and_colour_order_are_the_cards(ImageLayout layout, ColorOrder color, int red)
    {
        PictureModel model = Models.Bind(Models.MeanColour(4, Named with { Preprocessing = Models.Plain(layout, color: color) }));
        Classification[] classes = model.Classify(Filled(9, 5, 255, 102, 0), 3);
        Assert.Equal([red, 1, 2 - red], classes.Select(one => one.Index));
        Assert.Equal([1, 0.4, 0], classes.Select(one => Math.Round(one.Score, 5)));
    }

    [Fact]
    public void Classes_without_a_label_show_their_number()
    {
        Classification[] classes = Models.Bind(Models.MeanColour(2, Named)).Classify(Filled(2, 2, 10, 20, 30), 2);
        Assert.Equal(["2", "green"], classes.Select(one => one.Label));
    }

    [Fact]
    public void Equal_scores_rank_by_index()
    {
        Assert.Equal([0, 1], Models.Bind(Models.MeanColour(2, Named)).Classify(Filled(2, 2, 7, 7, 7), 2).Select(one => one.Index));
    }

    [Fact]
    public void Mean_and_deviation_are_per_channel()
    {
        ModelCard card = Named with { Preprocessing = new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [10, 20, 30], [1, 2, 4]) };
        Classification[] classes = Models.Bind(Models.MeanColour(2, card)).Classify(Filled(2, 2, 12, 26, 42), 3);
        Assert.Equal([(1, 3f), (2, 3f), (0, 2f)], classes.Select(one => (one.Index, one.Score)));
    }

    [Theory]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.UInt8)]
    public void Quantized_inputs_round_half_to_even_and_clamp(ElementType element)
    {
        // Samples are reals of their own here: 5 ÷ 2 = 2.5 → 2, 7 ÷ 2 = 3.5 → 4, 255 ÷ 2 + zero point is beyond the type for both zero points.
        int zero = element == ElementType.Int8 ? 3 : 130;
        ModelCard card = new(Preprocessing: new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [1]));
        PictureModel model = Models.Bind(Models.MeanColour(1, card, Quantization.PerTensor(2, zero), element));
        model.SetInput(Filled(1, 1, 5, 7, 255));
        int[] codes = element == ElementType.Int8
            ? [.. model.Session.Input<sbyte>(0).ToArray().Select(code => (int)code)]
            : [.. model.Session.Input<byte>(0).ToArray().Select(code => (int)code)];
        Assert.Equal([2 + zero, 4 + zero, element == ElementType.Int8 ? 127 : 255], codes);
    }

    [Fact]
    public void Quantized_outputs_are_read_as_reals()
    {
        PictureModel model = Models.Bind(Models.MeanColour(2, Named, output: Quantization.PerTensor(0.25f, -10)));
        Assert.Equal([1, 0.5f, 0], model.Classify(Filled(2, 2, 255, 130, 0), 3).Select(one => one.Score));
        Assert.Equal([1, 0.5f, 0], model.ReadFloat("scores"));
        Assert.Throws<ArgumentException>(() => model.ReadFloat("nothing"));
    }

    [Fact]
    public void Centre_crop_takes_the_centre_and_leaves_fitting_pictures_alone()
    {
        // 8 × 8 for an input of 7 is what 256 is for 224: only cropped. The picture's rim is red, its inside blue.
        PictureModel model = Models.Bind(Models.MeanColour(7, Named with { Preprocessing = Models.Plain(fit: ImageFit.CenterCrop) }));
        Image picture = Filled(8, 8, 0, 0, 255);
        Drawing.FilledRectangle(picture, 7, 0, 1, 8, new Rgb(255, 0, 0));
        Drawing.FilledRectangle(picture, 0, 7, 8, 1, new Rgb(255, 0, 0));
        Assert.Equal((2, 1f), Top(model.Classify(picture, 1)));

        // Twice as wide: shrunk to 8 high, then the middle.
        Image wide = Filled(32, 16, 255, 0, 0);
        Drawing.FilledRectangle(wide, 8, 0, 16, 16, new Rgb(0, 255, 0));
        Assert.Equal((1, 1f), Top(model.Classify(wide, 1)));
    }

    [Fact]
    public void Letterbox_fills_the_rest_with_grey()
    {
        PictureModel model = Models.Bind(Models.MeanColour(4, Named with { Preprocessing = Models.Plain(fit: ImageFit.Letterbox) }));
        Classification[] classes = model.Classify(Filled(8, 4, 255, 0, 0), 3);
        Assert.Equal([0.72353, 0.22353, 0.22353], classes.Select(one => Math.Round(one.Score, 5)));
    }

    [Theory]
    [InlineData("no preprocessing")]
    [InlineData("Gray")]
    [InlineData("mean")]
    [InlineData("standardDeviation")]
    [InlineData("four axes")]
    [InlineData("Float32, or Int8")]
    [InlineData("batch 1")]
    public void A_card_that_does_not_fit_is_refused(string why)
    {
        Preprocessing plain = Models.Plain();
        var builder = new GraphBuilder
        {
            Card = new ModelCard(Preprocessing: why switch
            {
                "no preprocessing" => null,
                "Gray" => plain with { Color = ColorOrder.Gray },
                "mean" => plain with { Mean = [1, 2] },
                "standardDeviation" => plain with { StandardDeviation = [1, 0, 1] },
                _ => plain,
            }),
        };
        Value input = builder.Input("picture", why switch
        {
            "four axes" => new TensorType(ElementType.Float32, [2, 2, 3]),
            "Float32, or Int8" => new TensorType(ElementType.Int8, [1, 2, 2, 3]),
            "batch 1" => new TensorType(ElementType.Float32, [2, 2, 2, 3]),
            _ => new TensorType(ElementType.Float32, [1, 2, 2, 3]),
        });
        builder.Output("same", input);
        Graph graph = builder.Build();
        Assert.Contains(why, Assert.Throws<ModelFormatException>(() => Models.Bind(graph)).Message, StringComparison.Ordinal);
        if (why != "no preprocessing") Assert.Throws<ModelFormatException>(() => PictureModel.CheckCard(graph));
        else PictureModel.CheckCard(graph);
    }

    [Fact]
    public void A_classifier_has_no_boxes()
    {
        PictureModel model = Models.Bind(Models.MeanColour(2, Named));
        Assert.False(model.IsDetector);
        Assert.Throws<ModelFormatException>(() => model.Detect(Filled(2, 2, 0, 0, 0)));
    }

    private static (int, float) Top(Classification[] classes) => (classes[0].Index, MathF.Round(classes[0].Score, 5));

    private static Image Filled(int width, int height, byte red, byte green, byte blue)
    {
        var image = new Image(width, height, 3);
        Drawing.FilledRectangle(image, 0, 0, width, height, new Rgb(red, green, blue));
        return image;
    }
}
