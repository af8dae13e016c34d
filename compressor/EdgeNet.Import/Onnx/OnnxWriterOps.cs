using EdgeNet.Import.Passes;
using EdgeNet.Model;
using static EdgeNet.Import.Onnx.OnnxWriterTensors;

namespace EdgeNet.Import.Onnx;

/// <summary>One node in ONNX's operators.</summary>
internal sealed partial class OnnxWriterOps(OnnxWriterGraph graph, Node node)
{
    private Value X => node.Inputs[0];

    private Shape Shape => X.Type.Shape;

    /// <summary>Writes the node.</summary>
    /// <exception cref="UnsupportedOperatorException">Operator set 17 has no equivalent.</exception>
    public void Write()
    {
        switch (node.Op)
        {
            case Conv2D or DepthwiseConv2D or ConvTranspose2D or Pool2D or BatchNormalization or InstanceNormalization or LocalResponseNormalization:
                graph.SetReal(node.Output, Image(), channelsFirst: true);
                break;
            case Dequantize:
                bool first = graph.IsChannelsFirst(X);
                graph.SetStored(node.Output, graph.Real(X, first), first);
                break;
            case Unary or Not or Cast or Quantize { OutputQuantization.IsPerTensor: true }:
                first = graph.IsChannelsFirst(X);
                graph.SetReal(node.Output, Elementwise(graph.Real(X, first)), first);
                break;
            case Quantize:
                graph.SetReal(node.Output, graph.Real(X));
                break;
            case Binary or Where or Concat:
                Joined();
                break;
            case Transpose op:
                Transposed(new Permutation(op.Permutation));
                break;
            case Resize op:
                first = Shape.Rank == 4 && op.Sizes[0] == Shape[0] && op.Sizes[3] == Shape[3] && op.Scales[0] == 1 && op.Scales[3] == 1;
                graph.SetReal(node.Output, Resized(op, first), first);
                break;
            case TopK op:
                string[] pair = graph.Emit("TopK", 2, [graph.Real(X), graph.Int64s(op.Count)], Attribute("axis", op.Axis), Attribute("largest", op.Largest));
                graph.SetReal(node.Outputs[0], pair[0]);
                graph.SetReal(node.Outputs[1], pair[1]);
                break;
            case DetectionPostProcess:
                throw Unsupported("ONNX has no such operator; export the graph up to its box codes and scores, and decode them after the model");
            default:
                graph.SetReal(node.Output, Plain());
                break;
        }
    }

    private UnsupportedOperatorException Unsupported(string advice) => new(node.Op.Name, node.Name, advice);

    private string[] Reals => [.. node.Inputs.Select(input => graph.Real(input))];

    private string Elementwise(string x) => node.Op switch
    {
        Quantize => x,
        Clip op => graph.Emit("Clip", [x, Limit(op.Min), Limit(op.Max)]),
        LeakyRelu op => graph.Emit("LeakyRelu", [x], Attribute("alpha", op.Alpha)),
        ThresholdedRelu op => graph.Emit("ThresholdedRelu", [x], Attribute("alpha", op.Alpha)),
        Elu op => graph.Emit("Elu", [x], Attribute("alpha", op.Alpha)),
        Celu op => graph.Emit("Celu", [x], Attribute("alpha", op.Alpha)),
        Selu op => graph.Emit("Selu", [x], Attribute("alpha", op.Alpha), Attribute("gamma", op.Gamma)),
        HardSigmoid op => graph.Emit("HardSigmoid", [x], Attribute("alpha", op.Alpha), Attribute("beta", op.Beta)),
        Cast op => graph.Emit("Cast", [x], Attribute("to", DataTypeOf(op.To))),
        Gelu { Approximate: false } => Half(x, graph.Emit("Erf", [By("Mul", x, Math.Sqrt(0.5))])),
        Gelu => Half(x, graph.Emit("Tanh", [By("Mul", graph.Emit("Add", [x, By("Mul", By("Pow", x, 3), 0.044715)]), Math.Sqrt(2 / Math.PI))])),
        Mish => graph.Emit("Mul", [x, graph.Emit("Tanh", [graph.Emit("Softplus", [x])])]),
        Relu or Abs or Neg or Sign or Sigmoid or HardSwish or Tanh or Exp or Log or Sqrt or Reciprocal or Floor or Ceil or Round or Erf
            or Softplus or Softsign or Sin or Cos or Not => graph.Emit(node.Op.Name, [x]),
        _ => throw Unsupported("the ONNX writer does not know it"),
    };

