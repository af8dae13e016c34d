using System.Globalization;

namespace EdgeNet.Vision;

/// <summary>Classification sets that are folders of pictures.</summary>
public static class ClassFolders
{
    private const int MaximumClass = 1 << 20;

    /// <summary>
    /// A sub folder for each class: <c>cats/1.jpg</c>, <c>dogs/2.jpg</c>. Labels follow the folders' names in ordinal order, as in
    /// ImageNet by WordNet id.
    /// </summary>
    /// <param name="folder">The set's folder.</param>
    /// <param name="skipped">Told (where, what) of each entry that is wrong and left out or clipped; without it the first one is an error.</param>
    /// <exception cref="DatasetException">There is no such folder, none inside, or one without pictures.</exception>
    public static ClassificationSet Read(string folder, Action<string, string>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string[] classes = PictureFolder.Folders(folder);
        if (classes.Length == 0)
            throw new DatasetException($"{folder}: no folders inside; expected one for each class, with its pictures");
        List<LabelledPicture> pictures = [];
        List<string> names = [];
        foreach (string path in classes)
        {
            string[] paths = PictureFolder.Pictures(path);
            if (paths.Length == 0)
            {
                AnnotationFile.Skip(path, "no picture (.jpg, .png, .bmp, .ppm, .pgm) of this class; add some or remove the folder", "; the class is left out", skipped);
                continue;
            }
            int label = names.Count;
            pictures.AddRange(paths.Select(picture => new LabelledPicture(picture, label)));
            names.Add(Path.GetFileName(path));
        }

        if (pictures.Count == 0)
            throw new DatasetException($"{folder}: no picture in any of its {classes.Length} folders");
        return new ClassificationSet(names, pictures);
    }

    /// <summary>Pictures whose names start with the number of their class: <c>0012_goldfinch.jpg</c>.</summary>
    /// <exception cref="DatasetException">There is no such folder, no picture inside, or one without a number.</exception>
    public static ClassificationSet ReadNumbered(string folder)
    {
        string[] paths = PictureFolder.Pictures(folder);
        if (paths.Length == 0)
            throw new DatasetException($"{folder}: no pictures (.jpg, .png, .bmp, .ppm, .pgm) inside");
        return new ClassificationSet([], [.. paths.Select(path => new LabelledPicture(path, LeadingNumber(path)))]);
    }

    private static int LeadingNumber(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int digits = name.TakeWhile(char.IsAsciiDigit).Count();
        return int.TryParse(name.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < MaximumClass
            ? label
            : throw new DatasetException($"{path}: the name starts with no class number below {MaximumClass}; expected one like 0012_name.jpg, or a folder for each class with its pictures");
    }
}
