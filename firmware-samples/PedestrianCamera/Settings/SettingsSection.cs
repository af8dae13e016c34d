using System.Globalization;
using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// One object of a settings file, from which every key that there can be is taken once, with the values it may have. What is wrong is noted
/// and the fallback taken instead, so that one reading finds all errors.
/// </summary>
internal sealed class SettingsSection
{
    private readonly string _file, _path;
    private readonly SettingsNode? _node;
    private readonly List<(int Line, string Text)> _errors;
    private readonly List<string> _known = [];

    /// <summary>The outermost object.</summary>
    /// <param name="file">What messages call the file.</param>
    /// <param name="node">What stands in it.</param>
    /// <param name="errors">Gets the errors: each with its line.</param>
    public SettingsSection(string file, SettingsNode node, List<(int Line, string Text)> errors)
        : this(file, "", node.Kind == JsonTokenType.StartObject ? node : null, node.Line, errors)
    {
        if (_node is null) Refuse(node.Line, $"{node.Description}; expected an object, {{ … }}");
        NoteTwice();
    }

    private SettingsSection(string file, string path, SettingsNode? node, int line, List<(int Line, string Text)> errors) =>
        (_file, _path, _node, Line, _errors) = (file, path, node, line, errors);

    /// <summary>Where the object begins.</summary>
    public int Line { get; }

    /// <summary>Notes an error about a key of this object, on the key's line.</summary>
    public void Refuse(string key, string what) => Refuse(Find(key)?.Line ?? Line, $"{_path}{key}: {what}");

    /// <summary>An object in this one; null where the key is missing or null.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="nullable">Whether it can be null.</param>
    /// <param name="isNull">Whether the file says null.</param>
    public SettingsSection? Section(string key, bool nullable, out bool isNull)
    {
        SettingsNode? value = Take(key);
        isNull = value?.Kind == JsonTokenType.Null && nullable;
        if (value is null || isNull) return null;
        if (value.Kind == JsonTokenType.StartObject)
        {
            SettingsSection section = new(_file, $"{_path}{key}.", value, value.Line, _errors);
            section.NoteTwice();
            return section;
        }
        RefuseValue(key, value, nullable ? "expected an object, { … }, or null" : "expected an object, { … }");
        return null;
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (value.Kind is JsonTokenType.True or JsonTokenType.False) return value.Kind == JsonTokenType.True;
        RefuseValue(key, value, "expected true or false");
        return fallback;
    }

