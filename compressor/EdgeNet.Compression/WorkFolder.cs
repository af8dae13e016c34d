using System.Security.Cryptography;
using System.Text;
using EdgeNet.Model;
using EdgeNet.Model.Format;

namespace EdgeNet.Compression;

/// <summary>
/// Where a compression keeps the states of its retrainings, so that one that was killed can go on: a file that says which run it is, and a
/// folder of checkpoints for each attempt.
/// </summary>
public sealed class WorkFolder
{
    private readonly string _path;

    private WorkFolder(string path) => _path = path;

    /// <summary>Opens the folder of a run, empty unless it goes on.</summary>
    /// <param name="path">The folder; made if there is none.</param>
    /// <param name="identity">What makes the run what it is, from <see cref="IdentityOf"/>.</param>
    /// <param name="resume">Whether to go on from what is there.</param>
    /// <exception cref="CompressionException">What is there is of another run, or of no run at all.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static WorkFolder Open(string path, string identity, bool resume)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(identity);
        string file = Path.Combine(path, "run.txt");
        // Whoever has a folder of this name may want it.
        if (Directory.Exists(path) && !File.Exists(file) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new CompressionException($"{path}: states of the run would stand here, but it is a folder of something else; remove it, or choose another output");
        bool known = File.Exists(file) && File.ReadAllText(file) == identity;
        if (resume && Directory.Exists(path) && !known)
            throw new CompressionException($"{path}: is of another run (model, recipe, data or budget differ); remove it, or leave --resume out to begin anew");
        if (!resume && Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        if (!known || !resume) AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(identity)));
        return new WorkFolder(path);
    }

    /// <summary>What makes a run what it is: another model, recipe, budget or set of pictures is another run.</summary>
    public static string IdentityOf(Graph model, string recipe, string budget, IEnumerable<string> pictures)
    {
        ArgumentNullException.ThrowIfNull(model);
        string names = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', pictures))));
        return $"model {Convert.ToHexString(SHA256.HashData(ModelFile.Write(model, AllowedEncodings.Raw)))}\npictures {names}\nbudget {budget}\n{recipe}";
    }

    /// <summary>The folder of an attempt's checkpoints.</summary>
    public string Attempt(int number)
    {
        string folder = Path.Combine(_path, $"attempt-{number}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Removes it: the run is done, or cannot be.</summary>
    public void Remove() => Directory.Delete(_path, recursive: true);
}
