using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class PasteObjectsTests
{
    [Fact]
    public void Cutouts_are_the_instances_that_a_box_names()
    {
        Image mask = new(100, 60, 1);
        Fill(mask, 1, 10, 5, 20, 40);
        Fill(mask, 2, 50, 5, 20, 40);
        Fill(mask, 3, 80, 5, 10, 10);
        Example example = new(
            "street", TestPictures.Rectangle(100, 60, 10, 5, 20, 40), -1,
            [new GroundTruth(new Box(10, 5, 30, 45).Scaled(0.01f, 1 / 60f), 2), new GroundTruth(new Box(50, 5, 70, 45).Scaled(0.01f, 1 / 60f), 1, Ignore: true)], mask);
        ObjectCutout cutout = Assert.Single(ObjectCutout.From(example));
        Assert.Equal((20, 40, 2), (cutout.Image.Width, cutout.Image.Height, cutout.Label));
        Assert.All(cutout.Mask.Pixels, value => Assert.Equal(255, value));
        Assert.Equal(230, cutout.Image.Pixels[0]);
        Assert.Empty(ObjectCutout.From(example with { Mask = null }));
    }

    [Fact]
    public void A_pasted_object_lies_in_its_box()
    {
        Example background = new("field", Plain(200, 120));
        for (int seed = 0; seed < 50; seed++)
        {
            Example pasted = new PasteObjects([Disc(7)], 1, 1).Apply(background, Rng.For(seed));
            GroundTruth truth = Assert.Single(pasted.Boxes);
            Assert.Equal((7, false), (truth.Label, truth.Ignore));
            Box box = truth.Box.Scaled(200, 120);
            (int X, int Y)[] red = [.. Enumerable.Range(0, 200 * 120).Where(i => pasted.Image.Pixels[3 * i] > 140).Select(i => (i % 200, i / 200))];
            Assert.InRange(red.Min(at => at.X) - box.XMin, -0.01, 3);
            Assert.InRange(box.XMax - 1 - red.Max(at => at.X), -0.01, 3);
            Assert.InRange(red.Min(at => at.Y) - box.YMin, -0.01, 3);
            Assert.InRange(box.YMax - 1 - red.Max(at => at.Y), -0.01, 3);
            Assert.All(background.Image.Pixels, sample => Assert.Equal(60, sample));
        }
    }

    [Fact]
    public void What_a_pasted_object_hides_is_ignored()
    {
        GroundTruth hidden = new(new Box(0.45f, 0.45f, 0.55f, 0.55f), 0), free = new(new Box(0, 0, 0.02f, 0.02f), 0);
        Example street = new("street", Plain(200, 120), -1, [hidden, free], new Image(200, 120, 1));
        ObjectCutout wall = new("wall", Plain(200, 120), Plain(200, 120, 1, 255), 3);
        Example pasted = new PasteObjects([wall], 1, 1, 0.9f, 0.9f) { Outside = 0, SoftEdge = 0 }.Apply(street, new Rng(4));
        Assert.Equal([true, false], new[] { pasted.Boxes[0].Ignore, pasted.Boxes[^1].Ignore });
        Assert.Equal([0, 1], pasted.Mask!.Pixels.Distinct().Order().Select(instance => (int)instance));

        // The last of three walls of one size hides most of those before it, unless they lie elsewhere.
        Example crowd = new PasteObjects([wall], 3, 3, 0.95f, 0.95f).Apply(street with { Boxes = [] }, new Rng(4));
        Assert.False(crowd.Boxes[^1].Ignore);
        Assert.All(crowd.Boxes.SkipLast(1), truth => Assert.True(truth.Ignore));
    }

    [SharedPhotosFact]
    public void Real_pedestrians_are_cut_out_and_pasted()
    {
        IExampleSource streets = TrainingData.Open(SharedMaterial.Path("data", "pennfudan"), DataPart.Training, new DataProblems());
        IReadOnlyList<ObjectCutout> people = ObjectCutout.From(new SubsetSource(streets, [0, 1, 2]));
        Assert.InRange(people.Count, 3, 12);
        Assert.Equal(new PasteObjects(people, 2, 3), Assert.Single(AugmentationList.Parse("paste:2", 320, 240, objects: people)));
        Example pasted = new PasteObjects(people, 2, 2).Apply(new Example("field", Plain(320, 240)), new Rng(3));
        Assert.InRange(pasted.Boxes.Count, 1, 2);
        Assert.All(pasted.Boxes, truth => Assert.InRange(truth.Box.Area, 0.002f, 0.9f));
    }

    private static Image Plain(int width, int height, int channels = 3, byte value = 60)
    {
        Image image = new(width, height, channels);
        Array.Fill(image.Pixels, value);
        return image;
    }

    private static void Fill(Image mask, byte value, int x, int y, int width, int height)
    {
        for (int row = y; row < y + height; row++) mask.Row(row).Slice(x, width).Fill(value);
    }

    /// <summary>A red disc on green, the green outside the mask.</summary>
    private static ObjectCutout Disc(int label)
    {
        const int side = 40;
        Image image = new(side, side, 3), mask = new(side, side, 1);
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                bool inside = ((x - 19.5) * (x - 19.5)) + ((y - 19.5) * (y - 19.5)) < 20 * 20;
                (inside ? new byte[] { 220, 20, 20 } : [0, 255, 0]).CopyTo(image.Row(y)[(3 * x)..]);
                mask.Row(y)[x] = inside ? (byte)255 : (byte)0;
            }
        }
        return new ObjectCutout("disc", image, mask, label);
    }
}
