using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Passes;

/// <summary>
/// The plainest possible meaning of a graph, in double: codes are dequantized, the op is done on reals, the result is
/// requantized. Only ops that the tests of the passes use.
/// </summary>
internal static class Evaluator
{
    /// <summary>The outputs in order: reals, or codes where the output is quantized.</summary>
    public static double[][] Run(Graph graph, params double[][] inputs)
    {
        var values = new Dictionary<Value, double[]>();
        for (int i = 0; i < inputs.Length; i++) values[graph.Inputs[i]] = inputs[i];
        foreach (Value constant in graph.Constants)
        {
            values[constant] = constant.Type.Element == ElementType.Float32
                ? [.. constant.Constant!.ToArray<float>().Select(x => (double)x)]
                : [.. constant.Constant!.ToInt64s().Select(x => (double)x)];
        }
        foreach (Node node in graph.Nodes)
        {
            double[][] reals = [.. node.Inputs.Select(input => Real(input.Type, values[input]))];
            if (node.Inputs.Length == 3 && node.Inputs[2].Type.Element == ElementType.Int32) reals[2] = BiasReal(node, values[node.Inputs[2]]);
            double[][] results = Compute(node, reals);
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                TensorType type = node.Outputs[i].Type;
                Assert.Equal(type.Shape.ElementCount, results[i].Length);
                values[node.Outputs[i]] = type.Quantization is { } q ? Codes(type, q, results[i]) : results[i];
            }
        }
        return [.. graph.Outputs.Select(output => values[output.Value])];
    }

    private static int Channel(Quantization q, Shape shape, int i) => q.IsPerTensor ? 0 : i / shape.Product(q.Axis + 1, shape.Rank) % q.Scales.Count;

    private static double[] Real(TensorType type, double[] x) => type.Quantization is not { } q
        ? x
        : [.. x.Select((code, i) => (double)q.Scales[Channel(q, type.Shape, i)] * (code - q.ZeroPoints[Channel(q, type.Shape, i)]))];

    private static double[] Codes(TensorType type, Quantization q, double[] reals)
    {
        (int low, int high) = type.Element == ElementType.Int8 ? (-128, 127) : (0, 255);
        return [.. reals.Select((real, i) =>
        {
            int c = Channel(q, type.Shape, i);
            return Math.Clamp(Math.Round(real / q.Scales[c], MidpointRounding.ToEven) + q.ZeroPoints[c], low, high);
        })];
    }

    private static double[] BiasReal(Node node, double[] codes)
    {
        Quantization x = node.Inputs[0].Type.Quantization!, w = node.Inputs[1].Type.Quantization!;
        return [.. codes.Select((code, i) => code * x.Scale * w.Scales[w.IsPerTensor ? 0 : i])];
    }

    private static double[][] Compute(Node node, double[][] x)
    {
        Shape a = node.Inputs[0].Type.Shape, to = node.Output.Type.Shape;
        return node.Op switch
        {
            Quantize or Dequantize or Reshape => [x[0]],
            Relu => [Each(x[0], v => Math.Max(v, 0))],
            Sigmoid => [Each(x[0], v => 1 / (1 + Math.Exp(-v)))],
            Clip op => [Each(x[0], v => Math.Clamp(v, op.Min, op.Max))],
            Add => [Joined((p, q) => p + q)],
            Sub => [Joined((p, q) => p - q)],
            Mul => [Joined((p, q) => p * q)],
            PRelu => [Joined((p, slope) => p >= 0 ? p : slope * p)],
            Where => [Fill(to, i => At(0, i) != 0 ? At(1, i) : At(2, i))],
            Greater => [Joined((p, q) => p > q ? 1 : 0)],
            Transpose op => [Fill(to, i => x[0][Offset(a, Permuted(i, op.Permutation))])],
            Slice op => [Fill(to, i => x[0][Offset(a, [.. i.Select((k, axis) => op.Starts[axis] + k * op.Steps[axis])])])],
            Pad op => [Fill(to, i => Padded([.. i.Select((k, axis) => k - op.Before[axis])], op.Value))],
            Tile => [Fill(to, i => x[0][Offset(a, [.. i.Select((k, axis) => k % a[axis])])])],
            Expand => [Fill(to, i => At(0, i))],
            Gather op => [Fill(to, i => x[0][Offset(a, Gathered(i, op.Axis))])],
            Resize => [Fill(to, i => x[0][Offset(a, [.. i.Select((k, axis) => k * a[axis] / to[axis])])])],
            Concat op => [Fill(to, i => Part(i, op.Axis))],
            Softmax op => [Fill(to, i => Math.Exp(x[0][Offset(a, i)]) / Along(i, op.Axis).Sum(Math.Exp))],
            ReduceMean op => [Reduced(op, v => v.Average())],
            ReduceMax op => [Reduced(op, v => v.Max())],
            ReduceSum op => [Reduced(op, v => v.Sum())],
            ArgMax op => [Fill(to, i => { double[] v = [.. Along(Reinserted(i, op.Axis, op.KeepDims), op.Axis)]; return Array.IndexOf(v, v.Max()); })],
            TopK op => [Fill(to, i => Sorted(i, op.Axis).Value), Fill(to, i => Sorted(i, op.Axis).Index)],
            Pool2D op => [Fill(to, i => Pooled(i, op))],
            Conv2D op => [Fill(to, i => Convolved(i, op))],
            DepthwiseConv2D op => [Fill(to, i => ConvolvedAlone(i, op))],
            Dense => [Fill(to, i => Enumerable.Range(0, a[^1]).Sum(k => x[0][Offset(a, [.. i[..^1], k])] * x[1][i[^1] * a[^1] + k]) + (x.Length > 2 ? x[2][i[^1]] : 0))],
            _ => throw new NotSupportedException(node.ToString()),
        };

        double At(int input, int[] index)
        {
            Shape shape = node.Inputs[input].Type.Shape;
            return x[input][Offset(shape, [.. index[(index.Length - shape.Rank)..].Select((k, axis) => shape[axis] == 1 ? 0 : k)])];
        }
        double[] Joined(Func<double, double, double> f) => Fill(to, i => f(At(0, i), At(1, i)));
        double Padded(int[] i, double value) => i.Where((k, axis) => k < 0 || k >= a[axis]).Any() ? value : x[0][Offset(a, i)];
        int[] Gathered(int[] i, int axis)
        {
            Shape indices = node.Inputs[1].Type.Shape;
            return [.. i[..axis], (int)x[1][Offset(indices, i[axis..(axis + indices.Rank)])], .. i[(axis + indices.Rank)..]];
        }
        double Part(int[] i, int axis)
        {
            int part = 0, k = i[axis];
            while (k >= node.Inputs[part].Type.Shape[axis]) k -= node.Inputs[part++].Type.Shape[axis];
            return x[part][Offset(node.Inputs[part].Type.Shape, [.. i[..axis], k, .. i[(axis + 1)..]])];
        }
        IEnumerable<double> Along(int[] i, int axis) => Enumerable.Range(0, a[axis]).Select(k => x[0][Offset(a, [.. i[..axis], k, .. i[(axis + 1)..]])]);
        (double Value, int Index) Sorted(int[] i, int axis) => Along(i, axis).Select((v, k) => (v, k)).OrderByDescending(p => p.v).ElementAt(i[axis]);
        double[] Reduced(Reduction op, Func<IEnumerable<double>, double> fold)
        {
            Shape kept = new([.. a.Select((extent, axis) => op.Axes.Contains(axis) ? 1 : extent)]);
            var groups = new List<double>[kept.ElementCount];
            for (int i = 0; i < x[0].Length; i++)
            {
                int at = Offset(kept, [.. Index(a, i).Select((k, axis) => op.Axes.Contains(axis) ? 0 : k)]);
                (groups[at] ??= []).Add(x[0][i]);
            }
            return [.. groups.Select(fold)];
        }
        double Pooled(int[] i, Pool2D op)
        {
            List<double> window = [];
            for (int dy = 0; dy < op.Size[0]; dy++)
            {
                for (int dx = 0; dx < op.Size[1]; dx++)
                {
                    int py = i[1] * op.Strides[0] + dy - op.Padding[0], px = i[2] * op.Strides[1] + dx - op.Padding[1];
                    if (py >= 0 && py < a[1] && px >= 0 && px < a[2]) window.Add(x[0][Offset(a, [i[0], py, px, i[3]])]);
                }
            }
            return op.Kind == PoolKind.Max ? window.Max() : window.Average();
        }
        double Convolved(int[] i, Conv2D op)
        {
            Shape w = node.Inputs[1].Type.Shape;
            double sum = x.Length > 2 ? x[2][i[3]] : 0;
            for (int dy = 0; dy < w[1]; dy++)
            {
                for (int dx = 0; dx < w[2]; dx++)
                {
                    int py = i[1] * op.Strides[0] + dy - op.Padding[0], px = i[2] * op.Strides[1] + dx - op.Padding[1];
                    if (py < 0 || py >= a[1] || px < 0 || px >= a[2]) continue;
                    for (int c = 0; c < w[3]; c++) sum += x[0][Offset(a, [i[0], py, px, c])] * x[1][Offset(w, [i[3], dy, dx, c])];
                }
            }
            return sum;
        }
        double ConvolvedAlone(int[] i, DepthwiseConv2D op)
        {
            Shape w = node.Inputs[1].Type.Shape;
            double sum = x.Length > 2 ? x[2][i[3]] : 0;
            for (int dy = 0; dy < w[0]; dy++)
            {
                for (int dx = 0; dx < w[1]; dx++)
                {
                    int py = i[1] * op.Strides[0] + dy - op.Padding[0], px = i[2] * op.Strides[1] + dx - op.Padding[1];
                    if (py < 0 || py >= a[1] || px < 0 || px >= a[2]) continue;
                    sum += x[0][Offset(a, [i[0], py, px, i[3] / (w[2] / a[3])])] * x[1][Offset(w, [dy, dx, i[3]])];
                }
            }
            return sum;
        }
    }

    private static double[] Each(double[] x, Func<double, double> f) => [.. x.Select(f)];

    private static double[] Fill(Shape shape, Func<int[], double> element) => [.. Enumerable.Range(0, shape.ElementCount).Select(i => element(Index(shape, i)))];

    private static int[] Permuted(int[] index, ValueList<int> permutation)
    {
        int[] source = new int[index.Length];
        for (int i = 0; i < index.Length; i++) source[permutation[i]] = index[i];
        return source;
    }

    private static int[] Reinserted(int[] index, int axis, bool kept) => kept ? index : [.. index[..axis], 0, .. index[axis..]];

    private static int[] Index(Shape shape, int offset)
    {
        int[] index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; offset /= shape[axis--]) index[axis] = offset % shape[axis];
        return index;
    }

    private static int Offset(Shape shape, int[] index)
    {
        int offset = 0;
        for (int axis = 0; axis < shape.Rank; axis++) offset = offset * shape[axis] + index[axis];
        return offset;
    }
}
