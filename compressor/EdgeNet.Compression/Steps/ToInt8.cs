using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out an <see cref="Int8Step"/>.</summary>
internal static class ToInt8
{
    /// <summary>Brings a graph to 8-bit codes, fine-tuned where the step says so.</summary>
    public static Graph Run(Graph graph, Int8Step step, Retrainer retrainer, RunRecord record, CancellationToken cancellation)
    {
        IReadOnlyList<float[][]> examples = retrainer.Examples(step.Samples);
        if (examples.Count == 0) throw new CompressionException("int8 needs pictures to find the ranges of activations with; give some: --data DIR");
        Int8Plan plan = Int8Quantization.Plan(graph, step, examples);
        cancellation.ThrowIfCancellationRequested();
        bool trained = step.Epochs > 0 && retrainer.CanTrain;
        if (trained)
        {
            Graph tuned = retrainer.Run(plan.FakeQuantized(), new RetrainingRun("int8", step.Epochs, step.Rate), network => new RoundedWeights(network, plan), cancellation);
            plan = plan.WithTrained(tuned);
        }
        Int8Result result = Int8Quantization.Finish(plan, step, examples, trained);
        foreach (string remark in result.Remarks) record.Remark(remark);
        return result.Graph;
    }
}
