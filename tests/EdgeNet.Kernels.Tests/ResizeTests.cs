namespace EdgeNet.Kernels.Tests;

public class ResizeTests
{
    private static float[] Run(ResizeAxis axis, params float[] x)
    {
        ResizeTaps taps = ResizeTaps.Build(axis);
        var shape = new AxisShape(1, axis.InputLength, 1);
        return Values.Split<float>(axis.OutputLength, axis.OutputLength, (o, a, b) => ResizeF32.Scalar(shape, taps, -7, x, o, a, b));
    }

    private static ResizeAxis Axis(int input, int output, ResizeMode mode, ResizeCoordinates coordinates = ResizeCoordinates.HalfPixel) =>
        new() { InputLength = input, OutputLength = output, Mode = mode, Coordinates = coordinates };

    [Fact]
    public void Nearest()
    {
        Assert.Equal([1, 1, 2, 2], Run(Axis(2, 4, ResizeMode.Nearest), 1, 2));
        var asymmetric = Axis(2, 5, ResizeMode.Nearest, ResizeCoordinates.Asymmetric) with { Nearest = ResizeNearest.Floor };
        Assert.Equal([1, 1, 1, 2, 2], Run(asymmetric, 1, 2));
        var halves = Axis(2, 4, ResizeMode.Nearest, ResizeCoordinates.Asymmetric);
        Assert.Equal([1, 1, 2, 2], Run(halves, 1, 2));
        Assert.Equal([1, 2, 2, 2], Run(halves with { Nearest = ResizeNearest.RoundPreferCeil }, 1, 2));
        Assert.Equal([1, 2, 2, 2], Run(halves with { Nearest = ResizeNearest.Ceil }, 1, 2));
    }

    [Fact]
    public void Linear()
    {
        Values.Near([1, 1.25, 1.75, 2], Run(Axis(2, 4, ResizeMode.Linear), 1, 2), "half pixel");
        Values.Near([1, 4 / 3.0, 5 / 3.0, 2], Run(Axis(2, 4, ResizeMode.Linear, ResizeCoordinates.AlignCorners), 1, 2), "corners");
        Values.Near([1, 1.5, 2, 2], Run(Axis(2, 4, ResizeMode.Linear, ResizeCoordinates.Asymmetric), 1, 2), "asymmetric");
        Assert.Equal([1], Run(Axis(3, 1, ResizeMode.Linear, ResizeCoordinates.PytorchHalfPixel), 1, 2, 3));
    }

    [Fact] // ONNX node tests: resize_downsample_scales_linear and its antialias, along rows and columns of [[1, 2, 3, 4], [5, 6, 7, 8]].
    public void LinearDownsampling()
    {
        var columns = Axis(4, 2, ResizeMode.Linear) with { Scale = 0.6 };
        Values.Near([4 / 3.0, 3.0], Run(columns, 1, 2, 3, 4), "0.6");
        float[] y = Run(columns with { Antialias = true }, 1, 2, 3, 4);
        float row = Run(Axis(2, 1, ResizeMode.Linear) with { Scale = 0.6, Antialias = true }, 0, 4)[0];
        Values.Near([2.875, 4.5], [y[0] + row, y[1] + row], "0.6 antialias", 1e-5);
    }

    [Fact] // ONNX node tests: resize_upsample_scales_cubic and resize_downsample_scales_cubic, first row.
    public void Cubic()
    {
        float[] rows = [1, 5, 9, 13], columns = [0, 1, 2, 3];
        ResizeAxis up = Axis(4, 8, ResizeMode.Cubic), down = Axis(4, 3, ResizeMode.Cubic) with { Scale = 0.8 };
        float first = Run(up, rows)[0];
        Values.Near(
            [0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375],
            [.. Run(up, columns).Select(v => v + first)], "up", 1e-6);
        first = Run(down, rows)[0];
        Values.Near([1.47119141, 2.78125, 4.08251953], [.. Run(down, columns).Select(v => v + first)], "down", 1e-6);
        up = up with { CubicCoefficient = -0.5, ExcludeOutside = true };
        first = Run(up, rows)[0];
        Values.Near([0.55882353, 0.81494204], [.. Run(up, columns).Select(v => v + first).Take(2)], "exclude outside", 1e-6);
    }

    [Fact]
    public void CropsExtrapolate()
    {
        // x = 0.4 · 3 + i · (1.2 - 0.4) · 3 / 2 = 1.2, 2.4, 3.6, and 3.6 is beyond the last.
        var crop = Axis(4, 3, ResizeMode.Linear, ResizeCoordinates.TfCropAndResize) with { RoiStart = 0.4, RoiEnd = 1.2 };
        Values.Near([2.2, 3.4, -7], Run(crop, 1, 2, 3, 4), "crop");
        Values.Near([3.4], Run(crop with { OutputLength = 1 }, 1, 2, 3, 4), "one");
    }

    [Fact]
    public void CodesAreWithinHalfAStep()
    {
        var random = new Random(13);
        foreach (ResizeMode mode in Enum.GetValues<ResizeMode>())
        {
            ResizeTaps taps = ResizeTaps.Build(Axis(7, 11, mode));
            var shape = new AxisShape(2, 7, 3);
            sbyte[] x = random.Codes(shape.Elements);
            float[] reals = [.. x.Select(q => (float)(q - 5))], y = new float[66];
            sbyte[] codes = Values.Split<sbyte>(66, 22, (o, a, b) => ResizeS8.Scalar(shape, taps, 5, 0, x, o, a, b));
            ResizeF32.Scalar(shape, taps, 0, reals, y, 0, 22);
            Values.WithinHalfStep([.. y.Select(v => (double)v)], codes, 1, 5, mode);
        }
    }
}
