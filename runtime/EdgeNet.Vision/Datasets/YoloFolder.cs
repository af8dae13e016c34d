using System.Globalization;

namespace EdgeNet.Vision;

/// <summary>Darknet and YOLO annotations: a text file for each picture, a line <c>class cx cy w h</c> in fractions for each box.</summary>
public static class YoloFolder
{
    private const int MaximumClass = 1 << 20;

    // Corners of six-digit centres and sizes miss the edge by less; fractions know no pixels.
    private const float Slack = 0.005f;

    /// <summary>
    /// Reads the pictures of a folder, or of <c>images</c> inside it, with the text files beside them, or in <c>labels</c> beside their
    /// folder. A picture without a text file shows nothing, as YOLO has it. Class names are taken from <c>classes.txt</c> in the text files'
    /// folder or beside it, where there is one.
    /// </summary>
    /// <param name="folder">The set's folder.</param>
    /// <param name="pictureFolder">Where the pictures are, if not there.</param>
    /// <param name="skipped">Told (where, what) of each entry that is wrong and left out or clipped; without it the first one is an error.</param>
    /// <exception cref="DatasetException">A line is damaged, a label has no name, or no picture has a text file.</exception>
    public static DetectionSet Read(string folder, string? pictureFolder = null, Action<string, string>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string inside = Path.Combine(folder, "images");
        pictureFolder ??= Directory.Exists(inside) ? inside : folder;
        string[] paths = PictureFolder.Pictures(pictureFolder);
        string[] candidates = [pictureFolder, Path.Combine(pictureFolder, "..", "labels"), Path.Combine(folder, "labels"), folder];
        string? textFolder = candidates.FirstOrDefault(candidate => paths.Any(path => File.Exists(TextOf(path, candidate))));
        if (textFolder is null)
            throw new DatasetException($"{pictureFolder}: no picture with a .txt file of its name beside it or in ../labels");

        string[] classes = ReadClasses(textFolder);
        return new DetectionSet(classes, [.. paths.Select(path => new AnnotatedPicture(path, ReadTruths(TextOf(path, textFolder), classes, skipped), 1, 1))]);
    }

    private static string TextOf(string picture, string folder) => Path.Combine(folder, Path.GetFileNameWithoutExtension(picture) + ".txt");

    private static string[] ReadClasses(string folder)
    {
        string[] candidates = [Path.Combine(folder, "classes.txt"), Path.Combine(folder, "..", "classes.txt")];
        return candidates.FirstOrDefault(File.Exists) is { } path ? [.. AnnotationFile.Lines(path).Select(line => line.Text.Trim())] : [];
    }

    private static GroundTruth[] ReadTruths(string path, string[] classes, Action<string, string>? skipped) =>
        File.Exists(path)
            ? [.. AnnotationFile.Lines(path).Select(line => ReadTruth(line.Text, classes, $"{path}: line {line.Number}", skipped)).OfType<GroundTruth>()]
            : [];

    private static GroundTruth? ReadTruth(string text, string[] classes, string where, Action<string, string>? skipped)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        float[] numbers = new float[4];
        if (words.Length != 5 || !Enumerable.Range(0, 4).All(i => AnnotationFile.TryNumber(words[i + 1], out numbers[i])))
            throw new DatasetException($"{where}: '{text.Trim()}'; expected five numbers: class, centre x and y, width and height in fractions");
        int limit = classes.Length == 0 ? MaximumClass : classes.Length;
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int label) || label >= limit)
        {
            AnnotationFile.Skip(where, $"class '{words[0]}'; expected 0 to {limit - 1}", "; left out", skipped);
            return null;
        }

        Box corners = Box.FromCentre(numbers[0], numbers[1], numbers[2], numbers[3]);
        return AnnotationFile.InsidePicture(corners, 1, 1, Slack, where, skipped) is { } box ? new GroundTruth(box, label) : null;
    }
}
