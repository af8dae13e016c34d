namespace EdgeNet.Vision.Tests;

public sealed class ImageFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-vision-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.png", 3)]
    [InlineData("a.PNG", 1)]
    [InlineData("a.ppm", 3)]
    [InlineData("a.pgm", 1)]
    public void WhatIsSavedIsLoadedAndNothingElseIsLeft(string name, int channels)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "an older file");
        Image image = TestImages.Noise(13, 7, channels, 3);
        ImageFile.Save(path, image);
        TestImages.AssertSame(image, ImageFile.Load(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void TheFirstBytesDecideNotTheName()
    {
        string path = Path.Combine(_folder, "really-a-png.jpg");
        Image image = TestImages.Noise(4, 4, 3, 4);
        File.WriteAllBytes(path, PngFile.Encode(image));
        TestImages.AssertSame(image, ImageFile.Load(path));
    }

    [Fact]
    public void UnknownFormatsAreNamed()
    {
        Assert.Contains("47494638", Assert.Throws<ImageFormatException>(() => ImageFile.Decode("GIF89a"u8)).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<ImageFormatException>(() => ImageFile.Decode([])).Message, StringComparison.Ordinal);
        Assert.Throws<ImageFormatException>(() => ImageFile.Save(Path.Combine(_folder, "a.gif"), new Image(1, 1, 1)));
    }

    [Fact]
    public void AFailedSaveLeavesNothingBeside()
    {
        string taken = Path.Combine(_folder, "a.png");
        Directory.CreateDirectory(taken);
        Assert.ThrowsAny<Exception>(() => ImageFile.Save(taken, new Image(1, 1, 1)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void PpmSamplesAreRescaledFromTheirMaximum()
    {
        Image image = PpmFile.Decode([.. "P5\n# comment\n3 1\n15\n"u8, 0, 7, 15]);
        Assert.Equal([0, 119, 255], image.Pixels);
        Assert.Throws<ImageFormatException>(() => PpmFile.Decode([.. "P5 1 1 15 "u8, 16]));
        Assert.Throws<ImageFormatException>(() => PpmFile.Decode([.. "P5 1 1 65535 "u8, 16, 0]));
    }

    [Fact]
    public void SizesOutsideTheLimitAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(1, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(65536, 65536, 1));
        Assert.Throws<ArgumentException>(() => new Image(2, 2, 1, new byte[5]));
    }

    [LibturbojpegFact]
    public void JpegComesBackNearlyTheSame()
    {
        foreach (int channels in new[] { 1, 3 })
        {
            Image image = new(40, 24, channels);
            for (int i = 0; i < image.Pixels.Length; i++)
                image.Pixels[i] = (byte)(60 + (i / channels % 40 * 3) + (i / channels / 40));
            string path = Path.Combine(_folder, $"{channels}.jpg");
            ImageFile.Save(path, image);
            Image read = ImageFile.Load(path);
            Assert.Equal((40, 24, channels), (read.Width, read.Height, read.Channels));
            Assert.All(image.Pixels.Zip(read.Pixels), pair => Assert.InRange(pair.First - pair.Second, -6, 6));
        }
    }

    [LibturbojpegFact]
    public void ATruncatedJpegIsRefused()
    {
        byte[] file = JpegFile.Encode(TestImages.Noise(32, 32, 3, 5));
        Assert.Throws<ImageFormatException>(() => JpegFile.Decode(file.AsSpan(0, file.Length / 2)));
        Assert.Throws<ImageFormatException>(() => JpegFile.Decode(file.AsSpan(0, file.Length - 60)));
    }
}
