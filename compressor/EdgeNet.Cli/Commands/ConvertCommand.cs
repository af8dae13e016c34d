using System.CommandLine;
using System.Collections.Immutable;
using EdgeNet.Model;
using EdgeNet.Prediction;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet convert</c>: a model of any format to <c>.edgenet</c>, with a card.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        Command command = new("convert", "Convert a model to .edgenet, or give it another card.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string> output = new("--output", "-o") { Description = "The .edgenet file to write.", HelpName = "out.edgenet", Required = true };
        Option<string?> card = new("--card") { Description = "A JSON file with preprocessing, labels and detector; replaces the model's card.", HelpName = "card.json" };
        Option<string?> labels = new("--labels") { Description = "A text file with the name of one class per line.", HelpName = "file" };
        command.Add(output);
        command.Add(card);
        command.Add(labels);
        command.SetAction(parsed =>
        {
            string path = model.Path(parsed), target = parsed.GetRequiredValue(output);
            Graph graph = model.Load(parsed);
            ModelCard result = graph.Card;
            if (parsed.GetValue(card) is { } cardFile)
            {
                ModelCard given = ModelCardFile.Load(cardFile);
                result = given with { Name = given.Name ?? result.Name, Provenance = given.Provenance ?? result.Provenance };
            }
            if (parsed.GetValue(labels) is { } labelFile) result = result with { Labels = ReadLabels(labelFile) };
            result = result with { Name = result.Name ?? Path.GetFileNameWithoutExtension(path) };
            if (ModelSource.FormatOf(path) != ModelFormat.EdgeNet)
                result = result with { Provenance = [.. result.Provenance is { IsDefault: false } known ? known : [], $"imported from {Path.GetFileName(path)}"] };
            graph = graph.WithCard(result);
            PictureModel.CheckCard(graph);
            ModelFile.Save(target, graph);
            parsed.InvocationConfiguration.Error.WriteLine($"{target}: {new FileInfo(target).Length} bytes");
            return ExitCode.Success;
        });
        return command;
    }

    private static ImmutableArray<string> ReadLabels(string path)
    {
        string[] lines = File.ReadAllLines(path);
        int count = lines.Length;
        while (count > 0 && string.IsNullOrWhiteSpace(lines[count - 1])) count--;
        return [.. lines[..count].Select(line => line.Trim())];
    }
}
