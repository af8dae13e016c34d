using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>Goes through an int8 graph layer after layer with all examples, so that each can make up for what those before it changed.</summary>
internal static class LayerByLayer
{
    /// <summary>Memory for the values between two nodes, of all examples.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>The plan with its weights rounded anew, and the corrected biases of its layers, as far as the step asks for them.</summary>
    public static (Int8Plan Plan, IReadOnlyDictionary<Node, float[]> Biases) Run(Int8Plan plan, Int8Step step, bool correctBias, bool adaptRounding, IReadOnlyList<float[][]> examples)
    {
        var biases = new Dictionary<Node, float[]>();
        var weights = new Dictionary<Node, WeightCodes>();
        if (!correctBias && !adaptRounding) return (plan, biases);
        Int8Conversion.Result int8 = Int8Conversion.Run(plan);
        examples = [.. examples.Take((int)Math.Max(1, MostBytes / Math.Max(1, PeakBytes(int8.Graph))))];
        BiasCorrection? correction = correctBias ? new BiasCorrection(plan, examples) : null;

        var values = new Dictionary<Value, byte[][]>();
        for (int i = 0; i < int8.Graph.Inputs.Length; i++) values[int8.Graph.Inputs[i]] = [.. examples.Select(example => MemoryMarshal.AsBytes(example[i].AsSpan()).ToArray())];
        Dictionary<Value, int> readers = int8.Graph.Nodes.SelectMany(node => node.Inputs.Distinct()).GroupBy(value => value).ToDictionary(group => group.Key, group => group.Count());
        Node last = int8.Graph.Nodes.Last(int8.Layers.ContainsKey);
        foreach (Node node in int8.Graph.Nodes)
        {
            Constant?[] constants = [.. node.Inputs.Select(input => input.Constant)];
            if (int8.Layers.TryGetValue(node, out Node? layer))
            {
                Quantization input = node.Inputs[0].Type.Quantization!;
                WeightCodes codes = plan.WeightsOf(layer);
                // Of shared weights there would be more; channels that lie on a grid have nothing to gain.
                if (adaptRounding && !codes.IsExact && !(step.KeepShared && codes.Quantization.IsPerTensor && WeightCodes.AreShared(layer.Inputs[1].Constant!.ToArray<float>())))
                    codes = weights[layer] = ErrorFeedbackRounding.Run(layer, codes, input, values[node.Inputs[0]]);
                Constant adapted = codes.ToConstant(layer.Inputs[1].Type.Shape);
                if (correction is not null) biases[layer] = correction.Corrected(layer, codes, input, values[node.Inputs[0]]);
                Constant? bias = correction is not null ? Constant.Of<int>(Int8Conversion.BiasCodes(biases[layer], input, codes.Quantization)) : constants.ElementAtOrDefault(2);
                constants = bias is null ? [null, adapted] : [null, adapted, bias];
            }
            if (node == last) break;
            Compute(node, constants, values, examples.Count);
            foreach (Value input in node.Inputs.Distinct())
            {
                if (--readers[input] == 0) values.Remove(input);
            }
        }
        return (plan.WithWeights(weights), biases);
    }

    /// <summary>Runs one node by itself, with these constants among its inputs, on what it reads of each example.</summary>
    private static void Compute(Node node, Constant?[] constants, Dictionary<Value, byte[][]> values, int count)
    {
        var builder = new GraphBuilder();
        Value[] fed = [.. node.Inputs.Where(input => input.Constant is null).Distinct()];
        Dictionary<Value, Value> known = fed.Select((value, i) => (value, builder.Input($"{i}", value.Type))).ToDictionary();
        Node alone = builder.AddNode(node.Op, node.Name, [.. constants.Select((constant, i) => constant is null ? known[node.Inputs[i]] : builder.Constant(constant))]);
        for (int i = 0; i < alone.Outputs.Length; i++) builder.Output($"{i}", alone.Outputs[i]);
        using InferenceSession session = ActivationRun.Open(builder.Build());
        foreach (Value output in node.Outputs) values[output] = new byte[count][];
        for (int example = 0; example < count; example++)
        {
            for (int i = 0; i < fed.Length; i++) values[fed[i]][example].CopyTo(Bytes(session, i));
            session.Run();
            for (int i = 0; i < node.Outputs.Length; i++) values[node.Outputs[i]][example] = OutputBytes(session, i).ToArray();
        }
    }

    private static Span<byte> Bytes(InferenceSession session, int index) => session.Graph.Inputs[index].Type.Element switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(session.Input<float>(index)),
        ElementType.Int8 => MemoryMarshal.AsBytes(session.Input<sbyte>(index)),
        ElementType.UInt8 => session.Input<byte>(index),
        ElementType.Int32 => MemoryMarshal.AsBytes(session.Input<int>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(session.Input<long>(index)),
        _ => MemoryMarshal.AsBytes(session.Input<bool>(index)),
    };

    private static ReadOnlySpan<byte> OutputBytes(InferenceSession session, int index) => session.Graph.Outputs[index].Value.Type.Element switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(session.Output<float>(index)),
        ElementType.Int8 => MemoryMarshal.AsBytes(session.Output<sbyte>(index)),
        ElementType.UInt8 => session.Output<byte>(index),
        ElementType.Int32 => MemoryMarshal.AsBytes(session.Output<int>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(session.Output<long>(index)),
        _ => MemoryMarshal.AsBytes(session.Output<bool>(index)),
    };

    /// <summary>The most bytes of one example that are alive at once.</summary>
    private static long PeakBytes(Graph graph)
    {
        Dictionary<Value, int> readers = graph.Nodes.SelectMany(node => node.Inputs.Distinct()).GroupBy(value => value).ToDictionary(group => group.Key, group => group.Count());
        long bytes = graph.Inputs.Sum(input => input.Type.ByteCount), peak = bytes;
        foreach (Node node in graph.Nodes)
        {
            bytes += node.Outputs.Sum(output => output.Type.ByteCount);
            peak = Math.Max(peak, bytes);
            foreach (Value input in node.Inputs.Distinct().Where(input => input.Constant is null && --readers[input] == 0)) bytes -= input.Type.ByteCount;
        }
        return peak;
    }
}
