using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Picture files, each decoded when it is asked for.</summary>
public sealed class PictureSource : IExampleSource
{
    private readonly Entry[] _entries;

    private PictureSource(IReadOnlyList<string> classes, Entry[] entries) => (Classes, _entries) = (classes, entries);

    /// <summary>Pictures of one thing each.</summary>
    /// <param name="set">A set as <see cref="ClassFolders"/> reads it. Where it only numbers its classes, the numbers are the names.</param>
    public PictureSource(ClassificationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        Classes = set.Classes.Count > 0 ? set.Classes : MemorySource.NumberNames(set.Pictures.Select(picture => picture.Label));
        _entries = [.. set.Pictures.Select(picture => new Entry(picture.Path, picture.Label, [], null))];
    }

    /// <summary>Pictures with boxes.</summary>
    /// <param name="set">A set as <see cref="CocoFile"/>, <see cref="VocFolder"/>, <see cref="YoloFolder"/> or <see cref="BoxTable"/> reads it.</param>
    /// <param name="maskFolder">Where instance masks lie: PNGs named as the pictures are, or with <c>_mask</c> after the name. None if null; a picture without one has none.</param>
    public PictureSource(DetectionSet set, string? maskFolder = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        Classes = set.Classes.Count > 0 ? set.Classes : MemorySource.NumberNames(set.Pictures.SelectMany(picture => picture.Truths).Select(truth => truth.Label));
        _entries = [.. set.Pictures.Select(picture => new Entry(
            picture.Path, -1,
            [.. picture.Truths.Select(truth => truth with { Box = truth.Box.Scaled(1 / picture.Width, 1 / picture.Height).ClippedTo(1, 1) })],
            maskFolder is null ? null : MaskOf(picture.Path, maskFolder)))];
    }

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The pictures directly in a folder, of which nothing is known: backgrounds, or what a teacher labels.</summary>
    /// <exception cref="DatasetException">There is no such folder, or no picture inside.</exception>
    public static PictureSource Unlabelled(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string[] paths = PictureFolder.Pictures(folder);
        return paths.Length > 0
            ? new PictureSource([], [.. paths.Select(path => new Entry(path, -1, [], null))])
            : throw new DatasetException($"{folder}: no pictures (.jpg, .png, .bmp, .ppm, .pgm) inside");
    }

    /// <inheritdoc/>
    public string NameOf(int index) => _entries[index].Path;

    /// <inheritdoc/>
    public Example Read(int index)
    {
        Entry entry = _entries[index];
        Image image = ImageFile.Load(entry.Path);
        return new Example(entry.Path, image, entry.Label, entry.Boxes, entry.MaskPath is null ? null : ReadMask(entry.MaskPath, image));
    }

    private static Image ReadMask(string path, Image image)
    {
        Image mask = ImageFile.Load(path);
        if (mask.Channels != 1) throw new DatasetException($"{path}: a mask in colour; expected one grey channel with the instances' numbers");
        if (mask.Width != image.Width || mask.Height != image.Height)
            throw new DatasetException($"{path}: a mask of {mask.Width}×{mask.Height} for a picture of {image.Width}×{image.Height}; expected the same size");
        return mask;
    }

    private static string? MaskOf(string picture, string folder)
    {
        string name = Path.GetFileNameWithoutExtension(picture);
        string[] candidates = [Path.Combine(folder, name + "_mask.png"), Path.Combine(folder, name + ".png")];
        return candidates.FirstOrDefault(File.Exists);
    }

    private sealed record Entry(string Path, int Label, GroundTruth[] Boxes, string? MaskPath);
}
