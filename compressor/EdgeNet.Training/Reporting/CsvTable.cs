using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeNet.Training;

/// <summary>Comma-separated values as RFC 4180 has them.</summary>
internal static class CsvTable
{
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",\"\r\n");

    public static byte[] Write(IEnumerable<IEnumerable<string>> rows)
    {
        StringBuilder text = new();
        foreach (IEnumerable<string> row in rows) text.AppendJoin(',', row.Select(Field)).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The shortest text that reads back as the same number; nothing for null.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Field(string value) =>
        value.AsSpan().ContainsAny(s_quoted) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