    private string By(string op, string x, double number) => graph.Emit(op, [x, graph.Scalar(number)]);

    private string Half(string x, string y) => graph.Emit("Mul", [By("Mul", x, 0.5), By("Add", y, 1)]);

    private string Limit(float limit) => float.IsInfinity(limit) ? "" : graph.Scalar(limit, node.Output.Type.Quantization is null ? X.Type.Element : ElementType.Float32);

    /// <summary>Several tensors of one layout; channels first only where no input has to be brought there.</summary>
    private void Joined()
    {
        int rank = node.Output.Type.Shape.Rank;
        bool first = node.Inputs.Any(graph.IsChannelsFirst)
            && node.Inputs.All(input => input.Type.Shape.Rank == rank && (input.Constant is not null || graph.IsChannelsFirst(input)));
        string[] inputs = [.. node.Inputs.Select(input => graph.Real(input, first))];
        string result = node.Op is Concat op
            ? graph.Emit("Concat", inputs, Attribute("axis", first ? OnnxWriterGraph.ChannelsFirst(rank).Inverse()[op.Axis] : op.Axis))
            : graph.Emit(node.Op.Name, inputs);
        graph.SetReal(node.Output, result, first);
    }

    /// <summary>A transpose between the two layouts is a matter of names.</summary>
    private void Transposed(Permutation order)
    {
        Permutation toFirst = OnnxWriterGraph.ChannelsFirst(order.Rank);
        if (order.Rank > 2 && order == toFirst) graph.SetStored(node.Output, graph.Stored(X, channelsFirst: true));
        else if (order.Rank > 2 && order == toFirst.Inverse()) graph.SetStored(node.Output, graph.Stored(X), channelsFirst: true);
        else graph.SetStored(node.Output, graph.Transposed(graph.Stored(X), order));
    }

    private string Plain() => node.Op switch
    {
        Dense => Connected(),
        MatMul => graph.Emit("MatMul", Reals),
        Softmax op => graph.Emit("Softmax", Reals, Attribute("axis", op.Axis)),
        LogSoftmax op => graph.Emit("LogSoftmax", Reals, Attribute("axis", op.Axis)),
        Reduction op => Reduced(op),
        IndexOfExtreme op => graph.Emit(op.Name, Reals, Attribute("axis", op.Axis), Attribute("keepdims", op.KeepDims), Attribute("select_last_index", op.SelectLast)),
        Reshape => graph.Reshaped(graph.Real(X), node.Output.Type.Shape),
        Slice op => Sliced(op),
        Pad { Mode: PadMode.Wrap } op => Wrapped(op),
        Pad op => graph.Emit("Pad",
            [graph.Real(X), graph.Int64s(op.Before.Concat(op.After).Select(x => (long)x)), op.Mode == PadMode.Constant ? graph.Scalar(op.Value, RealElement) : ""],
            Attribute("mode", op.Mode.ToString().ToLowerInvariant())),
        Gather op => graph.Emit("Gather", Reals, Attribute("axis", op.Axis)),
        GatherElements op => graph.Emit("GatherElements", Reals, Attribute("axis", op.Axis)),
        GatherNd op => graph.Emit("GatherND", Reals, Attribute("batch_dims", op.BatchDims)),
        Expand op => graph.Emit("Expand", [graph.Real(X), graph.Int64s(op.Shape.Select(x => (long)x))]),
        Tile op => graph.Emit("Tile", [graph.Real(X), graph.Int64s(op.Repeats.Select(x => (long)x))]),
        NonMaxSuppression op => Suppressed(op),
        _ => throw Unsupported("the ONNX writer does not know it"),
    };

    private ElementType RealElement => X.Type.Quantization is null ? X.Type.Element : ElementType.Float32;

