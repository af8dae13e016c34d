using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>How a resized element is made of its neighbours.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Interpolation>))]
public enum Interpolation
{
    /// <summary>The nearest one.</summary>
    Nearest,
    /// <summary>Two per axis, by distance.</summary>
    Linear,
    /// <summary>Four per axis; Keys 1981.</summary>
    Cubic,
}

/// <summary>Where an output index lies on the input's axis (ONNX Resize, <c>coordinate_transformation_mode</c>).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoordinateTransformation>))]
public enum CoordinateTransformation
{
    /// <summary>(x + ½) ÷ scale − ½.</summary>
    HalfPixel,
    /// <summary>As HalfPixel, with the centre kept where the output size was rounded.</summary>
    HalfPixelSymmetric,
    /// <summary>As HalfPixel; 0 where the output has one element.</summary>
    PytorchHalfPixel,
    /// <summary>x × (input − 1) ÷ (output − 1).</summary>
    AlignCorners,
    /// <summary>x ÷ scale.</summary>
    Asymmetric,
    /// <summary>(x + ½) ÷ scale: TensorFlow's nearest neighbour with half-pixel centres.</summary>
    TfHalfPixelForNearest,
    /// <summary>Inside a region of interest.</summary>
    TfCropAndResize,
}

/// <summary>Which of two equally near elements is nearest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NearestRounding>))]
public enum NearestRounding
{
    /// <summary>Rounds half down.</summary>
    RoundPreferFloor,
    /// <summary>Rounds half up.</summary>
    RoundPreferCeil,
    /// <summary>Always down.</summary>
    Floor,
    /// <summary>Always up.</summary>
    Ceil,
}

/// <summary>Resampling, separably along each axis whose extent or scale changes (ONNX Resize). Float32, or quantized Int8 with its parameters kept.</summary>
/// <param name="Sizes">The output's extents.</param>
/// <param name="Scales">Output ÷ input per axis, as the model states it: it need not equal the quotient of the extents.</param>
/// <param name="Interpolation">Nearest, linear or cubic.</param>
/// <param name="Coordinates">Where output elements lie.</param>
/// <param name="Rounding">For nearest.</param>
/// <param name="CubicCoefficient">a of the cubic kernel.</param>
/// <param name="ExcludeOutside">Whether neighbours beyond the edge weigh nothing (instead of repeating the edge).</param>
/// <param name="Antialias">Whether the kernel widens when shrinking.</param>
/// <param name="RegionOfInterest">Starts then ends per axis, for <see cref="CoordinateTransformation.TfCropAndResize"/>.</param>
/// <param name="Extrapolation">What stands outside the region's image.</param>
public sealed record Resize(
    ValueList<int> Sizes, ValueList<float> Scales, Interpolation Interpolation,
    CoordinateTransformation Coordinates = CoordinateTransformation.HalfPixel,
    NearestRounding Rounding = NearestRounding.RoundPreferFloor,
    float CubicCoefficient = -0.75f, bool ExcludeOutside = false, bool Antialias = false,
    ValueList<float> RegionOfInterest = default, float Extrapolation = 0) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(x.Element == ElementType.Float32 || x.Quantization is { IsPerTensor: true }, $"input of {x}; expected Float32 or quantized Int8");
        Require(Sizes.Count == x.Shape.Rank && Scales.Count == x.Shape.Rank, $"sizes {Sizes} and scales {Scales}; expected one of each per axis of {x.Shape}");
        Require(Sizes.All(size => size >= 0) && Scales.All(scale => float.IsFinite(scale) && scale > 0), $"sizes {Sizes} and scales {Scales}; expected finite ones above zero");
        Require(x.Shape.ElementCount > 0, $"input of shape {x.Shape} is empty");
        Require(RegionOfInterest.Count == (Coordinates == CoordinateTransformation.TfCropAndResize ? 2 * x.Shape.Rank : 0),
            $"a region of interest of {RegionOfInterest.Count} numbers; expected a start and an end per axis, for TfCropAndResize only");
        return [Moved(x, new Shape(Sizes.Span))];
    }
}
