using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class FramePixelsTests
{
    public static TheoryData<string, int, int, bool> Sizes()
    {
        TheoryData<string, int, int, bool> data = [];
        foreach (string layout in (string[])["I420", "Yuyv", "Rgb"])
        {
            foreach ((int width, int height) in ((int, int)[])[(1, 1), (2, 2), (3, 5), (7, 4), (16, 9), (33, 21), (64, 48), (101, 67)])
            {
                data.Add(layout, width, height, false);
                data.Add(layout, width, height, true);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Conversion_is_within_one_level_of_the_exact_one(string layout, int width, int height, bool fullRange)
    {
        Frame frame = RandomFrame(layout, width, height, fullRange, seed: width);
        AssertClose(frame, new PixelArea(0, 0, frame.Width, frame.Height), frame.Width, frame.Height, 1);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Resizing_is_within_one_level_of_the_exact_one(string layout, int width, int height, bool fullRange)
    {
        Frame frame = RandomFrame(layout, width, height, fullRange, seed: height);
        var whole = new PixelArea(0, 0, frame.Width, frame.Height);
        foreach ((int to, int high) in ((int, int)[])[(5, 3), (width, (height + 1) / 2), ((2 * width) + 1, height + 3), ((width + 1) / 2, (height + 2) / 3), (1, 1)])
            AssertClose(frame, whole, to, high, 1);
    }

    [Theory]
    [InlineData("I420")]
    [InlineData("Yuyv")]
    [InlineData("Rgb")]
    public void Any_part_is_taken_as_from_the_whole(string layout)
    {
        Frame frame = RandomFrame(layout, 46, 31, false, 5);
        var random = new Random(6);
        for (int n = 0; n < 60; n++)
        {
            (int x, int y) = (random.Next(46), random.Next(31));
            AssertClose(frame, new PixelArea(x, y, 1 + random.Next(46 - x), 1 + random.Next(31 - y)), 1 + random.Next(40), 1 + random.Next(40), 1);
        }
    }

    [Fact]
    public void Black_white_and_grey_of_video_are_those_of_screens()
    {
        var frame = new Frame();
        Span<byte> pixels = frame.Resize(PixelLayout.I420, 8, 2);
        pixels.Fill(128);
        ((byte[])[16, 235, 126, 0, 255, 16, 235, 126]).CopyTo(pixels);
        byte[] red = [.. FramePixels.ToImage(frame, 8, 2).Pixels.Take(24).Where((_, i) => i % 3 == 0)];
        Assert.Equal([0, 255, 128, 0, 255, 0, 255, 128], red);
        frame.FullRange = true;
        Assert.Equal([16, 235, 126, 0, 255, 16, 235, 126], FramePixels.ToImage(frame, 8, 2).Pixels.Take(24).Where((_, i) => i % 3 == 1));
    }

    [Fact]
    public void Fine_stripes_become_grey_where_they_are_too_fine()
    {
        // One column in eight is white: samples alone would see all of them, or none.
        var frame = new Frame();
        Span<byte> pixels = frame.Resize(PixelLayout.I420, 640, 16);
        frame.FullRange = true;
        pixels.Fill(128);
        for (int i = 0; i < 640 * 16; i++) pixels[i] = i % 8 == 0 ? (byte)255 : (byte)0;
        Image image = FramePixels.ToImage(frame, 80, 16);
        Assert.Equal((80, 2), (image.Width, image.Height));
        Assert.All(image.Pixels, value => Assert.Equal(32, value));
    }

    [Theory]
    [InlineData(640, 480, 320, 320, 320, 240)]
    [InlineData(640, 480, 1000, 1000, 640, 480)]
    [InlineData(641, 3, 64, 64, 64, 1)]
    public void A_picture_keeps_its_shape_and_never_grows(int width, int height, int maximumWidth, int maximumHeight, int expectedWidth, int expectedHeight)
    {
        var frame = new Frame();
        frame.Resize(PixelLayout.Rgb, width, height);
        Image image = FramePixels.ToImage(frame, maximumWidth, maximumHeight);
        Assert.Equal((expectedWidth, expectedHeight, 3), (image.Width, image.Height, image.Channels));
    }

    [Fact]
    public void A_part_outside_the_frame_is_refused()
    {
        var frame = new Frame();
        frame.Resize(PixelLayout.Rgb, 4, 4);
        var target = new Image(2, 2, 3);
        foreach (PixelArea area in (PixelArea[])[new(-1, 0, 2, 2), new(0, 0, 5, 1), new(3, 3, 1, 2), new(0, 0, 0, 1), new(int.MaxValue, 0, int.MaxValue, 1)])
            Assert.Throws<ArgumentOutOfRangeException>(() => FramePixels.Fill(frame, area, target));
    }

    [InstalledFact("libturbojpeg")]
    public void A_JPEG_frame_is_decoded_once_and_a_bad_one_is_a_source_that_gave_nonsense()
    {
        var picture = new Image(20, 10, 1);
        picture.Pixels.AsSpan().Fill(77);
        byte[] file = JpegFile.Encode(picture);
        var frame = new Frame();
        file.CopyTo(frame.ResizeJpeg(file.Length));
        Assert.All(FramePixels.ToImage(frame, 10, 10).Pixels, value => Assert.InRange(value, 76, 78));
        Assert.Equal((PixelLayout.Rgb, 20, 10), (frame.Layout, frame.Width, frame.Height));

        file[..^9].CopyTo(frame.ResizeJpeg(file.Length));
        frame.Bytes[100..].Clear();
        Assert.DoesNotContain('\n', Assert.Throws<SourceException>(() => FramePixels.ToImage(frame, 10, 10)).Message);
    }

    [Fact]
    public void The_hash_sees_every_byte()
    {
        var frame = new Frame();
        frame.Resize(PixelLayout.Rgb, 9, 5).Clear();
        HashSet<ulong> hashes = [FrameHash.Of(frame)];
        Assert.DoesNotContain(hashes, hash => hash != FrameHash.Of(frame));
        for (int i = 0; i < frame.Length; i++)
        {
            frame.Bytes[i] ^= 0x80;
            Assert.True(hashes.Add(FrameHash.Of(frame)), $"byte {i}");
            frame.Bytes[i] ^= 0x80;
        }
    }

    private static Frame RandomFrame(string layout, int width, int height, bool fullRange, int seed)
    {
        var frame = new Frame();
        PixelLayout as_ = Enum.Parse<PixelLayout>(layout);
        new Random(seed).NextBytes(frame.Resize(as_, as_ == PixelLayout.Yuyv ? (width + 1) & ~1 : width, height));
        frame.FullRange = fullRange;
        return frame;
    }

    private static void AssertClose(Frame frame, PixelArea area, int width, int height, double tolerance)
    {
        var target = new Image(width, height, 3);
        FramePixels.Fill(frame, area, target);
        double[] exact = Exact(frame, area, width, height);
        for (int i = 0; i < exact.Length; i++)
            Assert.True(Math.Abs(exact[i] - target.Pixels[i]) <= tolerance, $"{frame.Layout} {frame.Width}×{frame.Height} {area} → {width}×{height}, byte {i}: {target.Pixels[i]}, exactly {exact[i]}");
    }

    /// <summary>The same in double precision, sample by sample.</summary>
    private static double[] Exact(Frame frame, PixelArea area, int width, int height)
    {
        byte[] bytes = frame.Bytes.ToArray();
        (int w, int h, int halfWidth, int halfHeight) = (frame.Width, frame.Height, (frame.Width + 1) / 2, (frame.Height + 1) / 2);
        (Func<int, int, byte> At, int Wide, int High, int Across, int Down)[] channels = frame.Layout switch
        {
            PixelLayout.Rgb => [.. Enumerable.Range(0, 3).Select(c => ((Func<int, int, byte>)((x, y) => bytes[(((y * w) + x) * 3) + c]), w, h, 1, 1))],
            PixelLayout.Yuyv =>
            [
                ((x, y) => bytes[(y * halfWidth * 4) + (x * 2)], w, h, 1, 1),
                ((x, y) => bytes[(y * halfWidth * 4) + (x * 4) + 1], halfWidth, h, 2, 1),
                ((x, y) => bytes[(y * halfWidth * 4) + (x * 4) + 3], halfWidth, h, 2, 1),
            ],
            _ =>
            [
                ((x, y) => bytes[(y * w) + x], w, h, 1, 1),
                ((x, y) => bytes[(w * h) + (y * halfWidth) + x], halfWidth, halfHeight, 2, 2),
                ((x, y) => bytes[(w * h) + (halfWidth * halfHeight) + (y * halfWidth) + x], halfWidth, halfHeight, 2, 2),
            ],
        };

        double[] result = new double[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double[] values = [.. channels.Select(channel =>
                {
                    double sum = 0;
                    foreach ((int row, double down) in Weights(area.Y, area.Height, height, y, channel.High, channel.Down))
                    {
                        foreach ((int column, double across) in Weights(area.X, area.Width, width, x, channel.Wide, channel.Across)) sum += down * across * channel.At(column, row);
                    }
                    return sum;
                })];
                if (frame.Layout != PixelLayout.Rgb)
                {
                    (double luma, double blue, double red) = frame.FullRange
                        ? (values[0], values[1] - 128, values[2] - 128)
                        : ((values[0] - 16) * 255 / 219, (values[1] - 128) * 255 / 224, (values[2] - 128) * 255 / 224);
                    values =
                    [
                        luma + (1.402 * red),
                        luma - (1.772 * 0.114 / 0.587 * blue) - (1.402 * 0.299 / 0.587 * red),
                        luma + (1.772 * blue),
                    ];
                }
                for (int c = 0; c < 3; c++) result[(((y * width) + x) * 3) + c] = Math.Clamp(values[c], 0, 255);
            }
        }
        return result;
    }

    private static IEnumerable<(int Sample, double Weight)> Weights(int start, int length, int to, int index, int samples, int pixelsPerSample)
    {
        double step = (double)length / to / pixelsPerSample, begin = (double)start / pixelsPerSample;
        if (step > 2)
        {
            (double from, double end) = (begin + (index * step), Math.Min(begin + ((index + 1) * step), samples));
            for (int i = (int)from; i < samples && i < end; i++) yield return (i, (Math.Min(end, i + 1) - Math.Max(from, i)) / (end - from));
        }
        else
        {
            double centre = Math.Clamp(begin + ((index + 0.5) * step) - 0.5, 0, samples - 1);
            int first = (int)centre;
            yield return (first, 1 - (centre - first));
            if (first + 1 < samples) yield return (first + 1, centre - first);
        }
    }
}
