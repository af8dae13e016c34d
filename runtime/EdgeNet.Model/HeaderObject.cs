using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeNet.Model;

/// <summary>
/// A JSON object of the header, read strictly: what is asked for must be there and of its type, and there may be nothing else. Written by
/// hand because a board carries it: a generated serializer of all ops makes its binary half as large again.
/// </summary>
internal sealed class HeaderObject
{
    private readonly JsonElement _element;
    private readonly string _path;
    private int _known;

    private HeaderObject(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Wrong(path, "an object");
        _element = element;
        _path = path;
    }

    /// <summary>Reads an object whole.</summary>
    /// <exception cref="ModelFormatException">Something is missing, of another type, or unknown; the message says where.</exception>
    public static T Read<T>(JsonElement element, string path, Func<HeaderObject, T> read)
    {
        var item = new HeaderObject(element, path);
        T result = read(item);
        item.End();
        return result;
    }

    public int Int(string name, int? otherwise = null) =>
        !Find(name, out JsonElement value) ? otherwise ?? throw Missing(name) : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(name);

    public int? OptionalInt(string name) => IsNull(name) ? null : Int(name);

    public long Int64(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : throw Wrong(name);

    public long? OptionalInt64(string name) => IsNull(name) ? null : Int64(name);

    public uint UInt32(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt32(out uint number) ? number : throw Wrong(name);

    public float Float(string name, float? otherwise = null) =>
        Find(name, out JsonElement value) ? Float(value) ?? throw Wrong(name) : otherwise ?? throw Missing(name);

    public bool Bool(string name, bool? otherwise = null) =>
        !Find(name, out JsonElement value) ? otherwise ?? throw Missing(name) : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name);

    public string Text(string name) => Required(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(name);

    public string? OptionalText(string name) => IsNull(name) ? null : Text(name);

    public T Choice<T>(string name, T? otherwise = null) where T : struct, Enum
    {
        if (otherwise is { } choice && !_element.TryGetProperty(name, out _)) return choice;
        string text = Text(name);
        // Numbers are read as well, but are not what such a value is called.
        return Enum.TryParse(text, out T value) && value.ToString() == text ? value : throw Wrong($"{_path}.{name}", $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    public ValueList<int> Ints(string name)
    {
        JsonElement[] items = Items(name);
        int[] numbers = new int[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].ValueKind != JsonValueKind.Number || !items[i].TryGetInt32(out numbers[i])) throw Wrong(name);
        }
        return ValueList.Create<int>(numbers);
    }

    public ValueList<int> OptionalInts(string name) => _element.TryGetProperty(name, out _) ? Ints(name) : default;

    public ValueList<float> Floats(string name)
    {
        JsonElement[] items = Items(name);
        float[] numbers = new float[items.Length];
        for (int i = 0; i < items.Length; i++) numbers[i] = Float(items[i]) ?? throw Wrong(name);
        return ValueList.Create<float>(numbers);
    }

    public ValueList<float> OptionalFloats(string name) => _element.TryGetProperty(name, out _) ? Floats(name) : default;

    public ImmutableArray<string> Texts(string name)
    {
        JsonElement[] items = Items(name);
        string[] texts = new string[items.Length];
        for (int i = 0; i < items.Length; i++) texts[i] = items[i].ValueKind == JsonValueKind.String ? items[i].GetString()! : throw Wrong(name);
        return [.. texts];
    }

    public ImmutableArray<string>? OptionalTexts(string name) => IsNull(name) ? null : Texts(name);

    public T? Optional<T>(string name, Func<HeaderObject, T> read) where T : class => IsNull(name) ? null : Object(name, read);

    public T Object<T>(string name, Func<HeaderObject, T> read) => Read(Required(name), $"{_path}.{name}", read);

    public ImmutableArray<T> Objects<T>(string name, Func<HeaderObject, T> read)
    {
        JsonElement[] items = Items(name);
        var objects = ImmutableArray.CreateBuilder<T>(items.Length);
        for (int i = 0; i < items.Length; i++) objects.Add(Read(items[i], $"{_path}.{name}[{i}]", read));
        return objects.MoveToImmutable();
    }

    /// <summary>Something that follows from the rest and is there for people.</summary>
    public void Skip(string name) => Find(name, out _);

    private void End()
    {
        if (_element.GetPropertyCount() == _known) return;
        throw new ModelFormatException($"header: {_path} has a property that does not belong there, or one twice: {_element.GetRawText()[..Math.Min(80, _element.GetRawText().Length)].ReplaceLineEndings(" ")}");
    }

    private bool Find(string name, out JsonElement value)
    {
        if (!_element.TryGetProperty(name, out value)) return false;
        _known++;
        return true;
    }

    private JsonElement Required(string name) => Find(name, out JsonElement value) ? value : throw Missing(name);

    /// <summary>Whether there is no such property, or one that says null.</summary>
    private bool IsNull(string name)
    {
        if (!_element.TryGetProperty(name, out JsonElement value)) return true;
        if (value.ValueKind != JsonValueKind.Null) return false;
        _known++;
        return true;
    }

    private JsonElement[] Items(string name)
    {
        JsonElement list = Required(name);
        if (list.ValueKind != JsonValueKind.Array) throw Wrong(name);
        var items = new JsonElement[list.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in list.EnumerateArray()) items[count++] = item;
        return items;
    }

    private static float? Float(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetSingle(out float number) => number,
        JsonValueKind.String => value.GetString() switch
        {
            "NaN" => float.NaN,
            "Infinity" => float.PositiveInfinity,
            "-Infinity" => float.NegativeInfinity,
            _ => null,
        },
        _ => null,
    };

    private ModelFormatException Missing(string name) => new($"header: not the JSON of a model: {_path} has no '{name}'");

    private ModelFormatException Wrong(string name) => new($"header: not the JSON of a model at {_path}.{name}: its value is of another type or out of range");

    private static ModelFormatException Wrong(string path, string expected) => new($"header: not the JSON of a model at {path}: expected {expected}");
}
