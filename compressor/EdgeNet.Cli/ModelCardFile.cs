using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNet.Model;

namespace EdgeNet.Cli;

/// <summary>Model cards as JSON files, in the schema of the <c>.edgenet</c> header; and how this program writes JSON at all.</summary>
internal static class ModelCardFile
{
    /// <summary>For everything that the program prints as JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new NumberListConverter<float>(), new NumberListConverter<int>() },
    };

    /// <summary>Reads a card.</summary>
    /// <exception cref="ModelFormatException">It is no card; the message says which line.</exception>
    public static ModelCard Load(string path)
    {
        try
        {
            ModelCard card = JsonSerializer.Deserialize<ModelCard>(File.ReadAllBytes(path), Json) ?? throw new ModelFormatException($"{path}: null; expected a card");
            if (card.Labels is { IsDefault: false } labels && labels.Contains(null!)) throw new ModelFormatException($"{path}: a label is null; expected text");
            if (card.Provenance is { IsDefault: false } provenance && provenance.Contains(null!)) throw new ModelFormatException($"{path}: a line of provenance is null; expected text");
            return card;
        }
        catch (JsonException e)
        {
            string what = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0];
            // The framework names its own types, which say nothing to whoever wrote the file.
            if (what.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)) what = "cards have no such key; docs/recipes.md shows some";
            throw new ModelFormatException($"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: {e.Path}: {what}", e);
        }
    }

    /// <summary>A list of numbers as a JSON array.</summary>
    private sealed class NumberListConverter<T> : JsonConverter<ValueList<T>> where T : struct, IEquatable<T>
    {
        public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("expected an array of numbers");
            var numbers = new List<T>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number) throw new JsonException("expected an array of numbers");
                if (typeof(T) == typeof(int) && reader.TryGetInt32(out int integer)) numbers.Add((T)(object)integer);
                else if (typeof(T) == typeof(float) && reader.TryGetSingle(out float real)) numbers.Add((T)(object)real);
                else throw new JsonException($"a number is not one of type {typeof(T).Name}");
            }
            return numbers.ToValueList();
        }

        public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}
