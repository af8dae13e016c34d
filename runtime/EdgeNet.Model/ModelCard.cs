using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>
/// What a program must know beside the graph to use a model on pictures: it travels in the file, so that a model file alone is
/// enough to run. Every part is optional.
/// </summary>
/// <param name="Name">The model's name.</param>
/// <param name="Preprocessing">How a picture becomes the first input.</param>
/// <param name="Labels">What the classes are called, by index.</param>
/// <param name="Detector">How the outputs become boxes; null for a classifier or anything else.</param>
/// <param name="Provenance">Where the model came from and what was done to it, oldest first.</param>
public sealed record ModelCard(
    string? Name = null,
    Preprocessing? Preprocessing = null,
    ImmutableArray<string>? Labels = null,
    Detector? Detector = null,
    ImmutableArray<string>? Provenance = null)
{
    /// <summary>A card that says nothing.</summary>
    public static ModelCard Empty { get; } = new();
}

/// <summary>The order of colours that a network was trained with.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColorOrder>))]
public enum ColorOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,
    /// <summary>Blue, green, red.</summary>
    Bgr,
    /// <summary>One channel, ITU-R BT.601 luma.</summary>
    Gray,
}

/// <summary>The order of the axes of a picture tensor.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageLayout>))]
public enum ImageLayout
{
    /// <summary>Batch, channels, height, width.</summary>
    Nchw,
    /// <summary>Batch, height, width, channels.</summary>
    Nhwc,
}

/// <summary>How a picture of another size is brought to the input's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageFit>))]
public enum ImageFit
{
    /// <summary>Stretched to the input's width and height.</summary>
    Stretch,
    /// <summary>Shorter side scaled to the input × 256/224, then the centre cropped: the usual ImageNet evaluation.</summary>
    CenterCrop,
    /// <summary>Scaled to fit inside, the rest filled.</summary>
    Letterbox,
}

/// <summary>Picture to tensor: <c>(pixel − mean) / standard deviation</c> with pixels 0 to 255.</summary>
/// <param name="Layout">The order of the input's axes.</param>
/// <param name="Color">The order of its channels.</param>
/// <param name="Mean">One number, or one per channel in <paramref name="Color"/> order.</param>
/// <param name="StandardDeviation">One number, or one per channel in <paramref name="Color"/> order.</param>
/// <param name="Fit">What happens to pictures of another size.</param>
public sealed record Preprocessing(
    ImageLayout Layout, ColorOrder Color, ValueList<float> Mean, ValueList<float> StandardDeviation, ImageFit Fit = ImageFit.Stretch);

/// <summary>How a detector's outputs encode boxes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BoxCoding>))]
public enum BoxCoding
{
    /// <summary>TensorFlow Object Detection API: [ty, tx, th, tw] ÷ scales against priors [cy, cx, h, w].</summary>
    TensorFlowSsd,
    /// <summary>Caffe SSD CENTER_SIZE: [dx, dy, dw, dh] × variances against priors [xmin, ymin, xmax, ymax].</summary>
    CaffeSsd,
    /// <summary>Generalized focal loss (NanoDet): a distribution over distances per side, per stride.</summary>
    Distribution,
    /// <summary>Rows [cx, cy, w, h, objectness, classes…] in pixels of the input (YOLOv5).</summary>
    YoloRows,
    /// <summary>TFLite_Detection_PostProcess: boxes, classes, scores and count, already decoded.</summary>
    Decoded,
}

/// <summary>How outputs become boxes.</summary>
/// <param name="Coding">The encoding.</param>
/// <param name="Boxes">Names of the outputs that hold box codes; one per stride for <see cref="BoxCoding.Distribution"/>.</param>
/// <param name="Scores">Names of the outputs that hold scores; as many as <paramref name="Boxes"/>.</param>
/// <param name="Priors">Name of the output that holds priors, where there is one.</param>
/// <param name="Scales">The four scales or variances.</param>
/// <param name="Strides">The stride of each output pair for <see cref="BoxCoding.Distribution"/>.</param>
/// <param name="Background">The class that means nothing there; −1 if there is none.</param>
/// <param name="ScoreThreshold">Boxes with lower scores are dropped.</param>
/// <param name="IouThreshold">Overlap above which the weaker of two boxes is dropped.</param>
/// <param name="MaxDetections">The most boxes that are kept.</param>
public sealed record Detector(
    BoxCoding Coding,
    ImmutableArray<string> Boxes,
    ImmutableArray<string> Scores,
    string? Priors = null,
    ValueList<float> Scales = default,
    ValueList<int> Strides = default,
    int Background = 0,
    float ScoreThreshold = 0.3f,
    float IouThreshold = 0.45f,
    int MaxDetections = 100);
