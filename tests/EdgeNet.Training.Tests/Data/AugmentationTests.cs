using EdgeNet.Vision;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public class AugmentationTests
{
    private static readonly Box Red = new(40, 24, 64, 56);

    public static TheoryData<string> Moves() => ["flip@1", "vflip@1", "crop:9", "resizedcrop:0.3", "resize", "ssdcrop", "zoomout:3@1", "scale:0.7:1.4", "rotate:12"];

    public static TheoryData<string> Looks() =>
        ["color:0.3:0.3:0.3:0.02", "noise:12:12", "blur:1.5@1", "motion:7@1", "erosion:2@1", "lowlight:0.4:6@1"];

    [Fact]
    public void Flipping_twice_changes_nothing()
    {
        Prop.ForAll<PositiveInt, PositiveInt, bool>((width, height, vertical) =>
        {
            Image image = TestPictures.Random(Math.Min(width.Get, 40), Math.Min(height.Get, 40), width.Get + height.Get);
            Example example = new("x", image, -1, [new GroundTruth(new Box(0.125f, 0.25f, 0.5f, 0.75f), 1)], TestPictures.Random(image.Width, image.Height, 3, channels: 1));
            Flip flip = new(vertical);
            Example once = flip.Apply(example, new Rng(1)), twice = flip.Apply(once, new Rng(2));
            return twice.Image.Pixels.SequenceEqual(image.Pixels) && twice.Mask!.Pixels.SequenceEqual(example.Mask!.Pixels) && twice.Boxes.SequenceEqual(example.Boxes)
                && once.Image.Row(vertical ? image.Height - 1 : 0)[vertical ? 0 : ^3] == image.Pixels[0];
        }).QuickCheckThrowOnFailure();
    }

    [Theory, MemberData(nameof(Moves))]
    public void Boxes_and_masks_follow_what_is_in_them(string text)
    {
        IAugmentation move = Assert.Single(AugmentationList.Parse(text, 96, 72));
        Example example = Street();
        int shown = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Example moved = move.Apply(example, Rng.For(seed, 1));
            Assert.Equal((moved.Image.Width, moved.Image.Height), (moved.Mask!.Width, moved.Mask.Height));
            Assert.All(moved.Boxes, truth => Assert.True(truth.Box is { XMin: >= 0, YMin: >= 0, XMax: <= 1, YMax: <= 1, Area: > 0 }));
            Box? red = Extent(moved.Image.Width, moved.Image.Height, (x, y) => IsRed(moved.Image, x, y));
            Box? masked = Extent(moved.Image.Width, moved.Image.Height, (x, y) => moved.Mask.Row(y)[x] == 1);
            if (moved.Boxes.Count == 0)
            {
                Assert.True(red is null || red.Value.Area < 0.2f * Red.Area * moved.Image.Width * moved.Image.Height / (120 * 80), $"seed {seed}: red without a box");
                continue;
            }

            shown++;
            Box box = Assert.Single(moved.Boxes).Box.Scaled(moved.Image.Width, moved.Image.Height);
            Near(box, red!.Value, text.StartsWith("rotate", StringComparison.Ordinal) ? 13 : 2.5f, $"seed {seed}");
            Near(masked!.Value, red.Value, 2.5f, $"mask, seed {seed}");
        }
        Assert.True(shown > 20);
    }

    [Theory, MemberData(nameof(Looks))]
    public void Looks_change_pixels_and_leave_boxes_alone(string text) => CheckLook(text);

    [LibturbojpegFact]
    public void Jpeg_changes_pixels_and_leaves_boxes_alone() => CheckLook("jpeg:40:90@1");

    [Fact]
    public void Jpeg_is_left_out_and_said_so_only_where_the_library_is_missing()
    {
        DataProblems problems = new();
        int steps = AugmentationList.Parse("flip,jpeg", 32, 24, problems).Count;
        Assert.Equal((JpegFile.IsAvailable ? 2 : 1, JpegFile.IsAvailable ? 0 : 1), (steps, problems.All.Count));
    }

    private static void CheckLook(string text)
    {
        IAugmentation look = Assert.Single(AugmentationList.Parse(text, 96, 72));
        Example example = Street();
        byte[] before = [.. example.Image.Pixels];
        int changed = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            Example seen = look.Apply(example, Rng.For(seed, 2));
            Assert.Same(example.Boxes, seen.Boxes);
            Assert.Same(example.Mask, seen.Mask);
            if (!seen.Image.Pixels.SequenceEqual(before)) changed++;
            // The object is still there: redder inside its box than outside.
            Assert.True(Redness(seen.Image, 48, 40) > Redness(seen.Image, 10, 10) + 15, $"seed {seed}");
            Assert.Equal(seen.Image.Pixels, look.Apply(example, Rng.For(seed, 2)).Image.Pixels);

            Image grey = new(30, 20, 1);
            Assert.Equal(1, look.Apply(new Example("grey", grey), Rng.For(seed, 3)).Image.Channels);
        }
        Assert.True(changed >= 15);
        Assert.Equal(before, example.Image.Pixels);
    }

    [Fact]
    public void A_crop_keeps_what_it_does_not_cut_and_fills_the_rest()
    {
        Image image = TestPictures.Random(12, 10, 5);
        HashSet<(int, int)> places = [];
        for (int seed = 0; seed < 200; seed++)
        {
            Image cropped = new RandomCrop(2, new Rgb(1, 2, 3)).Apply(new Example("x", image), Rng.For(seed)).Image;
            (int X, int Y) shift = Enumerable.Range(-2, 5).SelectMany(x => Enumerable.Range(-2, 5).Select(y => (x, y))).Single(at => Matches(at.x, at.y));
            places.Add(shift);

            bool Matches(int dx, int dy)
            {
                for (int y = 0; y < 10; y++)
                {
                    for (int x = 0; x < 12; x++)
                    {
                        bool inside = x + dx >= 0 && x + dx < 12 && y + dy >= 0 && y + dy < 10;
                        ReadOnlySpan<byte> expected = inside ? image.Row(y + dy).Slice((x + dx) * 3, 3) : [1, 2, 3];
                        if (!expected.SequenceEqual(cropped.Row(y).Slice(x * 3, 3))) return false;
                    }
                }
                return true;
            }
        }
        Assert.Equal(25, places.Count);
    }

    [Fact]
    public void Boxes_lie_in_whatever_window_is_cut_out()
    {
        Prop.ForAll<int, int, (PositiveInt, PositiveInt)>((x, y, size) =>
        {
            Example cut = Street().Window(x % 150, y % 100, Math.Min(size.Item1.Get, 200), Math.Min(size.Item2.Get, 200), default);
            return cut.Boxes.All(truth => truth.Box is { XMin: >= 0, YMin: >= 0, XMax: <= 1, YMax: <= 1, Area: > 0 });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_box_mostly_cut_away_is_ignored_and_one_all_but_gone_is_dropped()
    {
        Example example = new("x", new Image(100, 100, 3), -1, [new GroundTruth(new Box(0.1f, 0, 0.3f, 1), 0)]);
        GroundTruth whole = Assert.Single(example.Window(10, 0, 80, 100, default).Boxes);
        Assert.False(whole.Ignore);
        Assert.Equal(0.25, whole.Box.XMax, 1e-6);
        Assert.True(Assert.Single(example.Window(25, 0, 50, 100, default).Boxes).Ignore);
        Assert.Empty(example.Window(29, 0, 50, 100, default).Boxes);
    }

    [Fact]
    public void Ssd_crops_keep_an_object_centred_in_them_if_there_is_one()
    {
        Example example = Street();
        int cropped = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            Example patch = new SsdCrop().Apply(example, Rng.For(seed));
            if (patch.Image.Width * patch.Image.Height < 120 * 80) cropped++;
            Assert.Single(patch.Boxes);
            Assert.InRange(patch.Image.Width, 36, 120);
            Assert.InRange(patch.Image.Height, 24, 80);
        }
        Assert.InRange(cropped, 60, 95);
    }

    [Fact]
    public void Turning_a_picture_by_nothing_leaves_it_as_it_is()
    {
        Example example = Street();
        Assert.Equal(example.Image.Pixels, example.Warped(Affine.About(60, 40, 0, 1), default).Image.Pixels);
        Affine quarter = Affine.About(10, 10, MathF.PI / 2, 1);
        Example square = new("x", TestPictures.Random(20, 20, 1));
        Image turned = square.Warped(quarter, default).Image;
        for (int y = 0; y < 20; y++)
        {
            for (int x = 0; x < 20; x++) Assert.InRange(turned.Row(x)[3 * (19 - y)] - square.Image.Row(y)[3 * x], -1, 1);
        }
    }

    [Fact]
    public void Noise_has_the_deviation_asked_for_and_no_mean()
    {
        Image flat = new(200, 100, 3);
        Array.Fill<byte>(flat.Pixels, 128);
        foreach ((float read, float shot, double expected) in new[] { (8f, 0f, 8.0), (0f, 10f, 10 * Math.Sqrt(128 / 255.0)), (3f, 4f, Math.Sqrt(9 + (16 * 128 / 255.0))) })
        {
            double[] noise = [.. SensorNoise.Add(flat, read, shot, new Rng(5)).Pixels.Select(sample => sample - 128.0)];
            Assert.InRange(noise.Average(), -0.15, 0.15);
            Assert.InRange(Math.Sqrt(noise.Average(sample => sample * sample)) / expected, 0.95, 1.05);
        }
    }

    [Fact]
    public void A_color_jitter_of_nothing_changes_nothing_and_brightness_scales()
    {
        Example example = new("x", TestPictures.Random(30, 20, 1));
        Image same = new ColorJitter(0, 0, 0, 0).Apply(example, new Rng(1)).Image;
        Assert.All(same.Pixels.Zip(example.Image.Pixels), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Example grey = new Greyscale().Apply(example, new Rng(1));
        Image unsaturated = new ColorJitter(0, 0, 1, 0.5f).Apply(grey, new Rng(3)).Image;
        Assert.All(unsaturated.Pixels.Zip(grey.Image.Pixels), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Assert.InRange(grey.Image.Pixels[0] - new Rgb(example.Image.Pixels[0], example.Image.Pixels[1], example.Image.Pixels[2]).Luma, -0.6, 0.6);
    }

    [Fact]
    public void Half_a_turn_of_hue_makes_red_cyan()
    {
        Image red = new(1, 1, 3, [160, 60, 60]);
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] pixel = new ColorJitter(0, 0, 0, 0.5f).Apply(new Example("x", red), Rng.For(seed)).Image.Pixels;
            Assert.InRange(new Rgb(pixel[0], pixel[1], pixel[2]).Luma - new Rgb(160, 60, 60).Luma, -2, 2);
            if (pixel[0] < 25) return;
        }
        Assert.Fail("no turn came near the opposite colour");
    }

    [Fact]
    public void Blur_keeps_flat_pictures_and_spreads_a_point_without_losing_light()
    {
        Image flat = new(33, 17, 3), point = new(33, 17, 3);
        Array.Fill<byte>(flat.Pixels, 200);
        point.Row(8)[16 * 3] = 255;
        for (int seed = 0; seed < 10; seed++)
        {
            foreach (IAugmentation blur in new IAugmentation[] { new GaussianBlur(2), new MotionBlur(9) })
            {
                Assert.Equal(flat.Pixels, blur.Apply(new Example("x", flat), Rng.For(seed)).Image.Pixels);
                Image spread = blur.Apply(new Example("x", point), Rng.For(seed)).Image;
                Assert.InRange(spread.Pixels.Sum(sample => sample), 215, 295);
                Assert.Equal(spread.Pixels.Where((_, i) => i % 3 == 0).Sum(sample => sample), spread.Pixels.Sum(sample => sample));
            }
        }
    }

    [Fact]
    public void Erosion_takes_the_darkest_of_the_square()
    {
        Image image = TestPictures.Random(23, 11, 8);
        Image eroded = new Erosion(1).Apply(new Example("x", image), new Rng(1)).Image;
        for (int y = 0; y < 11; y++)
        {
            for (int i = 0; i < 23 * 3; i++)
            {
                int least = 255;
                for (int row = Math.Max(0, y - 1); row <= Math.Min(10, y + 1); row++)
                {
                    for (int at = i - 3; at <= i + 3; at += 3)
                    {
                        if (at >= 0 && at < 23 * 3) least = Math.Min(least, image.Row(row)[at]);
                    }
                }
                Assert.Equal(least, eroded.Row(y)[i]);
            }
        }
    }

    [Fact]
    public void Sometimes_is_as_often_as_it_says()
    {
        Example example = new("x", TestPictures.Random(4, 4, 1));
        Sometimes flip = new(new Flip(), 0.25f);
        Assert.InRange(Enumerable.Range(0, 2000).Count(seed => flip.Apply(example, Rng.For(seed)) != example), 430, 570);
    }

    [Fact]
    public void Lists_are_read_in_order_with_their_numbers()
    {
        Assert.Equal(
            [new Sometimes(new Flip(), 0.5f), new RandomCrop(4), new ColorJitter(0.2f, 0.2f, 0.2f, 0), new Sometimes(new SensorNoise(8, 3), 0.25f), new RandomResizedCrop(32, 24, 0.25f, 1), new ResizeTo(32, 24)],
            AugmentationList.Parse(" flip, crop:4 ,color:0.2,noise:8:3@0.25,resizedcrop:0.25,resize", 32, 24));
        Assert.Empty(AugmentationList.Parse("", 32, 24));
        Assert.Contains("color[:BRIGHTNESS[:CONTRAST[:SATURATION[:HUE]]]][@PROBABILITY] (BRIGHTNESS 0.2, CONTRAST as BRIGHTNESS, SATURATION as BRIGHTNESS, HUE 0, probability 1)", AugmentationList.Usage);
    }

    [Theory]
    [InlineData("flip,wobble:3", "there is no 'wobble'; expected flip, vflip, crop")]
    [InlineData("crop:x", "PADDING is 'x'; expected 0 to 4096 in crop[:PADDING]")]
    [InlineData("crop:1:2", "too many numbers; expected crop[:PADDING]")]
    [InlineData("noise:nan", "READ is 'nan'")]
    [InlineData("flip@2", "the probability is '2'; expected 0 to 1")]
    [InlineData("scale:2:1", "MIN is above MAX")]
    [InlineData("jpeg:90:30", "MINQUALITY is above MAXQUALITY")]
    [InlineData("paste", "no objects to paste")]
    public void A_wrong_list_is_answered_in_one_line(string text, string message)
    {
        string answer = Assert.Throws<FormatException>(() => AugmentationList.Parse(text, 32, 24)).Message;
        Assert.Contains(message, answer, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', answer);
    }

    /// <summary>120×80, a red rectangle with its box and mask.</summary>
    private static Example Street()
    {
        Image image = TestPictures.Rectangle(120, 80, 40, 24, 24, 32), mask = new(120, 80, 1);
        for (int y = 24; y < 56; y++) mask.Row(y)[40..64].Fill(1);
        return new Example("street", image, -1, [new GroundTruth(Red.Scaled(1 / 120f, 1 / 80f), 0)], mask);
    }

    private static bool IsRed(Image image, int x, int y) => Redness(image, x, y) > 100;

    private static int Redness(Image image, int x, int y) => image.Row(y)[3 * x] - image.Row(y)[(3 * x) + 1];

    private static Box? Extent(int width, int height, Func<int, int, bool> isInside)
    {
        Box? extent = null;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (!isInside(x, y)) continue;
                Box old = extent ?? new Box(x, y, x + 1, y + 1);
                extent = new Box(Math.Min(old.XMin, x), Math.Min(old.YMin, y), Math.Max(old.XMax, x + 1), Math.Max(old.YMax, y + 1));
            }
        }
        return extent;
    }

    /// <summary>The box encloses the extent to a pixel, and is larger by no more than the slack.</summary>
    private static void Near(Box box, Box extent, float slack, string what)
    {
        Assert.True(
            extent.XMin - box.XMin >= -1.5f && extent.XMin - box.XMin <= slack && box.XMax - extent.XMax >= -1.5f && box.XMax - extent.XMax <= slack
            && extent.YMin - box.YMin >= -1.5f && extent.YMin - box.YMin <= slack && box.YMax - extent.YMax >= -1.5f && box.YMax - extent.YMax <= slack,
            $"{what}: {box} around {extent}");
    }
}
