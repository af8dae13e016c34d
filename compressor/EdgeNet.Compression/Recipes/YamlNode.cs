using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeNet.Compression;

/// <summary>
/// A piece of a YAML document that knows its line: a scalar, a list or a mapping. Anchors, aliases, tags and more than one document are
/// refused, and nesting is bounded before anything is built, so that no small file can become a large tree or a deep stack.
/// </summary>
internal sealed class YamlNode
{
    /// <summary>Recipes need six.</summary>
    private const int MostLevels = 16;

    private readonly string _file;
    private readonly long _line;

    private YamlNode(string file, long line) => (_file, _line) = (file, line);

    /// <summary>The text of a scalar; null of others.</summary>
    public string? Scalar { get; private init; }

    /// <summary>Whether a scalar stands without quotes; only such can be numbers.</summary>
    public bool IsPlain { get; private init; }

    /// <summary>The items of a list; null of others.</summary>
    public IReadOnlyList<YamlNode>? Items { get; private init; }

    /// <summary>The entries of a mapping, in order, no two of the same key; null of others.</summary>
    public IReadOnlyList<(YamlNode Key, YamlNode Value)>? Entries { get; private init; }

    /// <summary>Whether nothing stands here.</summary>
    public bool IsNothing => IsPlain && Scalar is ("" or "~" or "null");

    /// <summary>What stands here, for messages.</summary>
    public string Found => Scalar switch
    {
        _ when IsNothing => "nothing",
        { } text => $"'{Shortened(text)}'",
        null => Items is not null ? "a list" : "a mapping",
    };

    /// <summary>An error at this place.</summary>
    /// <param name="what">The key, what is wrong and what was expected.</param>
    public CompressionException Error(string what) => new($"{_file}: line {_line}: {OneLine(what)}");

    /// <summary>The scalar, a key of a mapping.</summary>
    public string Key => Scalar ?? throw Error($"{Found} as a key; expected a name");

    /// <summary>Nothing, at this place.</summary>
    public YamlNode Nothing() => new(_file, _line) { Scalar = "", IsPlain = true };

    /// <summary>Reads the one document of a text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">How messages call it.</param>
    /// <exception cref="CompressionException">It is no YAML, or has what recipes do not need.</exception>
    public static YamlNode Parse(string yaml, string file)
    {
        var parser = new Parser(new StringReader(yaml));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) throw new CompressionException($"{file}: it is empty; expected a recipe");
            parser.Consume<DocumentStart>();
            YamlNode root = Read(parser, file, 0);
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart second) throw new YamlNode(file, second.Start.Line).Error("a second document; expected one recipe");
            return root;
        }
        catch (YamlException e)
        {
            throw new CompressionException($"{file}: line {e.End.Line}: {OneLine(e.Message)}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or ArithmeticException or IndexOutOfRangeException)
        {
            // The parser has no better words for some texts that are not YAML.
            throw new CompressionException($"{file}: line {parser.Current?.End.Line ?? 1}: it cannot be read as YAML here or in the next line", e);
        }
    }

    private static YamlNode Read(Parser parser, string file, int level)
    {
        ParsingEvent? current = parser.Current;
        long line = current?.Start.Line ?? 0;
        var here = new YamlNode(file, line);
        if (level > MostLevels) throw here.Error($"more than {MostLevels} levels; recipes need no more");
        if (current is AnchorAlias) throw here.Error("an alias (*); recipes have none: write the value itself");
        if (current is NodeEvent { Anchor.IsEmpty: false }) throw here.Error("an anchor (&); recipes have none: write values where they belong");
        if (current is NodeEvent { Tag.IsEmpty: false }) throw here.Error("a tag (!); recipes have none: leave it out");
        switch (current)
        {
            case Scalar scalar:
                parser.MoveNext();
                return new YamlNode(file, line) { Scalar = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain };
            case SequenceStart:
                parser.MoveNext();
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, file, level + 1));
                return new YamlNode(file, line) { Items = items };
            case MappingStart:
                parser.MoveNext();
                var entries = new List<(YamlNode, YamlNode)>();
                var keys = new HashSet<string>();
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    YamlNode key = Read(parser, file, level + 1);
                    if (!keys.Add(key.Key)) throw key.Error($"{Shortened(key.Key)}: it stands here for the second time; expected each key once");
                    entries.Add((key, Read(parser, file, level + 1)));
                }
                return new YamlNode(file, line) { Entries = entries };
            default:
                throw here.Error("it ends too early; expected a value");
        }
    }

    private static string Shortened(string text)
    {
        text = OneLine(text);
        return text.Length <= 60 ? text : $"{text[..57]}…";
    }

    private static string OneLine(string text) => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
}
