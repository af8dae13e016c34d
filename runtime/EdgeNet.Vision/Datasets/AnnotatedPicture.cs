namespace EdgeNet.Vision;

/// <summary>A picture file and the boxes of what it shows.</summary>
/// <param name="Path">The file; it is decoded only by <see cref="Load"/>.</param>
/// <param name="Truths">The boxes, in a unit that makes the picture <paramref name="Width"/> × <paramref name="Height"/>.</param>
/// <param name="Width">The picture's width in pixels as its annotators saw it; 1 where boxes are fractions.</param>
/// <param name="Height">Its height likewise.</param>
public sealed record AnnotatedPicture(string Path, IReadOnlyList<GroundTruth> Truths, float Width, float Height)
{
    /// <summary>Decodes the file.</summary>
    /// <exception cref="ImageFormatException">It is no picture, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Image Load() => ImageFile.Load(Path);

    /// <summary>The boxes in pixels of this picture as decoded: those of a picture resized after annotation are scaled with it.</summary>
    public GroundTruth[] TruthsOn(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. Truths.Select(truth => truth with { Box = truth.Box.Scaled(image.Width / Width, image.Height / Height) })];
    }
}

/// <summary>Pictures of any number of things, each with its box.</summary>
/// <param name="Classes">The names of the classes by label; empty where the set only numbers them.</param>
/// <param name="Pictures">The pictures, in an order that does not depend on the file system.</param>
public sealed record DetectionSet(IReadOnlyList<string> Classes, IReadOnlyList<AnnotatedPicture> Pictures);
