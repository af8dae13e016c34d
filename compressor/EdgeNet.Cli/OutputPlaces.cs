namespace EdgeNet.Cli;

/// <summary>Where a long job will write: better told now than when it is done.</summary>
internal static class OutputPlaces
{
    /// <summary>Checks that files can be written.</summary>
    /// <param name="files">Their names; null for those that are not asked for.</param>
    /// <exception cref="UsageException">Two of them are the same.</exception>
    /// <exception cref="IOException">A folder is missing or cannot be written to, or a name is a folder's.</exception>
    public static void Check(IEnumerable<string?> files)
    {
        var seen = new HashSet<string>();
        foreach (string file in files.OfType<string>())
        {
            if (!seen.Add(Path.GetFullPath(file))) throw new UsageException($"{file}: two outputs of this name; the second would replace the first");
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder)) throw new DirectoryNotFoundException($"{file}: there is no folder {folder}; make it first");
            if (Directory.Exists(file)) throw new IOException($"{file}: is a folder; expected the name of a file");
            RequireWritable(file);
        }
    }

    private static void RequireWritable(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!, probe = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file}: nothing can be written to {folder}; choose another place", e);
        }
    }
}
