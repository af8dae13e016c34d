namespace EdgeNet.Vision.Tests;

public sealed class ImageToTensorTests
{
    private static readonly Image s_twoPixels = new(2, 1, 3, [10, 20, 30, 40, 50, 60]);

    private static float[] Convert(Image image, TensorLayout layout, ChannelOrder order, float[] mean, float[] deviation)
    {
        ImageToTensor converter = new(layout, order, mean, deviation);
        float[] tensor = new float[image.Width * image.Height * converter.Channels];
        converter.Convert(image, tensor);
        return tensor;
    }

    [Fact]
    public void LayoutAndOrderPlaceTheSamples()
    {
        Assert.Equal([10, 20, 30, 40, 50, 60], Convert(s_twoPixels, TensorLayout.Nhwc, ChannelOrder.Rgb, [0], [1]));
        Assert.Equal([10, 40, 20, 50, 30, 60], Convert(s_twoPixels, TensorLayout.Nchw, ChannelOrder.Rgb, [0], [1]));
        Assert.Equal([30, 20, 10, 60, 50, 40], Convert(s_twoPixels, TensorLayout.Nhwc, ChannelOrder.Bgr, [0], [1]));
        Assert.Equal([30, 60, 20, 50, 10, 40], Convert(s_twoPixels, TensorLayout.Nchw, ChannelOrder.Bgr, [0], [1]));
    }

    [Fact]
    public void MeanAndDeviationGoByChannelOfTheTensor()
    {
        // (30 − 10) ⁄ 2, (20 − 20) ⁄ 4, (10 − 30) ⁄ 5, …
        Assert.Equal([10, 0, -4, 25, 7.5f, 2], Convert(s_twoPixels, TensorLayout.Nhwc, ChannelOrder.Bgr, [10, 20, 30], [2, 4, 5]));
    }

    [Fact]
    public void GreyIsLumaAndGreyPicturesFillEveryChannel()
    {
        // 0.299·10 + 0.587·20 + 0.114·30 = 18.15 and 30 more.
        float[] grey = Convert(s_twoPixels, TensorLayout.Nchw, ChannelOrder.Grey, [0], [1]);
        Assert.Equal(18.15f, grey[0], 1e-4f);
        Assert.Equal(48.15f, grey[1], 1e-4f);
        Assert.Equal([5, 9, 5, 9, 5, 9], Convert(new Image(2, 1, 1, [5, 9]), TensorLayout.Nchw, ChannelOrder.Bgr, [0], [1]));
        Assert.Equal([4, 8], Convert(new Image(2, 1, 1, [5, 9]), TensorLayout.Nhwc, ChannelOrder.Grey, [1], [1]));
    }

    [Fact]
    public void VectorsGiveTheVeryNumbersOfOneSampleAfterTheOther()
    {
        Random random = new(1);
        float[] means = [123.675f, 116.28f, 103.53f], deviations = [58.395f, 57.12f, -0.3f];
        foreach ((TensorLayout layout, ChannelOrder order, int channels) in
            from l in Enum.GetValues<TensorLayout>() from o in Enum.GetValues<ChannelOrder>() from n in (int[])[1, 3] select (l, o, n))
        {
            // Every length around those of vectors of 16, 32 and 64 bytes, and every sample.
            for (int width = 1; width <= 140; width++)
            {
                Image image = new(width, 2, channels);
                random.NextBytes(image.Pixels);
                bool grey = order == ChannelOrder.Grey;
                float[] tensor = Convert(image, layout, order, grey ? means[..1] : means, grey ? deviations[..1] : deviations);
                int pixels = width * 2, into = grey ? 1 : 3;
                for (int i = 0; i < tensor.Length; i++)
                {
                    (int pixel, int channel) = layout == TensorLayout.Nhwc ? (i / into, i % into) : (i % pixels, i / pixels);
                    byte At(int of) => image.Pixels[(pixel * channels) + (channels == 1 ? 0 : of)];
                    float sample = !grey ? At(order == ChannelOrder.Bgr ? 2 - channel : channel)
                        : channels == 1 ? At(0) : (0.299f * At(0)) + (0.587f * At(1)) + (0.114f * At(2));
                    Assert.Equal((sample - means[channel]) / deviations[channel], tensor[i]);
                }
            }
        }
    }

    [Fact]
    public void WrongLengthsAndZeroDeviationAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ImageToTensor(TensorLayout.Nhwc, ChannelOrder.Rgb, [0, 0], [1]));
        Assert.Throws<ArgumentException>(() => new ImageToTensor(TensorLayout.Nhwc, ChannelOrder.Rgb, [0], [0]));
        ImageToTensor converter = new(TensorLayout.Nhwc, ChannelOrder.Rgb, [0], [1]);
        Assert.Throws<ArgumentException>(() => converter.Convert(s_twoPixels, new float[5]));
    }
}
