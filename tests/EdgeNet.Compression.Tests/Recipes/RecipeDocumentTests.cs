using System.Text.RegularExpressions;

namespace EdgeNet.Compression.Tests;

/// <summary>docs/recipes.md says what recipes have, and no more.</summary>
public sealed partial class RecipeDocumentTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(SharedMaterial.Repository, "docs", "recipes.md"));

    public static TheoryData<string> Tables => ["of the file", "of `retraining`", "of `prune`", "of `channels`", "of `cluster`", "of `rate`", "of `int8`"];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_key_stands_there_with_its_default(string table)
    {
        // Written in full, a record with its defaults has each key and value in a line.
        Recipe recipe = RecipeFile.Parse("steps: [ { prune: { density: 1 } }, { channels: { keep: 1 } }, cluster, rate, int8 ]", "the file's");
        string[] lines = RecipeFile.ToYaml(recipe).Split('\n');
        string name = table.Split(' ')[1].Trim('`');
        int indent = name == "the" ? 0 : name == "retraining" ? 2 : 6;
        int start = name == "the" ? 0 : Array.FindIndex(lines, line => line.Trim(' ', '-') == $"{name}:") + 1;
        (string Key, string Value)[] written =
        [
            .. lines[start..].TakeWhile(line => line.Length > 0 && (indent == 0 || line.TakeWhile(character => character == ' ').Count() >= indent))
                .Where(line => line.TakeWhile(character => character == ' ').Count() == indent).Select(line => line.Trim().Split(": ")).Select(pair => (pair[0].TrimEnd(':'), pair.Length > 1 ? pair[1] : "")),
        ];
        Match head = Regex.Match(s_text, $@"\| key {Regex.Escape(table)} \| default \|.*\n\|[-|]*\|\n((\|.*\n)+)");
        Assert.True(head.Success, $"no table of keys {table}");
        (string Key, string Value)[] told = [.. Row().Matches(head.Groups[1].Value).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];
        Assert.Equal(written.Select(pair => pair.Key), told.Select(pair => pair.Key));
        foreach (((string key, string value), (_, string text)) in written.Zip(told))
        {
            if (text.StartsWith('`')) Assert.Equal((key, Number(value)), (key, Number(text.Trim('`'))));
            else Assert.Contains(key, (string[])["name", "retraining", "steps", "density", "keep"]);
        }

        static string Number(string text) => double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : text;
    }

    [Fact]
    public void The_recipes_there_can_be_read()
    {
        Match[] recipes = Yaml().Matches(s_text).ToArray();
        Assert.Equal(3, recipes.Length);
        Assert.All(recipes, recipe => RecipeFile.Parse(recipe.Groups[1].Value, "docs/recipes.md"));
    }

    [Fact]
    public void Every_preset_stands_there() => Assert.All(Presets.Names, name => Assert.Contains($"| `{name}` |", s_text, StringComparison.Ordinal));

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| ([^|]*?) ?\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
