using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

/// <summary>The documentation and the example file beside the settings that there are.</summary>
public class SettingsDocumentsTests
{
    internal static string Example { get; } = Path.Combine(SharedMaterial.Repository, "firmware-samples", "PedestrianCamera", "deploy", "pedestrian-camera.json");

    private static readonly string s_documentation = File.ReadAllText(Path.Combine(SharedMaterial.Repository, "docs", "pedestrian-camera.md"));

    // What the example cannot leave at its default: the service's folders, and the address that has none.
    private static readonly string[] s_ofTheExample = ["log.path", "snapshots.folder", "webhook.url"];

    /// <summary>Each key with its section, and its default as JSON has it.</summary>
    public static TheoryData<string, string> Keys()
    {
        TheoryData<string, string> keys = [];
        foreach (PropertyInfo section in typeof(CameraSettings).GetProperties())
        {
            object defaults = Activator.CreateInstance(section.PropertyType)!;
            foreach (PropertyInfo key in section.PropertyType.GetProperties()) keys.Add($"{Camel(section.Name)}.{Camel(key.Name)}", Json(key.GetValue(defaults)));
        }
        return keys;
    }

    [Theory, MemberData(nameof(Keys))]
    public void The_documentation_has_a_row_for_each_key_with_its_default(string key, string value)
    {
        string shown = key == "webhook.url" ? "none" : $"`{value}`";
        Assert.Contains($"\n| `{key}` | {shown} | ", s_documentation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_has_no_row_for_a_key_that_there_is_not()
    {
        IEnumerable<string> sections = typeof(CameraSettings).GetProperties().Select(section => Camel(section.Name));
        IEnumerable<string> documented = s_documentation.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])
            .Where(name => name.Split('.') is [string section, string key] && sections.Contains(section) && key.All(char.IsAsciiLetter));
        Assert.Empty(documented.Except(((IEnumerable<object[]>)Keys()).Select(row => (string)row[0])));
    }

    [Theory, MemberData(nameof(Keys))]
    public void The_example_has_each_key_with_its_default(string key, string value)
    {
        using JsonDocument example = JsonDocument.Parse(WholeExample(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        string[] names = key.Split('.');
        JsonElement element = example.RootElement.GetProperty(names[0]).GetProperty(names[1]);
        if (!s_ofTheExample.Contains(key)) Assert.Equal(value, element.GetRawText());
    }

    [Fact]
    public void The_example_parses_as_it_is_without_lamp_and_webhook_and_with_them_once_their_marks_are_deleted()
    {
        CameraSettings shipped = SettingsFile.Read(Example), whole = SettingsFile.Parse(Encoding.UTF8.GetBytes(WholeExample()), Example);
        Assert.Null(shipped.Lamp);
        Assert.Null(shipped.Webhook);
        Assert.Equal(new LampSettings(), whole.Lamp);
        Assert.Equal("https://example.org/events", whole.Webhook!.Url);
        Assert.Equivalent(new SourceSettings(), whole.Source, strict: true);
        Assert.Equal(new DetectorSettings(), whole.Detector);
        Assert.Equal(new TrackingSettings(), whole.Tracking);
        Assert.Equal(new PageSettings(), whole.Page);
    }

    [Fact]
    public void The_documentation_names_every_event_and_source()
    {
        foreach (string name in Enum.GetNames<CameraEventKind>().Concat(Enum.GetNames<SourceKind>())) Assert.Contains($"`{Camel(name)}`", s_documentation, StringComparison.Ordinal);
    }

    private static string WholeExample() => string.Join('\n', File.ReadAllLines(Example).Where(line => line.Trim() is not ("/*" or "*/")));

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Json(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        Enum choice => $"\"{Camel(choice.ToString())}\"",
        Box box => string.Create(CultureInfo.InvariantCulture, $"[{box.XMin}, {box.YMin}, {box.XMax}, {box.YMax}]"),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Json))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException(value.GetType().Name),
    };
}
