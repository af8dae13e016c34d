using System.Globalization;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): 32×32 pictures of ten classes.</summary>
public static class CifarFile
{
    private const int Side = 32;
    private const int PictureLength = Side * Side * 3;
    private static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>
    /// Reads one file: an official binary batch (<c>.bin</c>, 3073 bytes for each picture: label, red, green and blue planes), or a PNG each of
    /// whose rows is a picture of 1024 pixels, with a label a line in <c>.labels.txt</c> beside it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Where pictures with labels that do not exist are noted; they are left out.</param>
    /// <exception cref="DatasetException">The file is of another form, or truncated.</exception>
    public static MemorySource Read(string path, DataProblems problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(problems);
        return new MemorySource([.. Examples(path, problems)], Names);
    }

    internal static MemorySource Read(IEnumerable<string> paths, DataProblems problems) => new([.. paths.SelectMany(path => Examples(path, problems))], Names);

    /// <summary>Whether a file looks like one of the two forms.</summary>
    internal static bool Recognises(string path) => IsBatch(path) || (IsPng(path) && File.Exists(LabelsOf(path)));

    private static bool IsBatch(string path) => Path.GetExtension(path) == ".bin";

    private static bool IsPng(string path) => Path.GetExtension(path) == ".png";

    private static string LabelsOf(string path) => Path.ChangeExtension(path, ".labels.txt");

    private static IEnumerable<Example> Examples(string path, DataProblems problems)
    {
        IEnumerable<(int Label, byte[] Pixels)> pictures = IsBatch(path) ? Batch(path) : Rows(path);
        foreach ((int i, (int label, byte[] pixels)) in pictures.Index())
        {
            string name = $"{path}: picture {i}";
            if (label >= 0 && label < Names.Length) yield return new Example(name, new Image(Side, Side, 3, pixels), label);
            else problems.Skipped(name, $"label {label}; expected 0 to {Names.Length - 1}");
        }
    }

    private static IEnumerable<(int, byte[])> Batch(string path)
    {
        byte[] file = File.Exists(path) ? File.ReadAllBytes(path) : throw new DatasetException($"{path}: no such file");
        if (file.Length == 0 || file.Length % (1 + PictureLength) != 0)
            throw new DatasetException($"{path}: {file.Length} bytes; expected {1 + PictureLength} for each picture, so it is truncated or no CIFAR-10 batch");
        for (int start = 0; start < file.Length; start += 1 + PictureLength)
        {
            byte[] pixels = new byte[PictureLength];
            for (int i = 0; i < PictureLength; i++) pixels[i] = file[start + 1 + ((i % 3) * Side * Side) + (i / 3)];
            yield return (file[start], pixels);
        }
    }

    private static IEnumerable<(int, byte[])> Rows(string path)
    {
        string labelPath = LabelsOf(path);
        if (!File.Exists(labelPath)) throw new DatasetException($"{path}: no labels beside it; expected {labelPath}");
        string[] lines = [.. File.ReadLines(labelPath).Where(line => !string.IsNullOrWhiteSpace(line))];
        Image rows = Load(path);
        if (rows.Channels != 3 || rows.Width != Side * Side)
            throw new DatasetException($"{path}: {rows.Width} pixels of {rows.Channels} channels a row; expected {Side * Side} of 3, a {Side}×{Side} picture");
        if (lines.Length != rows.Height) throw new DatasetException($"{labelPath}: {lines.Length} labels for the {rows.Height} pictures of {path}");
        for (int y = 0; y < rows.Height; y++)
        {
            yield return int.TryParse(lines[y], NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int label)
                ? (label, rows.Row(y).ToArray())
                : throw new DatasetException($"{labelPath}: line {y + 1}: '{lines[y]}'; expected a class number");
        }
    }

    private static Image Load(string path)
    {
        try
        {
            return ImageFile.Load(path);
        }
        catch (ImageFormatException e)
        {
            throw new DatasetException(e.Message, e);
        }
    }
}
