namespace EdgeNet.Vision.Tests;

public sealed class ResizingTests
{
    [Theory]
    [InlineData(ResizeMethod.Bilinear)]
    [InlineData(ResizeMethod.Area)]
    public void TheSameSizeGivesTheSamePicture(ResizeMethod method)
    {
        foreach ((int width, int height) in new[] { (1, 1), (5, 3), (31, 17) })
        {
            Image image = TestImages.Noise(width, height, 3, width);
            TestImages.AssertSame(image, Resizing.Resize(image, width, height, method));
        }
    }

    [Theory]
    [InlineData(ResizeMethod.Bilinear)]
    [InlineData(ResizeMethod.Area)]
    public void AFlatPictureStaysFlatAtAnySize(ResizeMethod method)
    {
        Random random = new(1);
        for (int i = 0; i < 50; i++)
        {
            byte value = (byte)random.Next(256);
            Image image = new(random.Next(1, 40), random.Next(1, 40), 1);
            Array.Fill(image.Pixels, value);
            Assert.All(Resizing.Resize(image, random.Next(1, 40), random.Next(1, 40), method).Pixels, pixel => Assert.Equal(value, pixel));
        }
    }

    [Fact]
    public void BilinearStaysWithinOneOfTheExactValue()
    {
        Random random = new(2);
        for (int trial = 0; trial < 30; trial++)
        {
            Image image = TestImages.Noise(random.Next(1, 20), random.Next(1, 20), 3, trial);
            Image resized = Resizing.Bilinear(image, random.Next(1, 30), random.Next(1, 30));
            for (int y = 0; y < resized.Height; y++)
            {
                for (int x = 0; x < resized.Width; x++)
                {
                    double sourceX = Math.Clamp(((x + 0.5) * image.Width / resized.Width) - 0.5, 0, image.Width - 1);
                    double sourceY = Math.Clamp(((y + 0.5) * image.Height / resized.Height) - 0.5, 0, image.Height - 1);
                    double exact = 0;
                    for (int j = 0; j < image.Height; j++)
                    {
                        for (int i = 0; i < image.Width; i++)
                            exact += Math.Max(0, 1 - Math.Abs(i - sourceX)) * Math.Max(0, 1 - Math.Abs(j - sourceY)) * image.Row(j)[(i * 3) + 1];
                    }

                    Assert.InRange(resized.Row(y)[(x * 3) + 1], exact - 1, exact + 1);
                }
            }
        }
    }

    [Fact]
    public void AreaCountsCutPixelsByTheFractionCovered()
    {
        // Three pixels to two: each result covers 1.5. (0·1 + 90·½) ⁄ 1.5 = 30, (90·½ + 240·1) ⁄ 1.5 = 190.
        Assert.Equal([30, 190], Resizing.Area(new Image(3, 1, 1, [0, 90, 240]), 2, 1).Pixels);
        Assert.Equal([30, 190], Resizing.Area(new Image(1, 3, 1, [0, 90, 240]), 1, 2).Pixels);

        // (1 + 2 + 3 + 4) ⁄ 4 = 2.5, rounded half up.
        Assert.Equal([3], Resizing.Area(new Image(2, 2, 1, [1, 2, 3, 4]), 1, 1).Pixels);

        // Five to two: (10 + 20 + 30·½) ⁄ 2.5 = 18, (30·½ + 40 + 50) ⁄ 2.5 = 42.
        Assert.Equal([18, 42], Resizing.Area(new Image(5, 1, 1, [10, 20, 30, 40, 50]), 2, 1).Pixels);
    }

    [Fact]
    public void CropsCutWhereTheySay()
    {
        Image image = new(3, 3, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal([5, 6, 8, 9], Resizing.Crop(image, 1, 1, 2, 2).Pixels);
        Assert.Equal([5], Resizing.CentreCrop(image, 1, 1).Pixels);
        Assert.Equal([1, 2, 4, 5], Resizing.CentreCrop(image, 2, 2).Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => Resizing.Crop(image, 2, 0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resizing.Crop(image, int.MaxValue, 0, int.MaxValue, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resizing.CentreCrop(image, 4, 1));
    }

    [Fact]
    public void FlippingMirrorsWholePixelsAndTwiceIsNothing()
    {
        Assert.Equal([4, 5, 6, 1, 2, 3], Resizing.FlipHorizontal(new Image(2, 1, 3, [1, 2, 3, 4, 5, 6])).Pixels);
        Image image = TestImages.Noise(7, 5, 3, 6);
        TestImages.AssertSame(image, Resizing.FlipHorizontal(Resizing.FlipHorizontal(image)));
    }

    [Fact]
    public void ALetterboxCentresThePictureAndFillsTheRest()
    {
        // 4×2 into 8×8: twice as large, 2 rows of fill above and below.
        Image image = new(4, 2, 1);
        Array.Fill(image.Pixels, (byte)200);
        Letterbox letterbox = Letterbox.Fit(image, 8, 8, new Rgb(7, 7, 7));
        Assert.Equal((2f, 2f, 0, 2), (letterbox.ScaleX, letterbox.ScaleY, letterbox.OffsetX, letterbox.OffsetY));
        for (int y = 0; y < 8; y++)
            Assert.All(letterbox.Image.Row(y).ToArray(), pixel => Assert.Equal(y is >= 2 and < 6 ? 200 : 7, pixel));
    }

    [Fact]
    public void BoxesMapIntoALetterboxAndBack()
    {
        Random random = new(3);
        for (int trial = 0; trial < 200; trial++)
        {
            Image image = new(random.Next(1, 60), random.Next(1, 60), 1);
            Letterbox letterbox = Letterbox.Fit(image, random.Next(1, 60), random.Next(1, 60), default);
            float x = random.NextSingle() * image.Width, y = random.NextSingle() * image.Height;
            Box box = new(x, y, x + (random.NextSingle() * (image.Width - x)), y + (random.NextSingle() * (image.Height - y)));
            Box inside = letterbox.FromSource(box);
            Assert.InRange(inside.XMax, 0, letterbox.Image.Width + 0.001f);
            Assert.InRange(inside.YMax, 0, letterbox.Image.Height + 0.001f);
            Box back = letterbox.ToSource(inside);
            Assert.Equal(box.XMin, back.XMin, 0.01f);
            Assert.Equal(box.YMin, back.YMin, 0.01f);
            Assert.Equal(box.XMax, back.XMax, 0.01f);
            Assert.Equal(box.YMax, back.YMax, 0.01f);
        }
    }
}