    private string Connected()
    {
        string x = graph.Real(X);
        string? bias = node.Inputs.Length > 2 ? Bias() : null;
        if (Shape.Rank == 2)
            return graph.Emit("Gemm", [x, graph.Real(node.Inputs[1]), bias ?? ""], Attribute("transB", 1));
        string product = graph.Emit("MatMul", [x, graph.Transposed(graph.Real(node.Inputs[1]), new Permutation([1, 0]))]);
        return bias is null ? product : graph.Emit("Add", [product, bias]);
    }

    /// <summary>The bias of a weighted op; a quantized one stands at scale input × weight.</summary>
    private string Bias()
    {
        Value bias = node.Inputs[2];
        if (bias.Type.Element != ElementType.Int32) return graph.Real(bias);
        float x = X.Type.Quantization!.Scale;
        float[] scales = [.. node.Inputs[1].Type.Quantization!.Scales.Select(w => x * w)];
        return scales.Length == 1
            ? graph.Emit("DequantizeLinear", [graph.Stored(bias), graph.Scalar(scales[0])])
            : graph.Emit("DequantizeLinear", [graph.Stored(bias), graph.Number(Constant.Of<float>(scales))], Attribute("axis", 0));
    }

    private string Reduced(Reduction op)
    {
        string x = graph.Real(X);
        if (op.Axes.Count == 0)
        {
            // To ONNX no axes are all of them.
            return op switch
            {
                ReduceSumSquare => graph.Emit("Mul", [x, x]),
                ReduceL1 or ReduceL2 => graph.Emit("Abs", [x]),
                _ => graph.Emit("Identity", [x]),
            };
        }
        return op is ReduceSum
            ? graph.Emit("ReduceSum", [x, graph.Int64s(op.Axes.Select(axis => (long)axis))], Attribute("keepdims", op.KeepDims))
            : graph.Emit(op.Name, [x], Attribute("axes", op.Axes), Attribute("keepdims", op.KeepDims));
    }

    private string Sliced(Slice op)
    {
        long[] ends = new long[op.Sizes.Count];
        for (int axis = 0; axis < ends.Length; axis++)
        {
            long end = op.Sizes[axis] == 0 ? op.Starts[axis] : op.Starts[axis] + (op.Sizes[axis] - 1L) * op.Steps[axis] + Math.Sign(op.Steps[axis]);
            // A negative end counts from the back: one before the first element has to lie further out.
            ends[axis] = end < 0 ? int.MinValue : end;
        }
        return graph.Emit("Slice",
            [graph.Real(X), graph.Int64s(op.Starts.Select(x => (long)x)), graph.Int64s(ends), graph.Int64s(Enumerable.Range(0, ends.Length).Select(x => (long)x)), graph.Int64s(op.Steps.Select(x => (long)x))]);
    }

    /// <summary>Operator set 17 cannot pad from the other end; picking elements by index can.</summary>
    private string Wrapped(Pad op)
    {
        string x = graph.Real(X);
        for (int axis = 0; axis < Shape.Rank; axis++)
        {
            int extent = Shape[axis], before = op.Before[axis];
            if (before == 0 && op.After[axis] == 0) continue;
            string indices = graph.Int64s(Enumerable.Range(0, node.Output.Type.Shape[axis]).Select(i => (((long)i - before) % extent + extent) % extent));
            x = graph.Emit("Gather", [x, indices], Attribute("axis", axis));
        }
        return x;
    }

    /// <summary>ONNX gives as many rows as it finds; here they are filled up with −1 to the number that the graph states.</summary>
    private string Suppressed(NonMaxSuppression op)
    {
        int rows = node.Output.Type.Shape[0];
        string found = graph.Emit("NonMaxSuppression",
            [.. Reals, graph.Int64s(op.MaxPerClass), graph.Number(Constant.Of(op.IouThreshold)), float.IsNegativeInfinity(op.ScoreThreshold) ? "" : graph.Number(Constant.Of(op.ScoreThreshold))],
            Attribute("center_point_box", op.CenterPointBox));
        string filler = graph.Initializer(Constant.Of<long>([rows, 3], [.. Enumerable.Repeat(-1L, 3 * rows)]), "no_box");
        string all = graph.Emit("Concat", [found, filler], Attribute("axis", 0));
        string result = graph.Emit("Slice", [all, graph.Int64s(0), graph.Int64s(rows), graph.Int64s(0)]);
        graph.Note("a fixed number of rows: those beyond the boxes that were found hold -1");
        return result;
    }
}
