using System.Collections.Immutable;
using System.Globalization;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>How far a layer's outputs, clamps included, are from those of the Float32 graph.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Error">Mean squared difference ÷ mean square, on examples; what earlier layers lost is part of it.</param>
public sealed record Int8LayerError(string Layer, double Error);

/// <summary>A graph on codes and what is to be said of it.</summary>
/// <param name="Graph">The int8 graph; its inputs and outputs are those of the Float32 graph.</param>
/// <param name="Plan">What it was made of.</param>
/// <param name="Remarks">What stayed Float32, and why; what could not be done.</param>
/// <param name="Layers">The errors of the int8 layers, in order.</param>
/// <param name="Error">The error in the outputs: mean squared difference ÷ mean square; of several outputs the mean.</param>
public sealed record Int8Result(Graph Graph, Int8Plan Plan, ImmutableArray<string> Remarks, ImmutableArray<Int8LayerError> Layers, double Error);

/// <summary>
/// Post-training quantization: a Float32 graph becomes one whose layers run on the int8 kernels, with parameters found from examples
/// (Jacob et al. 2018; Nagel et al. 2019, 2021).
/// </summary>
public static class Int8Quantization
{
    /// <summary>Examples that errors are measured on; rankings and reports need few.</summary>
    private const int ErrorSamples = 16;

    /// <summary>Quantizes a graph without training.</summary>
    /// <param name="graph">A Float32 graph, for one sample at a time.</param>
    /// <param name="step">How.</param>
    /// <param name="examples">For each example the numbers of each input, in the layout of its shape. As many as <see cref="Int8Step.Samples"/> are used.</param>
    /// <exception cref="CompressionException">There is nothing to quantize, or the examples do not fit.</exception>
    public static Int8Result Run(Graph graph, Int8Step step, IReadOnlyList<float[][]> examples) => Finish(Plan(graph, step, examples), step, examples, trained: false);

