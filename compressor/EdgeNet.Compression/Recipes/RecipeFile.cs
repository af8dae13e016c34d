using System.Text;
using EdgeNet.Model.Format;

namespace EdgeNet.Compression;

/// <summary>Recipes as YAML files; <c>docs/recipes.md</c> describes every key.</summary>
public static class RecipeFile
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a recipe. Its name is that of the file unless it says another.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CompressionException">It is no recipe: the message names the file, the line, the key and what was expected.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Recipe Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ReadOnlySpan<byte> bytes = BoundedFile.Read(path, MaxBytes, "a recipe");
        try
        {
            return Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes), path);
        }
        catch (DecoderFallbackException e)
        {
            throw new CompressionException($"{path}: it is not UTF-8 text; expected a recipe in YAML", e);
        }
    }

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">What messages call it, and, without folder and extension, the recipe's name unless it says another.</param>
    /// <exception cref="CompressionException">It is no recipe: the message names the file, the line, the key and what was expected.</exception>
    public static Recipe Parse(string yaml, string file)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(file);
        if (yaml.Length > MaxBytes) throw new CompressionException($"{file}: larger than {MaxBytes} bytes; expected a recipe");
        return RecipeKeys.Recipe.Read(YamlNode.Parse(yaml.TrimStart('\uFEFF'), file), RecipeKeys.Recipe.Start with { Name = Path.GetFileNameWithoutExtension(file) });
    }

    /// <summary>A recipe as YAML with every value, defaults too. The same recipe gives the same text, and reading it gives the same recipe.</summary>
    public static string ToYaml(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var yaml = new StringBuilder();
        RecipeKeys.Recipe.Write(yaml, recipe, 0);
        return yaml.ToString();
    }

    /// <summary>Writes a recipe with every value, beside its place, and renames it into it.</summary>
    /// <exception cref="IOException">It cannot be written; the file before stays.</exception>
    public static void Write(string path, Recipe recipe)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(ToYaml(recipe));
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
