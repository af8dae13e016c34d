namespace EdgeNet.Vision;

/// <summary>Finds picture files.</summary>
public static class PictureFolder
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm"];

    /// <summary>The pictures (.jpg, .jpeg, .png, .bmp, .ppm, .pgm) directly in a folder, in ordinal order of their names; perhaps none.</summary>
    /// <exception cref="DatasetException">There is no such folder.</exception>
    public static string[] Pictures(string folder) =>
        Directory.Exists(folder ?? throw new ArgumentNullException(nameof(folder)))
            ? [.. Directory.EnumerateFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal)]
            : throw new DatasetException($"{folder}: no such folder");

    /// <summary>The folders directly in a folder, by name; hidden ones are none.</summary>
    internal static string[] Folders(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)]
            : throw new DatasetException($"{folder}: no such folder");

    /// <summary>The picture of this name without extension, or null.</summary>
    public static string? WithStem(string folder, string stem) =>
        Extensions.Select(extension => Path.Combine(folder, stem + extension)).FirstOrDefault(File.Exists);

    /// <summary>The first of several folders in which a picture that the annotations name lies.</summary>
    /// <param name="folders">Where to look.</param>
    /// <param name="picture">As annotated: relative, and not upwards.</param>
    /// <param name="where">The file that names it, and the line or entry.</param>
    internal static string Containing(IReadOnlyList<string> folders, string picture, string where) =>
        folders.FirstOrDefault(folder => File.Exists(Inside(folder, picture, where)))
        ?? throw new DatasetException($"{where}: picture '{picture}' lies in none of {string.Join(", ", folders)}; say where the pictures are");

    /// <summary>The path of a picture that the annotations name; they must not lead out of the folder.</summary>
    internal static string Inside(string folder, string picture, string where) =>
        picture.Length == 0 || picture.Contains('\0') || Path.IsPathRooted(picture) || picture.Split('/', '\\').Contains("..")
            ? throw new DatasetException($"{where}: picture '{picture}'; expected a path inside the folder of the pictures")
            : Path.Combine(folder, picture);

    private static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
