using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Which half of a published set.</summary>
public enum DataPart
{
    /// <summary>Files with <c>train</c> or <c>data_batch</c> in their names.</summary>
    Training,

    /// <summary>The others.</summary>
    Test,
}

/// <summary>Opens labelled pictures of any form that is known, by what the names of files and folders say.</summary>
public static class TrainingData
{
    /// <summary>
    /// Opens a set: CIFAR-10 (<see cref="CifarFile"/>) or any form of <see cref="DatasetFormat"/>. A table of boxes brings its masks along if
    /// they lie in <c>masks</c> beside it.
    /// </summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="part">Which files are taken of a folder that holds training and test sets.</param>
    /// <param name="problems">Where entries that are wrong and left out are noted, and the one thing that is fatal.</param>
    /// <exception cref="DatasetException">There is nothing known, or it cannot be read.</exception>
    public static IExampleSource Open(string path, DataPart part, DataProblems problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(problems);
        try
        {
            if (Cifar(path, part) is { Length: > 0 } files) return CifarFile.Read(files, problems);
            (DatasetFormat format, string found) = DatasetFormats.Recognise(path, part == DataPart.Training);
            return Open(found, format, problems);
        }
        catch (DatasetException e)
        {
            throw Noted(e, path, problems);
        }
    }

    /// <summary>Opens a set of a form that is given.</summary>
    /// <param name="path">The folder or file, as the form has it.</param>
    /// <param name="format">The form.</param>
    /// <param name="problems">As for the other method.</param>
    /// <exception cref="DatasetException">The set is of another form, or damaged.</exception>
    public static IExampleSource Open(string path, DatasetFormat format, DataProblems problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(problems);
        try
        {
            return format switch
            {
                DatasetFormat.Folders => new PictureSource(ClassFolders.Read(path, problems.Skipped)),
                DatasetFormat.Numbered => new PictureSource(ClassFolders.ReadNumbered(path)),
                DatasetFormat.Coco => new PictureSource(CocoFile.Read(path, skipped: problems.Skipped)),
                DatasetFormat.Voc => new PictureSource(VocFolder.Read(path, skipped: problems.Skipped)),
                DatasetFormat.Yolo => new PictureSource(YoloFolder.Read(path, skipped: problems.Skipped)),
                DatasetFormat.Tsv => new PictureSource(BoxTable.Read(path, skipped: problems.Skipped), Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "masks")),
                DatasetFormat.Idx => MemorySource.ReadIdx(path),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Expected a known form."),
            };
        }
        catch (DatasetException e)
        {
            throw Noted(e, path, problems);
        }
    }

    private static string[] Cifar(string path, DataPart part)
    {
        if (File.Exists(path)) return CifarFile.Recognises(path) ? [path] : [];
        if (!Directory.Exists(path)) return [];
        string[] files = [.. Directory.EnumerateFiles(path).Where(CifarFile.Recognises).Order(StringComparer.Ordinal)];
        string[] wanted = [.. files.Where(file => IsTraining(Path.GetFileName(file)) == (part == DataPart.Training))];
        return wanted.Length > 0 ? wanted : files;
    }

    private static bool IsTraining(string name) =>
        name.Contains("train", StringComparison.OrdinalIgnoreCase) || name.StartsWith("data_batch", StringComparison.OrdinalIgnoreCase);

    private static DatasetException Noted(DatasetException error, string path, DataProblems problems)
    {
        // Messages begin with the file that is wrong, which need not be the path asked for.
        int end = error.Message.IndexOf(": ", StringComparison.Ordinal);
        (string source, string what) = end > 0 ? (error.Message[..end], error.Message[(end + 2)..]) : (path, error.Message);
        problems.Fatal(source, what);
        return error;
    }
}