    /// <summary>A whole number within limits.</summary>
    public long Integer(string key, long least, long most, long fallback)
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (value.Kind == JsonTokenType.Number && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number >= least && number <= most) return number;
        RefuseValue(key, value, $"expected a whole number, {least} to {most}");
        return fallback;
    }

    /// <summary>A number within limits.</summary>
    public double Number(string key, double least, double most, double fallback)
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (IsNumber(value, least, most, out double number)) return number;
        RefuseValue(key, value, string.Create(CultureInfo.InvariantCulture, $"expected a number, {least} to {most}"));
        return fallback;
    }

    /// <summary>A text that is not empty and has no control characters.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="expected">What a message says that it should be.</param>
    /// <param name="fallback">Where it is missing or wrong.</param>
    /// <param name="holds">What else it must be; null for nothing.</param>
    public string Text(string key, string expected, string fallback, Func<string, bool>? holds = null)
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (IsText(value) && (holds is null || holds(value.Text))) return value.Text;
        RefuseValue(key, value, $"expected {expected}");
        return fallback;
    }

    /// <summary>As <see cref="Text"/>, or null.</summary>
    public string? TextOrNull(string key, string expected, Func<string, bool>? holds = null)
    {
        SettingsNode? value = Take(key);
        if (value is null || value.Kind == JsonTokenType.Null) return null;
        if (IsText(value) && (holds is null || holds(value.Text))) return value.Text;
        RefuseValue(key, value, $"expected {expected}, or null");
        return null;
    }

    /// <summary>A token of visible ASCII characters, or null. Messages do not repeat it.</summary>
    public string? SecretOrNull(string key, int shortest)
    {
        SettingsNode? value = Take(key);
        if (value is null || value.Kind == JsonTokenType.Null) return null;
        if (value.Kind == JsonTokenType.String && value.Text.Length >= shortest && value.Text.All(character => character is > ' ' and < '\x7F')) return value.Text;
        string found = value.Kind == JsonTokenType.String ? $"a text of {value.Text.Length} characters" : value.Description;
        Refuse(value.Line, $"{_path}{key}: {found}; expected at least {shortest} visible ASCII characters, or null");
        return null;
    }

    /// <summary>Whether the key is there and not null.</summary>
    public bool Has(string key) => Find(key) is { } member && member.Value.Kind != JsonTokenType.Null;

    /// <summary>Texts.</summary>
    public IReadOnlyList<string> Texts(string key, string expected, IReadOnlyList<string> fallback)
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (value.Kind == JsonTokenType.StartArray && value.Items.TrueForAll(item => item.Kind == JsonTokenType.String && !item.Text.Contains('\0')))
            return [.. value.Items.Select(item => item.Text)];
        RefuseValue(key, value, $"expected {expected}");
        return fallback;
    }

    /// <summary>One of an enumeration's names, in camel case.</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (IsChoice(value, out T choice)) return choice;
        RefuseValue(key, value, $"expected {Quoted<T>()}");
        return fallback;
    }

    /// <summary>Some of an enumeration's names.</summary>
    public IReadOnlyList<T> Choices<T>(string key, IReadOnlyList<T> fallback) where T : struct, Enum
    {
        SettingsNode? value = Take(key);
        if (value is null) return fallback;
        if (value.Kind != JsonTokenType.StartArray)
        {
            RefuseValue(key, value, $"expected an array of {Quoted<T>()}");
            return fallback;
        }
        List<T> choices = [];
        foreach (SettingsNode item in value.Items)
        {
            if (IsChoice(item, out T choice)) choices.Add(choice);
            else RefuseValue(key, item, $"expected {Quoted<T>()}");
        }
        return choices;
    }

    /// <summary>Four parts of the picture, 0…1, two points.</summary>
    /// <returns>Null where the key is missing, null or wrong.</returns>
    public Box? Points(string key, string expected, bool nullable, Func<Box, bool> holds)
    {
        SettingsNode? value = Take(key);
        if (value is null || (nullable && value.Kind == JsonTokenType.Null)) return null;
        float[] numbers = new float[4];
        bool good = value.Kind == JsonTokenType.StartArray && value.Items.Count == 4;
        for (int i = 0; good && i < 4; i++)
        {
            good = IsNumber(value.Items[i], 0, 1, out double number);
            numbers[i] = (float)number;
        }
        Box points = new(numbers[0], numbers[1], numbers[2], numbers[3]);
        if (good && holds(points)) return points;
        string found = value.Kind == JsonTokenType.StartArray && value.Items.Count < 10 ? $"[{string.Join(", ", value.Items.Select(item => item.Description))}]" : value.Description;
        Refuse(value.Line, $"{_path}{key}: {found}; expected {expected}{(nullable ? ", or null" : "")}");
        return null;
    }

    /// <summary>Notes every key that was not taken.</summary>
    public void End()
    {
        if (_node is null) return;
        foreach ((string key, int line, _) in _node.Members)
        {
            if (_known.Contains(key)) continue;
            string? nearest = Nearest(key);
            string expected = nearest is not null ? $"did you mean \"{nearest}\"?" : $"expected {string.Join(", ", _known)}";
            Refuse(line, $"{_path}{(key.Length > 60 ? key[..60] + "…" : key)}: no such key; {expected}");
        }
    }

    private SettingsNode? Take(string key)
    {
        _known.Add(key);
        return Find(key)?.Value;
    }

    private (string Key, int Line, SettingsNode Value)? Find(string key)
    {
        foreach ((string Key, int Line, SettingsNode Value) member in _node?.Members ?? [])
        {
            if (member.Key == key) return member;
        }
        return null;
    }

    private void NoteTwice()
    {
        Dictionary<string, int> first = [];
        foreach ((string key, int line, _) in _node?.Members ?? [])
        {
            if (!first.TryAdd(key, line)) Refuse(line, $"{_path}{key}: is there twice; expected once, it is on line {first[key]} already");
        }
    }

    private void RefuseValue(string key, SettingsNode value, string expected) => Refuse(value.Line, $"{_path}{key}: {value.Description}; {expected}");

    private void Refuse(int line, string what) => _errors.Add((line, $"{_file}:{line}: {what}"));

    private static bool IsText(SettingsNode value) => value.Kind == JsonTokenType.String && value.Text.Length > 0 && !value.Text.Any(char.IsControl);

    private static bool IsNumber(SettingsNode value, double least, double most, out double number)
    {
        number = 0;
        return value.Kind == JsonTokenType.Number && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
    }

    private static string NameOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static bool IsChoice<T>(SettingsNode value, out T choice) where T : struct, Enum
    {
        foreach (T each in Enum.GetValues<T>())
        {
            choice = each;
            if (value.Kind == JsonTokenType.String && NameOf(each) == value.Text) return true;
        }
        choice = default;
        return false;
    }

    private static string Quoted<T>() where T : struct, Enum => string.Join(" or ", Enum.GetValues<T>().Select(each => $"\"{NameOf(each)}\""));

    private string? Nearest(string key)
    {
        if (key.Length > 60) return null;
        (string? nearest, int least) = (null, 1 + (key.Length / 2));
        foreach (string known in _known)
        {
            bool begins = key.Length > 1 && known.StartsWith(key, StringComparison.OrdinalIgnoreCase);
            int distance = begins ? 1 : Distance(key.ToUpperInvariant(), known.ToUpperInvariant());
            if (distance < least) (nearest, least) = (known, distance);
        }
        return nearest;
    }

    // Levenshtein's: insertions, deletions and replacements.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
