using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// The feature maps that a detector has heads on, and the boxes that it starts from in each cell of them. The defaults are those of
/// TensorFlow's SSD configurations.
/// </summary>
public sealed record PriorSettings
{
    /// <summary>Tall boxes, as standing people are: 0.41 is the mean width ⁄ height of pedestrians (Dollár et al. 2012).</summary>
    public static PriorSettings People { get; } = new()
    {
        FineMap = true,
        Maps = 4,
        MinScale = 0.1f,
        MaxScale = 0.6f,
        AspectRatios = [1 / 2f, 0.41f, 1 / 3f],
        BetweenAspectRatio = 0.41f,
        FewerInFirstMap = false,
    };

    /// <summary>The most maps of strides 16, 32, 64, …; there are fewer where one of them is down to a single cell.</summary>
    public int Maps { get; init; } = 6;

    /// <summary>Whether there is a map of stride 8 before them, for small objects.</summary>
    public bool FineMap { get; init; }

    /// <summary>Scale of the first map's boxes: the side of the square of the same area, as a fraction of the input's shorter side.</summary>
    public float MinScale { get; init; } = 0.2f;

    /// <summary>Scale of the last map's boxes; those between lie at equal distances.</summary>
    public float MaxScale { get; init; } = 0.95f;

    /// <summary>The scale of each map, where the rule of <see cref="MinScale"/> and <see cref="MaxScale"/> does not fit.</summary>
    public ValueList<float> Scales { get; init; }

    /// <summary>Width ⁄ height in pixels: one box for each.</summary>
    public ValueList<float> AspectRatios { get; init; } = PriorBoxes.TensorFlowAspectRatios.ToValueList();

    /// <summary>Aspect ratio of one more box, of the scale between this map's and the next one's (1 after the last); 0 for none.</summary>
    public float BetweenAspectRatio { get; init; } = 1;

    /// <summary>Whether the first map has only a square of scale 0.1 and boxes of ratios 2 and ½, as TensorFlow's have.</summary>
    public bool FewerInFirstMap { get; init; } = true;
}
