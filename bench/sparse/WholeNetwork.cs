using System.Diagnostics;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Runtime;

/// <summary>A network beside itself with most weights of its pointwise layers set to zero, in turns of some runs each, on one thread.</summary>
internal static class WholeNetwork
{
    private const int Rounds = 10, WarmUp = 20, Runs = 30;

    public static void Compare(string path, double zeros)
    {
        Graph graph = OnnxImporter.Load(path);
        var options = new SessionOptions { Threads = 1 };
        using var dense = new InferenceSession(graph, options);
        using var sparse = new InferenceSession(GraphRewriter.Run(graph, (rewriter, node) => Prune(rewriter, node, zeros)), options);
        var (denseTimes, sparseTimes) = (new List<double>(), new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            Measure(dense, denseTimes);
            Measure(sparse, sparseTimes);
        }
        denseTimes.Sort();
        sparseTimes.Sort();
        (double a, double b) = (denseTimes[denseTimes.Count / 2], sparseTimes[sparseTimes.Count / 2]);
        Console.WriteLine(
            $"{Path.GetFileName(path)}, {zeros:0%} of the weights of pointwise layers zero, medians of {denseTimes.Count}: dense {a:0.00} ms, sparse {b:0.00} ms, ratio {a / b:0.00}");
    }

    /// <summary>As a camera would run it: one picture after the other.</summary>
    private static void Measure(InferenceSession session, List<double> times)
    {
        for (int run = -WarmUp; run < Runs; run++)
        {
            long begin = Stopwatch.GetTimestamp();
            session.Run();
            if (run >= 0) times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
    }

    private static void Prune(GraphRewriter rewriter, Node node, double zeros)
    {
        if (node.Op is not Conv2D || node.Inputs[1].Constant is not { } weights || weights.Type.Shape.Product(1, 3) != 1 || node.Output.Type.Shape[1] == 1)
        {
            rewriter.Copy(node);
            return;
        }
        float[] values = weights.ToArray<float>();
        float least = values.Select(Math.Abs).Order().ElementAt((int)(values.Length * zeros));
        for (int i = 0; i < values.Length; i++)
        {
            if (Math.Abs(values[i]) < least) values[i] = 0;
        }
        Value[] inputs = [.. node.Inputs.Select(input => rewriter[input])];
        inputs[1] = rewriter.Constant(Constant.Of<float>(weights.Type.Shape, values), node.Inputs[1].Name);
        rewriter[node.Output] = rewriter.Add(node.Op, node.Name, inputs);
    }
}
