namespace EdgeNet.Kernels;

/// <summary>How output values are made from input values, per ONNX <c>Resize</c>-19.</summary>
public enum ResizeMode
{
    /// <summary>The nearest input, as <see cref="ResizeNearest"/> rounds.</summary>
    Nearest,

    /// <summary>The two neighbours.</summary>
    Linear,

    /// <summary>The four neighbours, by the cubic convolution of coefficient a.</summary>
    Cubic,
}

/// <summary>How a coordinate is rounded to the nearest input.</summary>
public enum ResizeNearest
{
    /// <summary>Halves down.</summary>
    RoundPreferFloor,

    /// <summary>Halves up.</summary>
    RoundPreferCeil,

    /// <summary>Always down.</summary>
    Floor,

    /// <summary>Always up.</summary>
    Ceil,
}

/// <summary>How an output coordinate x becomes an input coordinate, with scale = output / input length as the model gives it.</summary>
public enum ResizeCoordinates
{
    /// <summary>(x + 0.5) / scale - 0.5. TFLite half_pixel_centers.</summary>
    HalfPixel,

    /// <summary>As half pixel, about the centre where scale · input is not a whole length.</summary>
    HalfPixelSymmetric,

    /// <summary>As half pixel; 0 for an output of one.</summary>
    PytorchHalfPixel,

    /// <summary>x · (input - 1) / (output - 1); 0 for an output of one. TFLite align_corners.</summary>
    AlignCorners,

    /// <summary>x / scale. TFLite with neither flag.</summary>
    Asymmetric,

    /// <summary>(x + 0.5) / scale.</summary>
    TfHalfPixelForNn,

    /// <summary>Within a region of interest; what falls outside the input is the extrapolation value.</summary>
    TfCropAndResize,
}

/// <summary>One axis of a resize.</summary>
public readonly record struct ResizeAxis
{
    public ResizeAxis() { }

    public required int InputLength { get; init; }
    public required int OutputLength { get; init; }

    /// <summary>Output / input length as the model states it; 0 means the quotient of the two lengths.</summary>
    public double Scale { get; init; }

    public ResizeMode Mode { get; init; } = ResizeMode.Nearest;
    public ResizeNearest Nearest { get; init; } = ResizeNearest.RoundPreferFloor;
    public ResizeCoordinates Coordinates { get; init; } = ResizeCoordinates.HalfPixel;

    /// <summary>The coefficient a of cubic interpolation.</summary>
    public double CubicCoefficient { get; init; } = -0.75;

    /// <summary>Gives no weight to taps outside the input and divides by the sum of the rest.</summary>
    public bool ExcludeOutside { get; init; }

    /// <summary>Widens linear and cubic filters where the axis shrinks.</summary>
    public bool Antialias { get; init; }

    /// <summary>The normalized begin of the region of interest.</summary>
    public double RoiStart { get; init; }

    /// <summary>The normalized end of the region of interest.</summary>
    public double RoiEnd { get; init; } = 1;
}

/// <summary>
/// For each output position of one axis the inputs it is made of and their weights: Width taps an output, those of output i from
/// i·Width. Immutable; built at plan time.
/// </summary>
public sealed class ResizeTaps
{
    private readonly int[] _indices;
    private readonly float[] _weights;

    private ResizeTaps(int inputLength, int outputLength, int width)
    {
        (InputLength, OutputLength, Width) = (inputLength, outputLength, width);
        _indices = new int[outputLength * width];
        _weights = new float[outputLength * width];
    }

    public int InputLength { get; }
    public int OutputLength { get; }

    /// <summary>The taps of one output.</summary>
    public int Width { get; }

