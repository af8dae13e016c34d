using System.Text.Json;
using System.Text.Unicode;

namespace PedestrianCamera;

/// <summary>A value of a settings file, and the line where it stands.</summary>
/// <param name="Kind">Object, array, string, number, true, false or null.</param>
/// <param name="Line">From 1.</param>
internal sealed record SettingsNode(JsonTokenType Kind, int Line)
{
    /// <summary>The text of a string; of a number as it is written.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of an object: its keys as they come, one that is there twice included.</summary>
    public List<(string Key, int Line, SettingsNode Value)> Members { get; } = [];

    /// <summary>Of an array.</summary>
    public List<SettingsNode> Items { get; } = [];

    /// <summary>What messages call it.</summary>
    public string Description => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => $"\"{(Text.Length > 60 ? Text[..60] + "…" : Text)}\"",
        JsonTokenType.Number => Text.Length > 60 ? Text[..60] + "…" : Text,
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    /// <summary>Parses JSON (RFC 8259) with comments and trailing commas.</summary>
    /// <param name="utf8">The whole file.</param>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="SettingsException">It is not JSON.</exception>
    public static SettingsNode Parse(ReadOnlySpan<byte> utf8, string file)
    {
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (!Utf8.IsValid(utf8)) throw new SettingsException([$"{file}:{1 + utf8[..StartOfInvalidLine(utf8)].Count((byte)'\n')}: not UTF-8; expected a text file in UTF-8"]);
        Cursor cursor = new(utf8);
        try
        {
            cursor.Read();
            SettingsNode root = cursor.Node();
            cursor.Read(); // Refuses what follows.
            return root;
        }
        catch (JsonException error)
        {
            // The position is said in a form of its own.
            string what = error.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.');
            throw new SettingsException([$"{file}:{(error.LineNumber ?? 0) + 1}: not JSON: {what}; expected settings as in the example file"]);
        }
        catch (InvalidOperationException)
        {
            throw new SettingsException([$"{file}:{cursor.Line}: a text with half a surrogate pair; expected characters of Unicode"]);
        }
    }

    private static int StartOfInvalidLine(ReadOnlySpan<byte> utf8)
    {
        // Lines break between characters, so the first line that is not valid holds the error.
        int start = 0;
        while (true)
        {
            int end = utf8[start..].IndexOf((byte)'\n');
            if (end < 0 || !Utf8.IsValid(utf8.Slice(start, end))) return start;
            start += end + 1;
        }
    }

    private ref struct Cursor(ReadOnlySpan<byte> utf8)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private Utf8JsonReader _json = new(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
        private int _counted;

        /// <summary>Of the token.</summary>
        public int Line { get; private set; } = 1;

        public bool Read()
        {
            if (!_json.Read()) return false;
            int start = (int)_json.TokenStartIndex;
            Line += _utf8[_counted..start].Count((byte)'\n');
            _counted = start;
            return true;
        }

        public SettingsNode Node()
        {
            SettingsNode node = new(_json.TokenType, Line)
            {
                Text = _json.TokenType switch
                {
                    JsonTokenType.String => _json.GetString()!,
                    JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(_json.ValueSpan),
                    _ => "",
                },
            };
            if (node.Kind == JsonTokenType.StartObject)
            {
                while (Read() && _json.TokenType == JsonTokenType.PropertyName)
                {
                    (string key, int line) = (_json.GetString()!, Line);
                    Read();
                    node.Members.Add((key, line, Node()));
                }
            }
            else if (node.Kind == JsonTokenType.StartArray)
            {
                while (Read() && _json.TokenType != JsonTokenType.EndArray) node.Items.Add(Node());
            }
            return node;
        }
    }
}
