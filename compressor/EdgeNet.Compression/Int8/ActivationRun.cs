using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>Runs a graph over examples and shows values from within it.</summary>
internal static class ActivationRun
{
    /// <summary>Values are kept apart while a pass runs; more than this are watched in several passes.</summary>
    private const long MostBytes = 256 << 20;

    /// <summary>Sees a value, by its place among those asked for, of an example, by its number.</summary>
    public delegate void Observer<T>(int value, int example, ReadOnlySpan<T> elements);

    /// <summary>
    /// Shows Float32 values. Those of one example may come on several threads at once, each value's on one; the examples of a value come in order.
    /// </summary>
    public static void Observe(Graph graph, IReadOnlyList<Value> values, IReadOnlyList<float[][]> examples, Observer<float> observer)
    {
        for (int begin = 0; begin < values.Count;)
        {
            int end = begin;
            for (long bytes = 0; end < values.Count && (end == begin || bytes + values[end].Type.ByteCount <= MostBytes); end++) bytes += values[end].Type.ByteCount;
            (int first, int count) = (begin, end - begin);
            using InferenceSession session = Open(graph.WithOutputs([.. Enumerable.Range(0, count).Select(i => new GraphOutput($"{i}", values[first + i]))]));
            for (int example = 0; example < examples.Count; example++)
            {
                Feed(session, examples[example]);
                session.Run();
                int number = example;
                Parallel.For(0, count, i => observer(first + i, number, session.Output<float>(i)));
            }
            begin = end;
        }
    }

    /// <summary>Opens a session that may use more memory than one on a board.</summary>
    public static InferenceSession Open(Graph graph) => new(graph, new SessionOptions { MaxActivationBytes = int.MaxValue });

    /// <summary>Fills the inputs of a session.</summary>
    public static void Feed(InferenceSession session, float[][] example)
    {
        for (int i = 0; i < example.Length; i++) example[i].CopyTo(session.Input<float>(i));
    }

    /// <summary>Refuses examples that do not fit the inputs.</summary>
    /// <exception cref="CompressionException">There are none, or their lengths are wrong.</exception>
    public static void Check(Graph graph, IReadOnlyList<float[][]> examples)
    {
        if (examples.Count == 0) throw new CompressionException("int8: no examples to find the ranges of activations with; give some pictures");
        for (int i = 0; i < examples.Count; i++)
        {
            if (examples[i].Length != graph.Inputs.Length)
                throw new CompressionException($"int8: example {i} has {examples[i].Length} inputs; the model has {graph.Inputs.Length}");
            for (int input = 0; input < examples[i].Length; input++)
            {
                Value expected = graph.Inputs[input];
                if (examples[i][input].Length != expected.Type.Shape.ElementCount)
                    throw new CompressionException($"int8: example {i} has {examples[i][input].Length} numbers for input '{expected.Name}'; expected {expected.Type.Shape.ElementCount}");
            }
        }
    }
}
