namespace EdgeNet.Vision;

/// <summary>The forms of labelled picture sets that this library reads.</summary>
public enum DatasetFormat
{
    /// <summary>A sub folder for each class: <see cref="ClassFolders.Read"/>.</summary>
    Folders,

    /// <summary>Names that start with the class's number: <see cref="ClassFolders.ReadNumbered"/>.</summary>
    Numbered,

    /// <summary>COCO JSON: <see cref="CocoFile"/>.</summary>
    Coco,

    /// <summary>VOC XML: <see cref="VocFolder"/>.</summary>
    Voc,

    /// <summary>YOLO text: <see cref="YoloFolder"/>.</summary>
    Yolo,

    /// <summary>A tab-separated table of boxes: <see cref="BoxTable"/>.</summary>
    Tsv,

    /// <summary>MNIST's IDX: <see cref="IdxSet"/>.</summary>
    Idx,
}

/// <summary>Tells by names which form a set has.</summary>
public static class DatasetFormats
{
    /// <summary>The form of a set, and the file to read where it is one file inside the folder.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="training">Whether training sets come before test sets; otherwise test sets before training sets.</param>
    /// <exception cref="DatasetException">There is nothing there, or nothing known.</exception>
    public static (DatasetFormat Format, string Path) Recognise(string path, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
            return (OfFile(path) ?? throw new DatasetException($"{path}: expected a folder, .json (COCO), .tsv (boxes) or an IDX file of pictures"), path);
        if (!Directory.Exists(path))
            throw new DatasetException($"{path}: no such file or folder");

        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        if (Directory.Exists(Path.Combine(path, "Annotations")) || files.Any(file => Is(file, ".xml")))
            return (DatasetFormat.Voc, path);
        string annotations = Path.Combine(path, "annotations");
        string[] annotated = Directory.Exists(annotations) ? [.. Directory.EnumerateFiles(annotations, "*.json").Order(StringComparer.Ordinal)] : [];
        foreach (string file in files.Concat(annotated).OrderBy(file => Path.GetFileName(file).Contains("train", StringComparison.OrdinalIgnoreCase) != training))
        {
            if (OfFile(file) is { } format)
                return (format, file);
        }

        if (Directory.Exists(Path.Combine(path, "labels")) || Directory.Exists(Path.Combine(path, "..", "labels")) || files.Any(file => Is(file, ".txt") && PictureFolder.WithStem(path, Path.GetFileNameWithoutExtension(file)) is not null))
            return (DatasetFormat.Yolo, path);
        return (PictureFolder.Pictures(path).Length > 0 ? DatasetFormat.Numbered : DatasetFormat.Folders, path);
    }

    private static DatasetFormat? OfFile(string path) =>
        Is(path, ".json") ? DatasetFormat.Coco
        : Is(path, ".tsv") ? DatasetFormat.Tsv
        : Path.GetFileName(path).Contains("idx3", StringComparison.Ordinal) ? DatasetFormat.Idx
        : null;

    private static bool Is(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
