using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EdgeNet.Compression;

/// <summary>How values of a type stand in a recipe.</summary>
/// <param name="Expected">What may stand there, for messages and documents.</param>
/// <param name="Read">Takes the value of a key; throws what <see cref="YamlNode.Error"/> makes.</param>
/// <param name="Write">Appends the value, from behind the colon to the end of the line, or more lines indented by so much.</param>
internal sealed record SettingFormat<T>(string Expected, Func<string, YamlNode, T> Read, Action<StringBuilder, T, int> Write);

/// <summary>The formats of settings. Numbers are the same in every culture.</summary>
internal static class SettingFormat
{
    private delegate bool Parse<T>(string text, out T value);

    /// <summary>True or false.</summary>
    public static SettingFormat<bool> Flag { get; } = Plain(
        "true or false", (string text, out bool value) => (value = text == "true") || text == "false", value => value ? "true" : "false");

    /// <summary>A number between two others, both included unless the lower is to be <paramref name="above"/>.</summary>
    public static SettingFormat<double> Number(double from, double to, bool above = false) => Plain(
        above ? Text($"a number above {from}, at most {to}") : Text($"a number from {from} to {to}"),
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value) &&
            value >= from && value <= to && !(above && value == from),
        Shortest);

    /// <summary>A whole number between two others, both included.</summary>
    public static SettingFormat<int> Whole(int from, int to) => Plain(
        to == int.MaxValue ? Text($"a whole number, {from} or above") : Text($"a whole number from {from} to {to}"),
        (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= from && value <= to,
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>One of the members of an enumeration, by its words in lower case with dashes, or by the names given.</summary>
    public static SettingFormat<T> Choice<T>(params (T Value, string Name)[] names) where T : struct, Enum
    {
        if (names.Length == 0) names = [.. Enum.GetValues<T>().Select(value => (value, NameOf(value)))];
        return Plain(
            $"one of {string.Join(", ", names.Select(each => each.Name))}",
            (string text, out T value) =>
            {
                int at = Array.FindIndex(names, each => each.Name == text);
                value = at < 0 ? default : names[at].Value;
                return at >= 0;
            },
            value => names.First(each => each.Value.Equals(value)).Name);
    }

    /// <summary>Any text that <paramref name="problem"/> finds nothing wrong with.</summary>
    public static SettingFormat<string> Words(string expected, Func<string, string?>? problem = null) => new(
        expected,
        (key, node) =>
        {
            if (node.Scalar is not { } text) throw node.Error($"{key}: {node.Found}; expected {expected}");
            if (node.IsNothing) text = "";
            return problem?.Invoke(text) is { } wrong ? throw node.Error($"{key}: {wrong}") : text;
        },
        (yaml, value, _) => yaml.Append(' ').Append(Scalar(value)).Append('\n'));

    /// <summary>A value for each of some names.</summary>
    public static SettingFormat<ImmutableDictionary<string, T>> ByName<T>(SettingFormat<T> format) => new(
        $"a mapping from beginnings of layers' names to {format.Expected}",
        (key, node) => node.IsNothing
            ? ImmutableDictionary<string, T>.Empty
            : node.Entries is { } entries
                ? entries.ToImmutableDictionary(entry => entry.Key.Key, entry => format.Read($"{key}: {entry.Key.Key}", entry.Value))
                : throw node.Error($"{key}: {node.Found}; expected a mapping such as {{ conv1: … }}"),
        (yaml, values, indent) =>
        {
            yaml.Append(values.IsEmpty ? " {}\n" : "\n");
            foreach ((string name, T value) in values.OrderBy(each => each.Key, StringComparer.Ordinal))
                format.Write(yaml.Append(' ', indent + 2).Append(Scalar(name)).Append(':'), value, indent + 2);
        });

    /// <summary>Text as a YAML scalar that every reader takes for text: plain where it is a word, else in double quotes.</summary>
    public static string Scalar(string text)
    {
        bool isWord = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/') &&
            text.ToUpperInvariant() is not ("NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
        if (isWord) return text;
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character is '"' or '\\') quoted.Append('\\').Append(character);
            else if (char.IsSurrogatePair(text, i)) quoted.Append(text, i++, 2);
            else if (char.IsSurrogate(character)) quoted.Append("\\uFFFD");
            else if (char.IsControl(character) || character is '\u2028' or '\u2029' or '\uFEFF' or >= '\uFFFE') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else quoted.Append(character);
        }
        return quoted.Append('"').ToString();
    }

    private static SettingFormat<T> Plain<T>(string expected, Parse<T> parse, Func<T, string> text) => new(
        expected,
        (key, node) => node.IsPlain && parse(node.Scalar!, out T value) ? value : throw node.Error($"{key}: {node.Found}; expected {expected}"),
        (yaml, value, _) => yaml.Append(' ').Append(text(value)).Append('\n'));

    /// <summary>The shortest text that reads as the same number; without an exponent, which not every reader of YAML takes, where that is short enough.</summary>
    private static string Shortest(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture), plain = value.ToString("F20", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');
        return text.Contains('E', StringComparison.Ordinal) && plain.Length <= 12 && double.Parse(plain, CultureInfo.InvariantCulture) == value ? plain : text;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A choice as a recipe has it: mean-squared-error.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((character, i) => char.IsUpper(character) && i > 0 ? $"-{char.ToLowerInvariant(character)}" : $"{char.ToLowerInvariant(character)}"));
}
