using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Prediction;

/// <summary>Brings pictures of any size into a model's first input as its card says.</summary>
internal sealed class PictureInput
{
    private readonly TensorType _type;
    private readonly FitMethod _fit;
    private readonly ImageToTensor _toTensor;

    // For a quantized input the code of each sample; where colours become grey first, the grey picture.
    private readonly byte[] _codes;
    private readonly float[] _grey;

    /// <exception cref="ModelFormatException">The card says nothing of pictures, or what it says does not fit the first input.</exception>
    public PictureInput(Graph graph)
    {
        Preprocessing preprocessing = graph.Card.Preprocessing ?? throw new ModelFormatException(
            "the model's card has no preprocessing, so pictures cannot be fed; add one with: edgenet convert MODEL --card card.json -o out.edgenet");
        if (graph.Inputs.IsEmpty) throw new ModelFormatException("the model has no input; a picture needs one");
        _type = graph.Inputs[0].Type;
        bool isQuantized = _type.Element.IsEightBit() && _type.Quantization is { IsPerTensor: true };
        if (_type.Element != ElementType.Float32 && !isQuantized)
            throw Misfit(graph, "pictures go into Float32, or Int8 or UInt8 with per-tensor quantization");

        int channels = preprocessing.Color == ColorOrder.Gray ? 1 : 3;
        Shape shape = _type.Shape;
        if (shape.Rank != 4) throw Misfit(graph, "pictures need four axes");
        bool isNchw = preprocessing.Layout == ImageLayout.Nchw;
        (Height, Width) = isNchw ? (shape[2], shape[3]) : (shape[1], shape[2]);
        if (shape[0] != 1) throw Misfit(graph, "pictures are fed one at a time; import the model with batch 1");
        if (shape[isNchw ? 1 : 3] != channels) throw Misfit(graph, $"the card says {preprocessing.Layout} with {channels} channels ({preprocessing.Color})");
        if (shape.ElementCount == 0 || (long)Height * Width > Image.MaximumPixels)
            throw Misfit(graph, $"a picture has 1 to {Image.MaximumPixels} pixels");
        CheckPerChannel("mean", preprocessing.Mean, channels, float.IsFinite);
        CheckPerChannel("standardDeviation", preprocessing.StandardDeviation, channels, x => float.IsFinite(x) && x != 0);
        _fit = preprocessing.Fit switch
        {
            ImageFit.Stretch => FitMethod.Stretch,
            ImageFit.CenterCrop => FitMethod.CentreCrop,
            ImageFit.Letterbox => FitMethod.Letterbox,
            _ => throw new ModelFormatException($"card: preprocessing fit {preprocessing.Fit} is unknown"),
        };

        _toTensor = new ImageToTensor(
            isNchw ? TensorLayout.Nchw : TensorLayout.Nhwc,
            preprocessing.Color switch { ColorOrder.Gray => ChannelOrder.Grey, ColorOrder.Bgr => ChannelOrder.Bgr, _ => ChannelOrder.Rgb },
            preprocessing.Mean.Span, preprocessing.StandardDeviation.Span);
        _codes = isQuantized ? [.. _toTensor.Values.ToArray().Select(Code)] : [];
        _grey = isQuantized && _toTensor.Order == ChannelOrder.Grey ? new float[shape.ElementCount] : [];
    }

    /// <summary>Width of the input in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the input in pixels.</summary>
    public int Height { get; }

    /// <summary>Fills the session's first input and says where the picture lies in it.</summary>
    public PicturePlacement Set(InferenceSession session, Image image)
    {
        Image fitted = PictureFit.Fit(image, Width, Height, _fit, out PicturePlacement placement);
        if (_type.Element == ElementType.Float32)
        {
            _toTensor.Convert(fitted, session.Input<float>(0));
            return placement;
        }

        Span<byte> codes = _type.Element == ElementType.UInt8 ? session.Input<byte>(0) : MemoryMarshal.AsBytes(session.Input<sbyte>(0));
        if (_grey.Length == 0 || fitted.Channels == 1)
        {
            _toTensor.Convert(fitted, _codes, codes);
            return placement;
        }

        _toTensor.Convert(fitted, _grey);
        for (int i = 0; i < codes.Length; i++) codes[i] = Code(_grey[i]);
        return placement;
    }

    /// <summary>The project's one rule: divide, round half to even, add the zero point, clamp.</summary>
    private byte Code(float real)
    {
        bool signed = _type.Element == ElementType.Int8;
        float code = MathF.Round(real / _type.Quantization!.Scale, MidpointRounding.ToEven) + _type.Quantization.ZeroPoint;
        return (byte)(int)Math.Clamp(code, signed ? sbyte.MinValue : byte.MinValue, signed ? sbyte.MaxValue : byte.MaxValue);
    }

    private static void CheckPerChannel(string what, ValueList<float> values, int channels, Predicate<float> isAllowed)
    {
        if (values.Count != 1 && values.Count != channels)
            throw new ModelFormatException($"card: preprocessing {what} has {values.Count} numbers; expected 1, or {channels} for the channels");
        foreach (float value in values.Span)
        {
            if (!isAllowed(value)) throw new ModelFormatException($"card: preprocessing {what} holds {value}; expected finite numbers, and no deviation of 0");
        }
    }

    private static ModelFormatException Misfit(Graph graph, string expected) =>
        new($"input '{graph.Inputs[0].Name}' is {graph.Inputs[0].Type}: {expected}");
}
