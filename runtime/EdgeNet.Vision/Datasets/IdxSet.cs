using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeNet.Vision;

/// <summary>
/// The IDX files of MNIST (LeCun, "The MNIST database"): grey pictures in one, their labels in another, each plain or gzipped. Labels are
/// read at once, pictures one at a time.
/// </summary>
public sealed class IdxSet
{
    private const int PictureMagic = 0x0803;
    private const int LabelMagic = 0x0801;
    private const int MaximumCount = 1 << 26;
    private readonly string _path;

    private IdxSet(string path, int width, int height, byte[] labels)
    {
        _path = path;
        Width = width;
        Height = height;
        Labels = labels;
    }

    /// <summary>Width of each picture in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of each picture in pixels.</summary>
    public int Height { get; }

    /// <summary>The class of each picture.</summary>
    public IReadOnlyList<byte> Labels { get; }

    /// <summary>Reads the sizes and the labels.</summary>
    /// <param name="path">The pictures, like <c>t10k-images-idx3-ubyte.gz</c>.</param>
    /// <param name="labelPath">The labels; otherwise the file of the pictures' name with <c>labels</c> for <c>images</c> and <c>idx1</c> for <c>idx3</c>.</param>
    /// <exception cref="DatasetException">A file is missing, of another kind, or truncated, or they do not fit together.</exception>
    public static IdxSet Open(string path, string? labelPath = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        labelPath ??= LabelsOf(path);
        (int count, int width, int height) = Decoding(path, file =>
        {
            int[] extents = ReadHeader(file, PictureMagic, 3, path);
            return (extents[0], extents[2], extents[1]);
        });
        byte[] labels = Decoding(labelPath, file =>
        {
            int labelled = ReadHeader(file, LabelMagic, 1, labelPath)[0];
            if (labelled != count)
                throw new DatasetException($"{labelPath}: {labelled} labels for the {count} pictures of {path}");
            return ReadAll(file, labelled, labelPath);
        });
        if (!Image.IsAllowedSize(width, height))
            throw new DatasetException($"{path}: pictures of {width}×{height}; expected 1 to {Image.MaximumPixels} pixels");
        return new IdxSet(path, width, height, labels);
    }

    /// <summary>The pictures in the file's order, each read as it is asked for.</summary>
    /// <exception cref="DatasetException">The file ends before its last picture.</exception>
    public IEnumerable<LabelledImage> Pictures()
    {
        using Stream file = OpenPlain(_path);
        ReadHeader(file, PictureMagic, 3, _path);
        for (int i = 0; i < Labels.Count; i++)
        {
            byte[] pixels = new byte[Width * Height];
            int at = i;
            Fill(file, pixels, _path, () => $"picture {at} of {Labels.Count}");
            yield return new LabelledImage(new Image(Width, Height, 1, pixels), Labels[i]);
        }
    }

    private static string LabelsOf(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        string name = Path.GetFileName(path).Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        string plain = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        string[] candidates = [Path.Combine(folder, name), Path.Combine(folder, plain), Path.Combine(folder, plain + ".gz")];
        return candidates.FirstOrDefault(candidate => candidate != path && File.Exists(candidate))
            ?? throw new DatasetException($"{path}: no labels beside it; expected {candidates[0]}");
    }

    private static T Decoding<T>(string path, Func<Stream, T> read)
    {
        using Stream file = OpenPlain(path);
        return read(file);
    }

    private static Stream OpenPlain(string path)
    {
        FileStream file = AnnotationFile.Open(path, long.MaxValue);
        bool zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return zipped ? new GZipStream(file, CompressionMode.Decompress) : new BufferedStream(file);
    }

    private static int[] ReadHeader(Stream file, int magic, int rank, string path)
    {
        byte[] bytes = new byte[4 * (rank + 1)];
        Fill(file, bytes, path, () => "the header");
        int found = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (found != magic)
            throw new DatasetException($"{path}: starts {found:X8}; expected {magic:X8}, IDX of bytes in {rank} dimension{(rank == 1 ? "" : "s")}");
        int[] extents = new int[rank];
        for (int i = 0; i < rank; i++)
            extents[i] = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 * (i + 1)));
        return extents[0] is >= 1 and <= MaximumCount
            ? extents
            : throw new DatasetException($"{path}: {extents[0]} entries; expected 1 to {MaximumCount}");
    }

    // Grows with what is there, not with what the header claims.
    private static byte[] ReadAll(Stream file, int count, string path)
    {
        using MemoryStream read = new();
        byte[] block = new byte[Math.Min(count, 1 << 16)];
        while (read.Length < count)
        {
            Span<byte> next = block.AsSpan(0, (int)Math.Min(block.Length, count - read.Length));
            Fill(file, next, path, () => $"label {read.Length} of {count}");
            read.Write(next);
        }

        return read.ToArray();
    }

    private static void Fill(Stream file, Span<byte> bytes, string path, Func<string> what)
    {
        try
        {
            file.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new DatasetException($"{path}: the file ends inside {what()}; it is truncated, copy it again", e);
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException($"{path}: the gzip data is damaged at {what()}; copy the file again", e);
        }
    }
}
