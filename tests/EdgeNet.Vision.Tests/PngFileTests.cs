namespace EdgeNet.Vision.Tests;

public sealed class PngFileTests
{
    public static TheoryData<int, int, bool> EveryKind()
    {
        TheoryData<int, int, bool> data = [];
        foreach ((int colour, int[] depths) in new[]
        {
            (0, new[] { 1, 2, 4, 8, 16 }), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
        })
        {
            foreach (int depth in depths)
            {
                data.Add(colour, depth, false);
                data.Add(colour, depth, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void EveryColourTypeAndDepthIsRead(int colour, int depth, bool interlaced)
    {
        foreach ((int width, int height) in new[] { (1, 1), (2, 1), (1, 5), (3, 3), (9, 11), (17, 8), (33, 20) })
        {
            int seed = (width * 100) + height;
            int[] samples = new int[width * height * 4];
            Random random = new(seed);
            for (int i = 0; i < samples.Length; i++)
                samples[i] = random.Next(1 << depth);
            byte[] palette = new byte[3 << Math.Min(depth, 8)];
            random.NextBytes(palette);

            int Sample(int x, int y, int channel) => samples[(((y * width) + x) * 4) + channel];
            byte[] file = new PngBuilder(width, height, depth, colour)
            {
                Interlaced = interlaced,
                Palette = colour == 3 ? palette : null,
                Transparency = colour == 3 ? [0] : null,
                Filter = row => (row + seed) % 5,
            }.Build(Sample);

            Image image = PngFile.Decode(file);
            int channels = colour is 0 or 4 ? 1 : 3;
            Image expected = new(width, height, channels);
            for (int i = 0; i < expected.Pixels.Length; i++)
            {
                (int pixel, int channel) = (i / channels, i % channels);
                int stored = Sample(pixel % width, pixel / width, colour == 3 ? 0 : channel);
                expected.Pixels[i] = colour == 3
                    ? palette[(stored * 3) + channel]
                    : (byte)Math.Round(stored * 255.0 / ((1 << depth) - 1));
            }

            TestImages.AssertSame(expected, image);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatIsWrittenIsReadBack(int channels)
    {
        foreach ((int width, int height) in new[] { (1, 1), (7, 3), (64, 48) })
        {
            TestImages.AssertSame(TestImages.Noise(width, height, channels, 1), PngFile.Decode(PngFile.Encode(TestImages.Noise(width, height, channels, 1))));
            TestImages.AssertSame(TestImages.Gradient(width, height, channels), PngFile.Decode(PngFile.Encode(TestImages.Gradient(width, height, channels))));
        }
    }

    [Fact]
    public void TheErrorNamesFileAndByteOnOneLine()
    {
        byte[] file = PngFile.Encode(TestImages.Gradient(4, 4, 1));
        file[20] ^= 1;
        ImageFormatException error = Assert.Throws<ImageFormatException>(() => PngFile.Decode(file, "a.png"));
        Assert.StartsWith("a.png: byte 8: a chunk of 13 bytes has checksum", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void AnEnormousHeaderIsRefusedBeforeMemoryIsTaken()
    {
        // 8192 × 8192 RGB is within the limit but 192 MiB, and the file has a few bytes.
        byte[] bomb = new PngBuilder(8192, 8192, 8, 2).Assemble([0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cannot fill", Assert.Throws<ImageFormatException>(() => PngFile.Decode(bomb)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);

        byte[] larger = new PngBuilder(int.MaxValue, int.MaxValue, 8, 2).Assemble([0]);
        Assert.Contains("expected 1 to", Assert.Throws<ImageFormatException>(() => PngFile.Decode(larger)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADecompressionBombGivesNoMoreThanTheHeaderSays()
    {
        byte[] bomb = new PngBuilder(2, 2, 8, 0).Assemble(new byte[64 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more pixels", Assert.Throws<ImageFormatException>(() => PngFile.Decode(bomb)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void MissingPixelsUnknownFiltersAndPaletteEntriesAreErrors()
    {
        Assert.Throws<ImageFormatException>(() => PngFile.Decode(new PngBuilder(2, 2, 8, 0).Assemble([0, 1, 2])));
        Assert.Throws<ImageFormatException>(() => PngFile.Decode(new PngBuilder(1, 1, 8, 0).Assemble([5, 1])));
        Assert.Throws<ImageFormatException>(() => PngFile.Decode(new PngBuilder(1, 1, 8, 3) { Palette = [1, 2, 3] }.Assemble([0, 1])));
        Assert.Throws<ImageFormatException>(() => PngFile.Decode(new PngBuilder(1, 1, 8, 3).Assemble([0, 0])));
        Assert.Throws<ImageFormatException>(() => PngFile.Decode(new PngBuilder(1, 1, 4, 2).Assemble([0, 0, 0])));
    }
}
