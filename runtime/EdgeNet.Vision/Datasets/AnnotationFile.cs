using System.Globalization;

namespace EdgeNet.Vision;

/// <summary>What the readers of annotations share: bounded text, numbers, boxes, and the wording of errors.</summary>
internal static class AnnotationFile
{
    private const long MaximumTextLength = 64L << 20;

    /// <summary>Opens a file and refuses one that is longer than any honest one.</summary>
    public static FileStream Open(string path, long maximumLength)
    {
        if (!File.Exists(path))
            throw new DatasetException($"{path}: no such file");
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length <= maximumLength)
            return file;
        long length = file.Length;
        file.Dispose();
        throw new DatasetException($"{path}: the file has {length} bytes; expected at most {maximumLength}");
    }

    public static IEnumerable<(int Number, string Text)> Lines(string path)
    {
        using StreamReader reader = new(Open(path, MaximumTextLength));
        for (int number = 1; reader.ReadLine() is { } text; number++)
        {
            if (!string.IsNullOrWhiteSpace(text))
                yield return (number, text);
        }
    }

    public static bool TryNumber(string text, out float number) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && float.IsFinite(number);

    /// <summary>
    /// The box, clipped to its picture. Annotators' tools round, so a box may stick out by <paramref name="slack"/>; one that sticks out
    /// further, or is empty, belongs to another picture or another format.
    /// </summary>
    /// <param name="box">As annotated.</param>
    /// <param name="width">The picture's width in the box's unit.</param>
    /// <param name="height">Its height.</param>
    /// <param name="slack">One pixel, where pixels are known.</param>
    /// <param name="where">File, and line or entry.</param>
    /// <param name="skipped">If given, it is told (where, what) instead: what is inside remains, and null if that is nothing.</param>
    public static Box? InsidePicture(Box box, float width, float height, float slack, string where, Action<string, string>? skipped)
    {
        Box clipped = box.ClippedTo(width, height);
        string problem;
        if (!(box.Width > 0 && box.Height > 0))
            problem = $"box {Corners(box)} is empty; expected its right and lower sides beyond its left and upper ones";
        else if (box.XMin < -slack || box.YMin < -slack || box.XMax > width + slack || box.YMax > height + slack)
            problem = $"box {Corners(box)} lies outside its picture of {Invariant(width)}×{Invariant(height)}";
        else
            return clipped;

        bool remains = clipped.Width > 0 && clipped.Height > 0;
        Skip(where, problem, skipped is null ? "" : remains ? "; clipped" : "; left out", skipped);
        return remains ? clipped : null;
    }

    /// <summary>Tells of an entry that is left out, or makes it an error where nobody listens.</summary>
    public static void Skip(string where, string problem, string consequence, Action<string, string>? skipped)
    {
        if (skipped is null)
            throw new DatasetException($"{where}: {problem}");
        skipped(where, problem + consequence);
    }

    private static string Corners(Box box) => $"[{Invariant(box.XMin)}, {Invariant(box.YMin)}, {Invariant(box.XMax)}, {Invariant(box.YMax)}]";

    private static string Invariant(float number) => number.ToString(CultureInfo.InvariantCulture);
}
