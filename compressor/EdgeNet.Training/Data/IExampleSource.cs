using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Pictures to train with, by index. Reading is safe from several threads.</summary>
public interface IExampleSource
{
    /// <summary>The number of pictures.</summary>
    int Count { get; }

    /// <summary>The names of the classes by label; empty where nothing is labelled.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>What messages call a picture, without reading it.</summary>
    string NameOf(int index);

    /// <summary>Reads one picture; the same every time.</summary>
    /// <exception cref="ImageFormatException">The file is no picture, or damaged.</exception>
    /// <exception cref="DatasetException">What belongs to the picture does not fit it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    Example Read(int index);
}