    /// <summary>Input positions, all within the input; those of an extrapolated output are -1.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    /// <summary>The weights of <see cref="Indices"/>.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>Builds the taps of <paramref name="axis"/>.</summary>
    /// <exception cref="ArgumentException">A length or the scale is not positive.</exception>
    public static ResizeTaps Build(in ResizeAxis axis)
    {
        Require.That(axis.InputLength > 0 && axis.OutputLength > 0, "resized lengths must be positive");
        double scale = axis.Scale == 0 ? (double)axis.OutputLength / axis.InputLength : axis.Scale;
        Require.That(scale > 0 && double.IsFinite(scale), "a resize scale must be positive");

        // A filter that shrinks the axis reaches 1/scale as far.
        double shrink = axis.Antialias ? Math.Min(scale, 1) : 1;
        int reach = axis.Mode switch
        {
            ResizeMode.Nearest => 0,
            ResizeMode.Linear => (int)Math.Ceiling(1 / shrink),
            _ => (int)Math.Ceiling(2 / shrink),
        };
        var taps = new ResizeTaps(axis.InputLength, axis.OutputLength, axis.Mode == ResizeMode.Nearest ? 1 : 2 * reach);
        Span<double> weights = taps.Width <= 64 ? stackalloc double[taps.Width] : new double[taps.Width];
        for (int output = 0; output < axis.OutputLength; output++)
        {
            Span<int> indices = taps._indices.AsSpan(output * taps.Width, taps.Width);
            double x = InputCoordinate(in axis, scale, output);
            if (axis.Coordinates == ResizeCoordinates.TfCropAndResize && !(0 <= x && x <= axis.InputLength - 1))
            {
                indices.Fill(-1);
                continue;
            }
            if (axis.Mode == ResizeMode.Nearest)
            {
                indices[0] = (int)Math.Clamp(Rounded(x, axis.Nearest), 0, axis.InputLength - 1);
                taps._weights[output] = 1;
                continue;
            }
            double sum = 0;
            double first = Math.Floor(x) - reach + 1;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                double at = first + tap;
                bool outside = at < 0 || at > axis.InputLength - 1;
                double distance = Math.Abs(at - x) * shrink;
                double weight = axis.Mode == ResizeMode.Linear ? Math.Max(0, 1 - distance) : Cubic(distance, axis.CubicCoefficient);
                weights[tap] = outside && axis.ExcludeOutside ? 0 : weight;
                sum += weights[tap];
                indices[tap] = (int)Math.Clamp(at, 0, axis.InputLength - 1);
            }
            bool normalize = axis.ExcludeOutside || shrink < 1;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                taps._weights[output * taps.Width + tap] = (float)(normalize ? weights[tap] / sum : weights[tap]);
            }
        }
        return taps;
    }

    private static double InputCoordinate(in ResizeAxis axis, double scale, int x)
    {
        int input = axis.InputLength;
        double output = scale * input;
        switch (axis.Coordinates)
        {
            case ResizeCoordinates.AlignCorners:
                return axis.OutputLength == 1 ? 0 : (double)x * (input - 1) / (axis.OutputLength - 1);
            case ResizeCoordinates.Asymmetric:
                return x / scale;
            case ResizeCoordinates.TfHalfPixelForNn:
                return (x + 0.5) / scale;
            case ResizeCoordinates.PytorchHalfPixel:
                return axis.OutputLength == 1 ? 0 : (x + 0.5) / scale - 0.5;
            case ResizeCoordinates.HalfPixelSymmetric:
                return input / 2.0 * (1 - axis.OutputLength / output) + (x + 0.5) / scale - 0.5;
            case ResizeCoordinates.TfCropAndResize:
                return axis.OutputLength == 1
                    ? 0.5 * (axis.RoiStart + axis.RoiEnd) * (input - 1)
                    : axis.RoiStart * (input - 1) + x * (axis.RoiEnd - axis.RoiStart) * (input - 1) / (axis.OutputLength - 1);
            default:
                return (x + 0.5) / scale - 0.5;
        }
    }

    private static double Rounded(double x, ResizeNearest nearest) => nearest switch
    {
        ResizeNearest.RoundPreferFloor => Math.Ceiling(x - 0.5),
        ResizeNearest.RoundPreferCeil => Math.Floor(x + 0.5),
        ResizeNearest.Floor => Math.Floor(x),
        _ => Math.Ceiling(x),
    };

    private static double Cubic(double distance, double a)
    {
        if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
        return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
    }
}
