using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>Errors that int8 causes, as the part of the Float32 values' power: mean squared difference ÷ mean square.</summary>
internal sealed class LayerSensitivity
{
    private readonly IReadOnlyList<float[][]> _examples;
    private readonly string[] _outputs;
    private readonly float[][][] _expected;

    /// <summary>Computes what the Float32 graph gives for some examples.</summary>
    public LayerSensitivity(Graph graph, IReadOnlyList<float[][]> examples)
    {
        _examples = examples;
        // Boxes after suppression and indices have no distance from others.
        _outputs = [.. graph.Outputs.Where(output => output.Value.Type.Element == ElementType.Float32 && output.Value.Constant is null).Select(output => output.Name)];
        _expected = Outputs(graph);
    }

    /// <summary>The error in the outputs of another graph; of several outputs the mean.</summary>
    public double Of(Graph graph)
    {
        if (_outputs.Length == 0) return 0;
        float[][][] actual = Outputs(graph);
        double sum = 0;
        for (int i = 0; i < _outputs.Length; i++)
        {
            double noise = 0, power = 0;
            for (int example = 0; example < actual.Length; example++)
            {
                (double n, double p) = Difference(_expected[example][i], actual[example][i]);
                (noise, power) = (noise + n, power + p);
            }
            sum += power > 0 ? noise / power : noise > 0 ? 1 : 0;
        }
        return sum / _outputs.Length;
    }

    /// <summary>The layers of a plan, those first that alone cause the largest error.</summary>
    public List<(Node Layer, double Error)> Rank(Int8Plan plan) =>
        [.. plan.Layers.Select(layer => (Layer: layer, Error: Of(plan.Restricted(other => other == layer).ToInt8()))).OrderByDescending(ranked => ranked.Error)];

    /// <summary>Squared differences and squares, summed.</summary>
    public static (double Noise, double Power) Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double noise = 0, power = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double distance = (double)expected[i] - actual[i];
            noise += distance * distance;
            power += (double)expected[i] * expected[i];
        }
        return (noise, power);
    }

    private float[][][] Outputs(Graph graph)
    {
        if (_outputs.Length == 0) return [];
        using InferenceSession session = ActivationRun.Open(graph.WithOutputs(_outputs));
        var all = new float[_examples.Count][][];
        for (int example = 0; example < all.Length; example++)
        {
            ActivationRun.Feed(session, _examples[example]);
            session.Run();
            all[example] = new float[_outputs.Length][];
            for (int i = 0; i < _outputs.Length; i++) all[example][i] = session.Output<float>(i).ToArray();
        }
        return all;
    }
}
