using System.Collections.Immutable;

namespace EdgeNet.Compression;

/// <summary>Recipes for people who set nothing. They are YAML files themselves, to look at and to start from.</summary>
public static class Presets
{
    private const string Folder = "Presets/";

    /// <summary>The names there are.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(Presets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal),
    ];

    /// <summary>A preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="CompressionException">There is none of this name; the message says which there are.</exception>
    public static Recipe Named(string name) => RecipeFile.Parse(Text(name), $"{name}.yaml");

    /// <summary>A preset as its file has it, comments and all.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="CompressionException">There is none of this name; the message says which there are.</exception>
    public static string Text(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using Stream stream = (Names.Contains(name) ? typeof(Presets).Assembly.GetManifestResourceStream($"{Folder}{name}.yaml") : null)
            ?? throw new CompressionException($"there is no preset '{name}'; expected one of {string.Join(", ", Names)}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
