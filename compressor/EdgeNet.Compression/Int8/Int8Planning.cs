using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Makes the plan of a prepared graph: watches its activations on examples, and chooses ranges and scales.</summary>
internal static class Int8Planning
{
    /// <exception cref="CompressionException">There is no layer that could work on codes.</exception>
    public static Int8Plan Run(Graph graph, Int8Step step, IReadOnlyList<float[][]> examples)
    {
        HashSet<Node> nodes = Int8Selection.Of(graph, _ => true);
        if (!nodes.Any(node => Int8Forms.Of(node) == Int8Form.Weighted))
            throw new CompressionException("int8: the model has no convolution or fully connected layer with constant weights; there is nothing to quantize");
        var groups = Groups(graph, nodes);
        Value[] watched = [.. groups.SelectMany(group => group.Sources).Distinct()];
        ActivationHistogram[] histograms = [.. watched.Select(_ => new ActivationHistogram())];
        ActivationRun.Observe(graph, watched, examples, (value, _, elements) => histograms[value].Add(elements));
        var seen = watched.Zip(histograms).ToDictionary(pair => pair.First, pair => pair.Second);

        var activations = new Dictionary<Value, Quantization>();
        var chosen = new Quantization[groups.Count];
        Parallel.For(0, groups.Count, i =>
        {
            var all = new ActivationHistogram();
            foreach (Value source in groups[i].Sources) all.Add(seen[source]);
            // Of results, the largest matter most: nothing is cut off.
            chosen[i] = RangeChoice.Of(all, groups[i].IsResult ? Calibration.MinMax : step.Calibration).ToQuantization();
        });
        for (int i = 0; i < groups.Count; i++)
        {
            foreach (Value member in groups[i].Members) activations[member] = chosen[i];
        }
        Node[] layers = [.. graph.Nodes.Where(node => nodes.Contains(node) && Int8Forms.Of(node) == Int8Form.Weighted)];
        var codes = new WeightCodes[layers.Length];
        Parallel.For(0, layers.Length, i => codes[i] = Codes(layers[i], activations[layers[i].Inputs[0]], step));
        return new Int8Plan(graph, nodes, activations, layers.Zip(codes).ToDictionary(pair => pair.First, pair => pair.Second), Unsupported(graph, nodes));
    }

    private static WeightCodes Codes(Node layer, Quantization input, Int8Step step)
    {
        (Shape shape, int axis) = (layer.Inputs[1].Type.Shape, LayerWeights.OutputAxis(layer));
        double[] least = new double[shape[axis]];
        float[]? bias = layer.Inputs.Length > 2 ? layer.Inputs[2].Constant!.ToArray<float>() : null;
        // Half the room of a bias, and half again for what correction adds.
        for (int channel = 0; channel < least.Length; channel++) least[channel] = Math.Max(4 * Math.Abs((double)(bias?[channel] ?? 0)) / input.Scale / Int8Conversion.MostBias, 1e-30);
        return WeightCodes.Of(shape, layer.Inputs[1].Constant!.ToArray<float>(), axis, least, step.PerChannel, step.Calibration != Calibration.MinMax, step.KeepShared);
    }

    /// <summary>Activations of one set of parameters.</summary>
    /// <param name="Members">All of them.</param>
    /// <param name="Sources">Those that hold whatever any of them holds.</param>
    /// <param name="IsResult">Whether the user sees one of them, or a function of it with no layer between.</param>
    private sealed record Group(Value[] Members, Value[] Sources, bool IsResult);

    private static List<Group> Groups(Graph graph, HashSet<Node> nodes)
    {
        HashSet<Node> before = Int8Selection.BeforeLayers(graph);
        var groups = new List<Group>();
        foreach (IGrouping<Value, Value> shared in SharedParameters.Of(graph, nodes).Groups)
        {
            HashSet<Value> members = [.. shared], sources = [];
            foreach (Value member in shared)
            {
                if (member.Producer is { } producer && nodes.Contains(producer) && Int8Forms.Of(producer) == Int8Form.Mover)
                    sources.UnionWith(Int8Forms.Data(producer).Where(part => !members.Contains(part)));
                else if (!(graph.ConsumersOf(member) is [var next] && nodes.Contains(next) && SharedParameters.IsAbsorbed(graph, nodes, next)))
                    sources.Add(member);
            }
            bool isResult = shared.Any(member => graph.IsOutput(member) || graph.ConsumersOf(member).Any(reader => !nodes.Contains(reader) && !before.Contains(reader) && Int8Forms.Of(reader) != Int8Form.Weighted));
            groups.Add(new Group([.. shared], [.. sources], isResult));
        }
        return groups;
    }

    /// <summary>What stays in Float32 because it has no form on codes, where it takes part in the work of layers.</summary>
    private static ImmutableArray<string> Unsupported(Graph graph, HashSet<Node> nodes)
    {
        HashSet<Node> before = Int8Selection.BeforeLayers(graph), after = [];
        var remarks = ImmutableArray.CreateBuilder<string>();
        foreach (Node node in graph.Nodes)
        {
            bool follows = node.Inputs.Any(input => input.Producer is { } producer && (after.Contains(producer) || nodes.Contains(producer)));
            if (follows) after.Add(node);
            if (nodes.Contains(node) || !(follows || before.Contains(node) || node.MultiplyAdds > 0)) continue;
            if (Int8Forms.Of(node) == Int8Form.None) remarks.Add($"{node} stays Float32: {Int8Forms.Reason(node)}");
        }
        return remarks.ToImmutable();
    }
}
