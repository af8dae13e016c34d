using System.Globalization;

namespace EdgeNet.Vision;

/// <summary>
/// A table of boxes of one class, a line for each: tab-separated columns file, width, height, xmin, ymin, xmax, ymax in pixels under a
/// line of titles, and optionally one more that is 1 for a box that need not be found. A line with an empty or missing box only says that
/// the picture belongs to the set.
/// </summary>
public static class BoxTable
{
    private static readonly string[] Titles = ["file", "width", "height", "xmin", "ymin", "xmax", "ymax"];

    /// <summary>Reads a table.</summary>
    /// <param name="path">The .tsv file.</param>
    /// <param name="pictureFolder">Where the pictures are; otherwise beside the table or in <c>images</c> beside it.</param>
    /// <param name="className">What the boxes hold.</param>
    /// <param name="skipped">Told (where, what) of each entry that is wrong and left out or clipped; without it the first one is an error.</param>
    /// <exception cref="DatasetException">A line is damaged, or the pictures are not found.</exception>
    public static DetectionSet Read(string path, string? pictureFolder = null, string className = "person", Action<string, string>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        SortedDictionary<string, (float Width, float Height, List<GroundTruth> Truths)> pictures = new(StringComparer.Ordinal);
        bool titled = false;
        foreach ((int number, string text) in AnnotationFile.Lines(path))
        {
            string where = $"{path}: line {number}";
            string[] cells = text.Split('\t');
            if (!titled)
            {
                if (!cells.Take(Titles.Length).SequenceEqual(Titles))
                    throw new DatasetException($"{where}: expected the titles {string.Join(", ", Titles)}, separated by tabs");
                titled = true;
                continue;
            }

            Add(pictures, cells, where, skipped);
            pictureFolder ??= PictureFolder.Containing(Beside(path), cells[0], where);
        }

        if (pictures.Count == 0)
            throw new DatasetException($"{path}: no boxes; expected a line of titles and one for each box");
        return new DetectionSet(
            [className],
            [.. pictures.Select(picture => new AnnotatedPicture(
                PictureFolder.Inside(pictureFolder!, picture.Key, path), picture.Value.Truths, picture.Value.Width, picture.Value.Height))]);
    }

    private static void Add(
        SortedDictionary<string, (float Width, float Height, List<GroundTruth> Truths)> pictures, string[] cells, string where, Action<string, string>? skipped)
    {
        bool boxless = cells.Skip(3).All(string.IsNullOrWhiteSpace);
        int columns = boxless ? 3 : Titles.Length;
        if (cells.Length < columns || cells.Length > Titles.Length + 1)
            throw new DatasetException($"{where}: {cells.Length} columns; expected {Titles.Length} or {Titles.Length + 1}");
        float[] numbers = [.. cells.Skip(1).Take(columns - 1).Select((cell, i) => AnnotationFile.TryNumber(cell, out float value)
            ? value
            : throw new DatasetException($"{where}: {Titles[i + 1]} is '{cell}'; expected a number"))];
        float width = numbers[0], height = numbers[1];
        if (!(width >= 1 && height >= 1))
            throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"{where}: a picture of {width}×{height}; expected at least one pixel"));
        if (!pictures.TryGetValue(cells[0], out var picture))
            pictures.Add(cells[0], picture = (width, height, []));
        else if (picture.Width != width || picture.Height != height)
            throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"{where}: {cells[0]} has {width}×{height} pixels here and {picture.Width}×{picture.Height} before"));
        if (boxless)
            return;
        if (AnnotationFile.InsidePicture(new Box(numbers[2], numbers[3], numbers[4], numbers[5]), width, height, 1, where, skipped) is { } box)
            picture.Truths.Add(new GroundTruth(box, 0, Ignored(cells, where)));
    }

    private static bool Ignored(string[] cells, string where) => cells.ElementAtOrDefault(Titles.Length)?.Trim() switch
    {
        null or "" or "0" => false,
        "1" => true,
        string other => throw new DatasetException($"{where}: the last column is '{other}'; expected 0 or 1"),
    };

    private static string[] Beside(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return [Path.Combine(folder, "images"), folder];
    }
}
