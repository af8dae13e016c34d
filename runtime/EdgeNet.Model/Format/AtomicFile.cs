namespace EdgeNet.Model.Format;

/// <summary>Writes files so that at every moment the place holds the whole old file or the whole new one.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes beside <paramref name="path"/> under a temporary name, flushes to the disk and renames into it. If anything fails the old
    /// file stays as it was and the temporary file is deleted; a killed process can leave the temporary file, never half a new one.
    /// </summary>
    /// <param name="path">The file to make or replace. A symbolic link is followed; the mode of a replaced file is kept.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var file = new FileInfo(path);
        string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string temporary = Path.Combine(
            Path.GetDirectoryName(target) ?? target, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
