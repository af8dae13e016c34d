using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>
/// Shifts the biases of an int8 graph so that each layer's outputs have, before any clamp, the means of the Float32 graph's on examples (Nagel et
/// al. 2019, empirical): layer after layer, each with what the corrected ones before it give.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>Memory for the values between two nodes, of all examples.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>The corrected biases of all layers of a plan.</summary>
    public static Dictionary<Node, float[]> Run(Int8Plan plan, IReadOnlyList<float[][]> examples)
    {
        Int8Conversion.Result int8 = Int8Conversion.Run(plan);
        examples = [.. examples.Take((int)Math.Max(1, MostBytes / Math.Max(1, PeakBytes(int8.Graph))))];
        Node[] layers = [.. plan.Layers];
        PatchMean[] means = [.. layers.Select(layer => new PatchMean(layer))];
        ActivationRun.Observe(plan.Graph, [.. layers.Select(layer => layer.Inputs[0])], examples, (value, _, elements) => means[value].Add(Limited(elements, plan.QuantizationOf(layers[value].Inputs[0])!)));
        var expected = layers.Zip(means).ToDictionary(pair => pair.First, pair => pair.Second.Outputs(pair.First.Inputs[1].Constant!.ToArray<float>()));

        var biases = new Dictionary<Node, float[]>();
        var values = new Dictionary<Value, byte[][]>();
        for (int i = 0; i < int8.Graph.Inputs.Length; i++) values[int8.Graph.Inputs[i]] = [.. examples.Select(example => MemoryMarshal.AsBytes(example[i].AsSpan()).ToArray())];
        Dictionary<Value, int> readers = int8.Graph.Nodes.SelectMany(node => node.Inputs.Distinct()).GroupBy(value => value).ToDictionary(group => group.Key, group => group.Count());
        Node last = int8.Graph.Nodes.Last(int8.Layers.ContainsKey);
        foreach (Node node in int8.Graph.Nodes)
        {
            Constant? corrected = null;
            if (int8.Layers.TryGetValue(node, out Node? layer))
            {
                Quantization input = node.Inputs[0].Type.Quantization!;
                WeightCodes codes = plan.WeightsOf(layer);
                biases[layer] = Corrected(layer, codes, input, values[node.Inputs[0]], expected[layer]);
                corrected = Constant.Of<int>(Int8Conversion.BiasCodes(biases[layer], input, codes.Quantization));
            }
            if (node == last) break;
            Compute(node, corrected, values, examples.Count);
            foreach (Value input in node.Inputs.Distinct())
            {
                if (--readers[input] == 0) values.Remove(input);
            }
        }
        return biases;
    }

    /// <summary>
    /// Values within the range of codes. What a chosen range cuts off is rare and large: it is missing where it was, and a shift of all outputs
    /// to make up for it would only do harm elsewhere.
    /// </summary>
    private static float[] Limited(ReadOnlySpan<float> values, Quantization quantization)
    {
        float low = quantization.Scale * (sbyte.MinValue - quantization.ZeroPoint), high = quantization.Scale * (sbyte.MaxValue - quantization.ZeroPoint);
        float[] limited = new float[values.Length];
        for (int i = 0; i < limited.Length; i++) limited[i] = Math.Clamp(values[i], low, high);
        return limited;
    }

    private static float[] Corrected(Node layer, WeightCodes codes, Quantization input, byte[][] examples, double[] expected)
    {
        var mean = new PatchMean(layer);
        foreach (byte[] example in examples) mean.Add(Reals(example, input));
        double[] actual = mean.Outputs(codes.Values(layer.Inputs[1].Type.Shape));
        float[] bias = layer.Inputs.Length > 2 ? layer.Inputs[2].Constant!.ToArray<float>() : new float[actual.Length];
        for (int channel = 0; channel < bias.Length; channel++) bias[channel] = (float)(bias[channel] + expected[channel] - actual[channel]);
        return bias;
    }

    /// <summary>Runs one node by itself, with another bias if there is one, on what it reads of each example.</summary>
    private static void Compute(Node node, Constant? bias, Dictionary<Value, byte[][]> values, int count)
    {
        var builder = new GraphBuilder();
        Value[] fed = [.. node.Inputs.Where(input => input.Constant is null).Distinct()];
        Dictionary<Value, Value> known = fed.Select((value, i) => (value, builder.Input($"{i}", value.Type))).ToDictionary();
        Value[] inputs = [.. node.Inputs.Take(bias is null ? node.Inputs.Length : 2).Select(input => known.TryGetValue(input, out Value? value) ? value : builder.Constant(input.Constant!))];
        Node alone = builder.AddNode(node.Op, node.Name, bias is null ? inputs : [.. inputs, builder.Constant(bias)]);
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

    private static float[] Reals(byte[] bytes, Quantization quantization)
    {
        float[] reals = new float[bytes.Length];
        for (int i = 0; i < reals.Length; i++) reals[i] = quantization.Scale * ((sbyte)bytes[i] - quantization.ZeroPoint);
        return reals;
    }

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