    /// <summary>
    /// Prepares, calibrates and chooses: the plan for quantization-aware fine-tuning (<see cref="Int8Plan.FakeQuantized"/>,
    /// <see cref="Int8Plan.WithTrained"/>), or for <see cref="Finish"/>.
    /// </summary>
    /// <inheritdoc cref="Run"/>
    public static Int8Plan Plan(Graph graph, Int8Step step, IReadOnlyList<float[][]> examples)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(examples);
        ActivationRun.Check(graph, examples);
        examples = [.. examples.Take(Math.Max(1, step.Samples))];
        var remarks = new List<string>();
        graph = Int8Preparation.Run(graph);
        if (step.Equalize) graph = Equalization.Run(graph, step.KeepShared, remarks);
        Int8Plan plan = Int8Planning.Run(graph, step, examples);
        remarks.AddRange(plan.Remarks);
        if (step.KeepFloat > 0 || step.MostError is not null) plan = WithoutWorst(plan, step, [.. examples.Take(ErrorSamples)], remarks);
        return new Int8Plan(plan) { Remarks = [.. remarks] };
    }

    /// <summary>Makes the int8 graph of a plan and measures it.</summary>
    /// <param name="plan">The plan, calibrated or trained.</param>
    /// <param name="step">How.</param>
    /// <param name="examples">As for <see cref="Run"/>.</param>
    /// <param name="trained">Whether the plan is one that has been trained: then rounding and biases are left as training made them.</param>
    public static Int8Result Finish(Int8Plan plan, Int8Step step, IReadOnlyList<float[][]> examples, bool trained)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(examples);
        ActivationRun.Check(plan.Graph, examples);
        examples = [.. examples.Take(Math.Max(1, step.Samples))];
        (plan, IReadOnlyDictionary<Node, float[]> biases) = LayerByLayer.Run(plan, step, step.CorrectBias && !trained, step.AdaptRounding && !trained, examples);
        Int8Conversion.Result int8 = Int8Conversion.Run(plan, biases);
        float[][][] few = [.. examples.Take(ErrorSamples)];
        return new Int8Result(int8.Graph, plan, plan.Remarks, Errors(plan, int8, few), new LayerSensitivity(plan.Graph, few).Of(int8.Graph));
    }

    /// <summary>The layers of a graph by the error that each alone causes in the outputs when it is quantized; the worst first.</summary>
    /// <param name="plan">The plan of the graph.</param>
    /// <param name="examples">As for <see cref="Run"/>; a few will do.</param>
    public static ImmutableArray<Int8LayerError> Sensitivity(Int8Plan plan, IReadOnlyList<float[][]> examples)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(examples);
        ActivationRun.Check(plan.Graph, examples);
        return [.. new LayerSensitivity(plan.Graph, examples).Rank(plan).Select(ranked => new Int8LayerError(ranked.Layer.Name, ranked.Error))];
    }

    /// <summary>As many of the worst layers in Float32 as are asked for, or as it takes.</summary>
    private static Int8Plan WithoutWorst(Int8Plan plan, Int8Step step, float[][][] examples, List<string> remarks)
    {
        var sensitivity = new LayerSensitivity(plan.Graph, examples);
        List<(Node Layer, double Error)> ranked = sensitivity.Rank(plan);
        int most = step.MostError is null ? Math.Min(step.KeepFloat, ranked.Count) : step.KeepFloat > 0 ? Math.Min(step.KeepFloat, ranked.Count) : ranked.Count;
        int kept = step.MostError is null ? most : 0;
        while (kept < most && sensitivity.Of(Without(kept).ToInt8()) > step.MostError) kept++;
        foreach ((Node layer, double error) in ranked.Take(kept))
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{layer} stays Float32: quantized alone it causes an error of {error:G3} in the outputs"));
        return Without(kept);

        Int8Plan Without(int count)
        {
            HashSet<Node> worst = [.. ranked.Take(count).Select(layer => layer.Layer)];
            return plan.Restricted(node => !worst.Contains(node));
        }
    }

    private static ImmutableArray<Int8LayerError> Errors(Int8Plan plan, Int8Conversion.Result int8, float[][][] examples)
    {
        // What a layer gives to others: after the clamp that it took in.
        Value[] outputs = [.. plan.Layers.Select(layer => layer.Output).Select(output =>
            plan.Graph.ConsumersOf(output) is [var next] && Int8Forms.IsClamp(next.Op) && plan.IsInt8(next) && !plan.Graph.IsOutput(output) ? next.Output : output)];
        var actual = new sbyte[outputs.Length][][];
        for (int i = 0; i < outputs.Length; i++) actual[i] = new sbyte[examples.Length][];
        (double Noise, double Power)[] sums = new (double, double)[outputs.Length];
        const int Chunk = 16;
        for (int begin = 0; begin < outputs.Length; begin += Chunk)
        {
            Value[] part = outputs[begin..Math.Min(outputs.Length, begin + Chunk)];
            int first = begin;
            Graph watched = int8.Graph.WithOutputs([.. part.Select((output, i) => new GraphOutput($"{i}", int8.Codes[output]))]);
            using InferenceSession session = ActivationRun.Open(watched);
            for (int example = 0; example < examples.Length; example++)
            {
                ActivationRun.Feed(session, examples[example]);
                session.Run();
                for (int i = 0; i < part.Length; i++) actual[first + i][example] = session.Output<sbyte>(i).ToArray();
            }
        }
        ActivationRun.Observe(plan.Graph, outputs, examples, (value, example, expected) =>
        {
            Quantization q = plan.QuantizationOf(outputs[value])!;
            float[] reals = Array.ConvertAll(actual[value][example], code => q.Scale * (code - q.ZeroPoint));
            (double noise, double power) = LayerSensitivity.Difference(expected, reals);
            sums[value] = (sums[value].Noise + noise, sums[value].Power + power);
        });
        return [.. plan.Layers.Zip(sums, (layer, sum) => new Int8LayerError(layer.Name, sum.Power > 0 ? sum.Noise / sum.Power : sum.Noise > 0 ? 1 : 0))];
    }
}
