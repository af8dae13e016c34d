using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>A decoded picture and what it shows. Nobody writes into one: it may be cached and read by several threads.</summary>
/// <param name="Source">What messages call it: mostly the file.</param>
/// <param name="Image">The picture, grey or RGB.</param>
/// <param name="Label">Class index of the whole picture; −1 where boxes say what it shows, or nobody does.</param>
/// <param name="Boxes">
/// What it shows where: boxes in fractions of the picture, 0…1, with class index. Ignored ones are small, hidden or crowds: they are neither
/// to be found nor background.
/// </param>
/// <param name="Mask">The instances: one channel of the picture's size, 0 where there is none and otherwise the instance's number.</param>
public sealed record Example(string Source, Image Image, int Label, IReadOnlyList<GroundTruth> Boxes, Image? Mask = null)
{
    /// <summary>A picture of one thing.</summary>
    public Example(string source, Image image, int label = -1)
        : this(source, image, label, [])
    {
    }
}
