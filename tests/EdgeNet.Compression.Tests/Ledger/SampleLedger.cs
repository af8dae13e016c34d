using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

/// <summary>Ledgers that look like those of real runs.</summary>
internal static class SampleLedger
{
    /// <summary>A network that was pruned by magnitude and whose weights were shared on a grid, with invented losses and qualities.</summary>
    public static CompressionLedger Of(Graph graph)
    {
        Graph pruned = Changed(graph, 0.3, 0), shared = Changed(graph, 0.3, 31);
        long bytes = ModelFile.Write(shared).LongLength;
        (long weights, long left) = Count(pruned);
        Quality before = new("top-1", 0.9914, 10_000), after = new("top-1", 0.9909, 10_000);
        string[] layers = [.. WeightLayers.Of(graph).Select(layer => layer.Name)];
        return new CompressionLedger
        {
            Model = graph.Card.Name ?? "network",
            Data = new DataRecord("photos", 2000, 1000, "every third picture held out"),
            Recipe = "paper",
            RecipeYaml = RecipeFile.ToYaml(Presets.Named("paper")),
            Budget = new BudgetRecord(400_000, 1, true),
            Sizes = LedgerSizes.Of(graph, shared),
            Stages =
            [
                new("original", "as it came", ModelFile.Write(graph).LongLength, weights, weights, 2_293_000, before, 1, 0),
                .. Enumerable.Range(1, 4).Select(round => new StageRecord(
                    $"prune {round}", $"round {round} of 4", ModelFile.Write(Changed(graph, 1 - (0.175 * round), 0)).LongLength, weights - ((weights - left) * round / 4), weights, 2_293_000,
                    before with { Value = 0.9915 - (0.0002 * round * round) }, 1 - (0.001 * round), 61.5 + round)),
                new("cluster", "31 values a layer", bytes, left, weights, 2_293_000, after, 0.9971, 48.25),
            ],
            Layers = LedgerLayers.Of(graph, shared),
            Sensitivity =
            [
                .. layers.Select((layer, i) => new SensitivityCurve(layer, "density", [.. Enumerable.Range(1, 9).Select(step => new SensitivityPoint(0.1 * step, 0.99 - (0.5 * Math.Exp((-0.9 * step) - (0.5 * i)))))])),
                .. layers.Select((layer, i) => new SensitivityCurve(layer, "bits", [.. Enumerable.Range(2, 6).Select(bits => new SensitivityPoint(bits, 0.99 - (0.6 * Math.Exp(-bits - (0.2 * i)))))])),
            ],
            Retraining =
            [
                .. Enumerable.Range(1, 14).Select(epoch => new RetrainingRecord(
                    epoch > 8 ? "cluster" : $"prune {(epoch + 1) / 2}", epoch, (0.08 * Math.Exp(-epoch % 2)) + (0.02 / epoch), epoch % 2 == 0 ? 0.9911 - (0.0001 * epoch) : null)),
            ],
            Remarks = ["conv1 sees the picture itself and was left alone", "12 <Resize> nodes cannot be trained & were left alone"],
            Promise = new PromiseRecord(new string('a', 64), bytes, 7, [new OutputRecord("logits", 0.125, 1.5, [1, float.NaN, -0.1f])], after),
        };
    }

    /// <summary>A network of which all is missing that may be, and numbers are none.</summary>
    public static CompressionLedger Bare { get; } = new()
    {
        Model = "",
        Data = new DataRecord("", 0, 0, ""),
        Recipe = "",
        RecipeYaml = "",
        Sizes = new SizeRecord(0, 0, 0, 0, 0, 0, 0),
        Stages = [new("a", "", 0, 0, 0, 0, new Quality("x", double.NaN, 0), double.NegativeInfinity, double.NaN)],
        Layers = [new("w", "dense", [0], 0, 0, 0, 0, 0, double.NaN, 0, "", new WeightHistogram(float.NaN, float.NaN, []), new WeightHistogram(float.NaN, 1, [1, 2]), [float.NaN, float.PositiveInfinity])],
        Sensitivity = [new("w", "bits", [new(double.NaN, 1), new(1, double.NaN)]), new("v", "bits", [])],
        Retraining = [new("a", 1, double.NaN, double.PositiveInfinity)],
        Promise = new PromiseRecord("", 0, 0, [], null),
    };

    /// <summary>The network with the smallest weights of each layer at zero and, if there are levels, the others on as many values.</summary>
    public static Graph Changed(Graph graph, double density, int levels) => WeightLayers.Replace(graph, WeightLayers.Of(graph).ToDictionary(layer => layer.Constant, layer =>
    {
        float[] weights = layer.Constant.ToArray<float>();
        float[] magnitudes = [.. weights.Select(Math.Abs).Order()];
        float threshold = magnitudes[(int)((1 - density) * magnitudes.Length)], most = magnitudes[^1];
        for (int i = 0; i < weights.Length; i++)
        {
            if (Math.Abs(weights[i]) < threshold) weights[i] = 0;
        }
        if (levels == 0) return Constant.Of(layer.Shape, weights);
        int side = levels / 2;
        float[] codebook = [.. Enumerable.Range(-side, levels).Select(level => level * most / side)];
        byte[] codes = Array.ConvertAll(weights, weight => (byte)(Math.Round(weight / most * side) + side));
        return Constant.Codebook(layer.Shape, codes, [.. codebook]);
    }));

    private static (long Weights, long NonZero) Count(Graph graph) => (
        graph.Constants.Sum(value => (long)value.Type.Shape.ElementCount), graph.Constants.Sum(value => (long)value.Type.Shape.ElementCount - value.Constant!.CountZeros()));
}
