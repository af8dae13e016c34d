namespace EdgeNet.Vision;

/// <summary>A picture file and the class of what it shows.</summary>
/// <param name="Path">The file; it is decoded only by <see cref="Load"/>.</param>
/// <param name="Label">Class index, as the set numbers its classes.</param>
public sealed record LabelledPicture(string Path, int Label)
{
    /// <summary>Decodes the file.</summary>
    /// <exception cref="ImageFormatException">It is no picture, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Image Load() => ImageFile.Load(Path);
}

/// <summary>A picture in memory and the class of what it shows.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Label">Class index, as the set numbers its classes.</param>
public sealed record LabelledImage(Image Image, int Label);

/// <summary>Pictures of one thing each.</summary>
/// <param name="Classes">The names of the classes by label; empty where the set only numbers them.</param>
/// <param name="Pictures">The pictures, in an order that does not depend on the file system.</param>
public sealed record ClassificationSet(IReadOnlyList<string> Classes, IReadOnlyList<LabelledPicture> Pictures);
