using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeNet.Model;
using EdgeNet.Runtime;
using Spectre.Console;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet inspect</c>: what is in a model.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        Command command = new("inspect", "Show a model's layers, what they cost, how their weights are stored, and its card.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Option<bool> plan = new("--plan") { Description = "Show how this machine would run it: steps, kernels, memory." };
        Option<int> threads = SessionArguments.CreateThreads();
        command.Add(json);
        command.Add(plan);
        command.Add(threads);
        command.SetAction(parsed =>
        {
            string path = model.Path(parsed);
            if (parsed.GetValue(plan))
            {
                using InferenceSession session = SessionArguments.Open(model.Load(parsed), parsed.GetValue(threads));
                if (parsed.GetValue(json)) PlanListing.PrintJson(parsed.InvocationConfiguration.Output, session);
                else PlanListing.Print(parsed.InvocationConfiguration.Output, session);
                return ExitCode.Success;
            }
            var statistics = new ModelStatistics(model.Load(parsed));
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) output.WriteLine(JsonSerializer.Serialize(Describe(path, statistics), ModelCardFile.Json));
            else Print(output, path, statistics);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(TextWriter output, string path, ModelStatistics statistics)
    {
        Graph graph = statistics.Graph;
        foreach (Value input in graph.Inputs) output.WriteLine($"input  {input.Name}: {Describe(input.Type)}");
        foreach (GraphOutput result in graph.Outputs) output.WriteLine($"output {result.Name}: {Describe(result.Value.Type)}");

        Table layers = Tables.Create(">#", "op", "name", "output", ">parameters", ">MACs");
        foreach (NodeStatistics node in statistics.Nodes)
        {
            layers.AddCells(
                Number(node.Index), node.Node.Op.Name, node.Node.Name, string.Join(", ", node.Node.Outputs.Select(value => value.Type)),
                Number(node.Parameters), Number(node.Macs));
        }
        Tables.Write(output, layers);

        Table constants = Tables.Create("constant", "type", "storage", ">values", ">bits", ">zeros", "encoding", ">bytes", ">stored");
        foreach (ConstantStatistics constant in statistics.Constants)
        {
            constants.AddCells(
                NameOf(graph, constant.Value), $"{constant.Constant.Type}", $"{constant.Constant.Storage}", Number(constant.Distinct),
                Invariant($"{constant.Bits:0.0}"), Invariant($"{100 * constant.Sparsity:0.0} %"), $"{constant.Encoding}",
                Number(constant.DenseBytes), Number(constant.StoredBytes));
        }
        Tables.Write(output, constants);

        Table totals = Tables.Create("total", ">");
        totals.AddCells("layers", Number(statistics.Nodes.Length));
        totals.AddCells("parameters", Number(statistics.Parameters));
        totals.AddCells("parameters that are not zero", Number(statistics.NonZeroParameters));
        totals.AddCells("MACs of one run", Number(statistics.Macs));
        totals.AddCells("parameters as float32, bytes", Number(statistics.Float32Bytes));
        totals.AddCells("constants as stored in .edgenet, bytes", Number(statistics.StoredBytes));
        totals.AddCells("whole model as .edgenet, bytes", Number(statistics.EdgeNetBytes));
        totals.AddCells("this file, bytes", Number(new FileInfo(path).Length));
        Tables.Write(output, totals);
        if (graph.Card != ModelCard.Empty) output.WriteLine($"card {JsonSerializer.Serialize(Abridged(graph.Card), ModelCardFile.Json)}");
    }

    private static object Describe(string path, ModelStatistics statistics) => new
    {
        File = path,
        FileBytes = new FileInfo(path).Length,
        Inputs = statistics.Graph.Inputs.Select(input => new { input.Name, input.Type.Element, input.Type.Shape, input.Type.Quantization }),
        Outputs = statistics.Graph.Outputs.Select(result => new { result.Name, result.Value.Type.Element, result.Value.Type.Shape, result.Value.Type.Quantization }),
        Layers = statistics.Nodes.Select(node => new
        {
            node.Index,
            Op = node.Node.Op.Name,
            node.Node.Name,
            Inputs = node.Node.Inputs.Select(value => value.Type.Shape),
            Outputs = node.Node.Outputs.Select(value => new { value.Type.Element, value.Type.Shape }),
            node.Parameters,
            node.Macs,
        }),
        Constants = statistics.Constants.Select(constant => new
        {
            Name = NameOf(statistics.Graph, constant.Value),
            constant.Constant.Type.Element,
            constant.Constant.Type.Shape,
            constant.Constant.Storage,
            constant.Elements,
            constant.Distinct,
            constant.Bits,
            constant.Sparsity,
            constant.Encoding,
            constant.DenseBytes,
            constant.StoredBytes,
            constant.TableBytes,
        }),
        Totals = new
        {
            Layers = statistics.Nodes.Length,
            statistics.Parameters,
            statistics.NonZeroParameters,
            statistics.Macs,
            statistics.Float32Bytes,
            statistics.StoredBytes,
            statistics.EdgeNetBytes,
        },
        statistics.Graph.Card,
    };

    /// <summary>Constants often have no name of their own: then the layer that reads it first, and which of its inputs it is.</summary>
    private static string NameOf(Graph graph, Value constant)
    {
        if (constant.Name.Length > 0) return constant.Name;
        return graph.ConsumersOf(constant) is [Node first, ..] ? $"{first.Name}[{first.Inputs.IndexOf(constant)}]" : "";
    }

    /// <summary>A thousand labels would push the rest off the screen; <c>--json</c> has them all.</summary>
    private static ModelCard Abridged(ModelCard card) =>
        card.Labels is { IsDefault: false, Length: > 6 } labels ? card with { Labels = [.. labels[..5], $"… {labels.Length} in all"] } : card;

    private static string Describe(TensorType type) =>
        type.Quantization is { IsPerTensor: true } q ? Invariant($"{type.Element}{type.Shape}, scale {q.Scale}, zero point {q.ZeroPoint}") : $"{type}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
