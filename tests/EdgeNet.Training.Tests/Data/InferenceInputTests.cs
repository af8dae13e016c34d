using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

/// <summary>What evaluation feeds is what a deployed model sees.</summary>
public class InferenceInputTests
{
    public static TheoryData<ImageFit, ImageLayout, ColorOrder> Cards()
    {
        TheoryData<ImageFit, ImageLayout, ColorOrder> cards = [];
        foreach (ImageFit fit in Enum.GetValues<ImageFit>())
        {
            cards.Add(fit, ImageLayout.Nhwc, ColorOrder.Rgb);
            cards.Add(fit, ImageLayout.Nchw, ColorOrder.Bgr);
            cards.Add(fit, ImageLayout.Nhwc, ColorOrder.Gray);
        }
        return cards;
    }

    [Theory, MemberData(nameof(Cards))]
    public void Evaluation_batches_are_what_inference_feeds(ImageFit fit, ImageLayout layout, ColorOrder color)
    {
        const int width = 20, height = 14;
        ValueList<float> mean = color == ColorOrder.Gray ? [99f] : [123.7f, 116.3f, 103.5f];
        Preprocessing preprocessing = new(layout, color, mean, [58.4f], fit);
        int channels = color == ColorOrder.Gray ? 1 : 3;
        GraphBuilder builder = new() { Card = new ModelCard(Preprocessing: preprocessing) };
        Value input = builder.Input("picture", new TensorType(ElementType.Float32, layout == ImageLayout.Nchw ? [1, channels, height, width] : [1, height, width, channels]));
        builder.Output("same", builder.Add(new Relu(), "same", input));
        using InferenceSession session = new(builder.Build(), new SessionOptions { Threads = 1 });
        PictureModel model = new(session);

        Image[] images = [TestPictures.Random(31, 17, 1), TestPictures.Random(20, 14, 2), TestPictures.Random(9, 40, 3), TestPictures.Random(15, 15, 4, channels: 1)];
        MemorySource source = new([.. images.Select((image, i) => new Example($"{i}", image, 0))]);
        BatchLoader loader = new(source, new BatchSettings(4, width, height, preprocessing) { KeepIncomplete = true });
        float[] batch = loader.Epoch(0, false).Single().Input;
        for (int i = 0; i < images.Length; i++)
        {
            model.SetInput(images[i]);
            Assert.Equal(session.Input<float>(0).ToArray(), batch.AsSpan(i * width * height * channels, width * height * channels).ToArray());
        }
    }

    [Theory, InlineData(ImageFit.Stretch), InlineData(ImageFit.CenterCrop), InlineData(ImageFit.Letterbox)]
    public void Boxes_lie_where_the_fitted_picture_shows_them(ImageFit fit)
    {
        Image image = TestPictures.Rectangle(120, 80, 50, 30, 24, 16);
        Example example = new("street", image, -1, [new GroundTruth(new Box(50, 30, 74, 46).Scaled(1 / 120f, 1 / 80f), 0)]);
        BatchLoader loader = new(new MemorySource([example]), new BatchSettings(1, 40, 60, TestPictures.Plain(ImageLayout.Nchw, fit)));
        Batch batch = loader.Epoch(0, false).Single();
        Box box = Assert.Single(batch.Boxes[0]).Box.Scaled(40, 60);
        (int x, int y)[] red = [.. Enumerable.Range(0, 40 * 60).Where(i => batch.Input[i] > 0.6f && batch.Input[2400 + i] < 0.3f).Select(i => (i % 40, i / 40))];
        Assert.InRange(red.Min(at => at.x) - box.XMin, -1, 1);
        Assert.InRange(red.Max(at => at.x) + 1 - box.XMax, -1, 1);
        Assert.InRange(red.Min(at => at.y) - box.YMin, -1, 1);
        Assert.InRange(red.Max(at => at.y) + 1 - box.YMax, -1, 1);
    }
}
