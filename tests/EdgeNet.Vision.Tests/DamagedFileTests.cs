namespace EdgeNet.Vision.Tests;

public sealed class DamagedFileTests
{
    private static byte[] SmallBmp(bool topDown, int bits)
    {
        const int width = 3, height = 2;
        int stride = ((width * bits) + 31) / 32 * 4;
        byte[] file = new byte[54 + (stride * height)];
        new Random(bits).NextBytes(file.AsSpan(54));
        "BM"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), 54);
        BitConverter.TryWriteBytes(file.AsSpan(14), 40);
        BitConverter.TryWriteBytes(file.AsSpan(18), width);
        BitConverter.TryWriteBytes(file.AsSpan(22), topDown ? -height : height);
        BitConverter.TryWriteBytes(file.AsSpan(26), (short)1);
        BitConverter.TryWriteBytes(file.AsSpan(28), (short)bits);
        return file;
    }

    private static void AssertReadOrRefused(byte[] file)
    {
        try
        {
            Image image = ImageFile.Decode(file, "x");
            Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
        }
        catch (ImageFormatException error)
        {
            Assert.StartsWith("x: byte ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    private static void TruncateAndFlip(byte[] file)
    {
        for (int length = 0; length < file.Length; length++)
            AssertReadOrRefused(file[..length]);
        for (int at = 0; at < file.Length; at++)
        {
            foreach (byte mask in new byte[] { 0x01, 0x80, 0xFF })
            {
                byte[] damaged = [.. file];
                damaged[at] ^= mask;
                AssertReadOrRefused(damaged);
            }
        }
    }

    [Fact]
    public void PngIsReadOrRefused()
    {
        TruncateAndFlip(PngFile.Encode(TestImages.Gradient(5, 4, 3)));
        TruncateAndFlip(new PngBuilder(9, 9, 2, 3) { Interlaced = true, Palette = new byte[12] }.Build((x, y, _) => (x + y) % 4));
    }

    [Fact]
    public void APngWithValidChecksumsAroundDamagedPixelsIsReadOrRefused()
    {
        // The CRC hides the inner layers from the test above, so here it is right and the header and zlib stream are not.
        byte[] file = PngFile.Encode(TestImages.Gradient(6, 5, 3));
        int start = 8;
        while (start < file.Length)
        {
            int length = (file[start + 2] << 8) | file[start + 3];
            string type = System.Text.Encoding.ASCII.GetString(file, start + 4, 4);
            for (int at = 0; at < length; at++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    byte[] body = file[(start + 8)..(start + 8 + length)];
                    body[at] ^= (byte)(1 << bit);
                    AssertReadOrRefused([.. file[..start], .. PngBuilder.Chunk(type, body), .. file[(start + 12 + length)..]]);
                }
            }

            start += 12 + length;
        }
    }

    [Fact]
    public void EveryTruncationOfAPngIsRefused()
    {
        byte[] file = PngFile.Encode(TestImages.Gradient(5, 4, 3));
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<ImageFormatException>(() => PngFile.Decode(file.AsSpan(0, length)));
    }

    [Fact]
    public void PpmIsReadOrRefused()
    {
        TruncateAndFlip(PpmFile.Encode(TestImages.Noise(5, 4, 3, 1)));
        TruncateAndFlip([.. "P5 # four\n4\t2 15 "u8, 0, 1, 2, 3, 4, 5, 14, 15]);
    }

    [Fact]
    public void BmpIsReadOrRefused()
    {
        foreach (int bits in new[] { 24, 32 })
        {
            TruncateAndFlip(SmallBmp(topDown: false, bits));
            TruncateAndFlip(SmallBmp(topDown: true, bits));
        }
    }

    [Fact]
    public void BmpRowsComeFromTheBottomUnlessTheHeightIsNegative()
    {
        Image up = BmpFile.Decode(SmallBmp(topDown: false, 24));
        Image down = BmpFile.Decode(SmallBmp(topDown: true, 24));
        Assert.Equal(up.Row(0).ToArray(), down.Row(1).ToArray());
        Assert.Equal(up.Row(1).ToArray(), down.Row(0).ToArray());
        byte[] file = SmallBmp(topDown: true, 24);
        Assert.Equal([file[56], file[55], file[54]], down.Row(0)[..3].ToArray());
    }

    [LibturbojpegFact]
    public void JpegIsReadOrRefused()
    {
        TruncateAndFlip(JpegFile.Encode(TestImages.Gradient(16, 9, 3)));
        TruncateAndFlip(JpegFile.Encode(TestImages.Gradient(16, 9, 1)));
    }
}
