using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EdgeNet.Model.Tests.Format;

/// <summary>The worked examples of docs/format.md: the hex digits of the fenced block marked <c>hex NAME</c>, comments left out.</summary>
internal static class FormatDocument
{
    public static string Example(string name, [CallerFilePath] string here = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "format.md");
        string text = File.ReadAllText(path);
        Match block = Regex.Match(text, $"```hex {name}\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, $"docs/format.md has no block 'hex {name}'.");
        IEnumerable<string> lines = block.Groups[1].Value.Split('\n').Select(line => line.Split(';')[0]);
        return string.Concat(lines).Replace(" ", "", StringComparison.Ordinal);
    }
}
