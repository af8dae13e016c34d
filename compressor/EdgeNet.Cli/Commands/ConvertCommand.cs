using System.Collections.Immutable;
using System.CommandLine;
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
        Option<string?> labels = new("--labels") { Description = "A text file with the name of one class per line; a detector's background may be left out.", HelpName = "file" };
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
            if (parsed.GetValue(labels) is { } labelFile) result = result with { Labels = WithBackground(ReadLabels(labelFile), result.Detector, graph) };
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

    /// <summary>Label files of detectors mostly begin with the first class that is one; the outputs begin with the background.</summary>
    private static ImmutableArray<string> WithBackground(ImmutableArray<string> labels, Detector? detector, Graph graph)
    {
        if (detector is not { Background: 0, Coding: BoxCoding.TensorFlowSsd or BoxCoding.CaffeSsd, Scores: { IsDefault: false, Length: 1 } names }) return labels;
        Shape scores = graph.Outputs.FirstOrDefault(output => output.Name == names[0])?.Value.Type.Shape ?? Shape.Scalar;
        return scores.Rank > 0 && scores[^1] == labels.Length + 1 ? ["background", .. labels] : labels;
    }

    private static ImmutableArray<string> ReadLabels(string path)
    {
        string[] lines = File.ReadAllLines(path);
        int count = lines.Length;
        while (count > 0 && string.IsNullOrWhiteSpace(lines[count - 1])) count--;
        return [.. lines[..count].Select(line => line.Trim())];
    }
}
