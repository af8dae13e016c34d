using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>
/// Takes what scales and shifts channels by constants (batch normalization; multiplication, addition, subtraction, division) into the
/// weights and bias of the convolution or fully connected layer before it, in fp32 models.
/// </summary>
public static class NormalizationFolding
{
    /// <summary>The graph with fewer nodes; what it computes stays the same up to rounding.</summary>
    public static Graph Run(Graph graph)
    {
        // What a value stands for: the layer whose weights take in what followed.
        var layers = new Dictionary<Value, Layer>();
        return GraphRewriter.Run(graph, (rewriter, node) =>
        {
            if (Layer.Of(rewriter, node) is { } layer)
            {
                layers[node.Output] = layer;
                Emit(rewriter, node.Output, layer);
            }
            else if (node.Inputs.FirstOrDefault(layers.ContainsKey) is { } input && graph.ConsumersOf(input).Length == 1 && !graph.IsOutput(input)
                && layers[input] is var before && Scaling(node, input, before.Channels) is { } scaling)
            {
                Layer folded = before.Scaled(scaling.Factors, scaling.Offsets);
                layers[node.Output] = folded;
                Emit(rewriter, node.Output, folded);
            }
            else
            {
                rewriter.Copy(node);
            }
        });
    }

    // The layers that a later node replaces are left without readers, and fall away when the graph is built.
    private static void Emit(GraphRewriter rewriter, Value output, Layer layer) =>
        rewriter[output] = layer.Factors is null
            ? rewriter.Add(layer.Node.Op, layer.Node.Name, [.. layer.Node.Inputs.Select(input => rewriter[input])])
            : rewriter.Add(layer.Node.Op, layer.Node.Name, rewriter[layer.Node.Inputs[0]], layer.ScaledWeights(rewriter), layer.ScaledBias(rewriter));

    /// <summary>y = factor · x + offset along the last axis, if that is what the node computes.</summary>
    private static (float[] Factors, float[] Offsets)? Scaling(Node node, Value input, int channels)
    {
        if (node.Op is BatchNormalization norm && node.Inputs[0] == input)
        {
            if (node.Inputs.Skip(1).Any(p => p.Constant is null)) return null;
            float[] scale = Reals(1), bias = Reals(2), mean = Reals(3), variance = Reals(4);
            float[] factors = new float[scale.Length], offsets = new float[scale.Length];
            for (int c = 0; c < scale.Length; c++)
            {
                double factor = scale[c] / Math.Sqrt(variance[c] + norm.Epsilon);
                (factors[c], offsets[c]) = ((float)factor, (float)(bias[c] - mean[c] * factor));
            }
            return (factors, offsets);

            float[] Reals(int i) => node.Inputs[i].Constant!.ToArray<float>();
        }
        if (node.Op is not (Mul or Add or Sub or Div) || node.Inputs.Length != 2 || node.Output.Type.Shape != input.Type.Shape) return null;
        bool first = node.Inputs[0] == input;
        Value other = node.Inputs[first ? 1 : 0];
        if (other.Constant is null || other.Type.Element != ElementType.Float32 || other == input) return null;
        if (PerChannel(other, channels) is not { } values) return null;
        float[] ones = Filled(1, channels), zeros = new float[channels];
        return node.Op switch
        {
            Mul => (values, zeros),
            Add => (ones, values),
            Sub when first => (ones, Array.ConvertAll(values, v => -v)),
            Sub => (Filled(-1, channels), values),
            Div when first && !values.AsSpan().Contains(0) => (Array.ConvertAll(values, v => 1 / v), zeros),
            _ => null,
        };
    }

    private static float[]? PerChannel(Value other, int channels)
    {
        Shape shape = other.Type.Shape;
        if (shape.ElementCount == 1) return Filled(other.Constant!.ToArray<float>()[0], channels);
        return shape.Rank > 0 && shape[^1] == channels && shape.ElementCount == channels ? other.Constant!.ToArray<float>() : null;
    }

    private static float[] Filled(float value, int count)
    {
        float[] values = new float[count];
        Array.Fill(values, value);
        return values;
    }

    /// <summary>A layer with constant weights, and what its result is multiplied by and added to.</summary>
    private sealed record Layer(Node Node, int Channels, double[]? Factors, double[]? Offsets)
    {
        public static Layer? Of(GraphRewriter rewriter, Node node)
        {
            bool folds = node.Op is Conv2D or DepthwiseConv2D or Dense && node.Output.Type.Element == ElementType.Float32
                && rewriter[node.Inputs[1]].Constant is not null && (node.Inputs.Length < 3 || rewriter[node.Inputs[2]].Constant is not null);
            return folds ? new Layer(node, node.Output.Type.Shape[^1], null, null) : null;
        }

        public Layer Scaled(float[] factors, float[] offsets)
        {
            double[] allFactors = new double[factors.Length], allOffsets = new double[factors.Length];
            for (int c = 0; c < factors.Length; c++)
            {
                allFactors[c] = (Factors?[c] ?? 1) * factors[c];
                allOffsets[c] = (Offsets?[c] ?? 0) * factors[c] + offsets[c];
            }
            return this with { Factors = allFactors, Offsets = allOffsets };
        }

        public Value ScaledWeights(GraphRewriter rewriter)
        {
            Value weights = rewriter[Node.Inputs[1]];
            float[] scaled = weights.Constant!.ToArray<float>();
            // Output channels come first, but in depthwise weights last.
            int inner = Node.Op is DepthwiseConv2D ? 1 : scaled.Length / Channels;
            for (int i = 0; i < scaled.Length; i++) scaled[i] = (float)(scaled[i] * Factors![i / inner % Channels]);
            return rewriter.Constant(Reals(weights.Type.Shape, scaled), weights.Name);
        }

        public Value ScaledBias(GraphRewriter rewriter)
        {
            float[] bias = Node.Inputs.Length > 2 ? rewriter[Node.Inputs[2]].Constant!.ToArray<float>() : new float[Channels];
            for (int c = 0; c < Channels; c++) bias[c] = (float)(bias[c] * Factors![c] + Offsets![c]);
            return rewriter.Constant(Reals([Channels], bias), Node.Name + "/bias");
        }

        private static Constant Reals(Shape shape, float[] values) =>
            Constant.Dense(new TensorType(ElementType.Float32, shape), System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
