using System.Collections.Immutable;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Compression.Tests;

public sealed class CompressorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-compressor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static MemorySource Pictures(int count, int seed)
    {
        var random = Rng.For(seed);
        return new MemorySource([.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] pixels = new byte[12 * 12 * 3];
            int brightness = random.Below(160);
            for (int k = 0; k < pixels.Length; k++) pixels[k] = (byte)(brightness + random.Below(96));
            return new Example($"picture {i}", new Image(12, 12, 3, pixels), i % 5);
        })]);
    }

    /// <summary>How often a graph says what the original says.</summary>
    private static Quality Agreement(Graph original, Graph graph, MemorySource pictures)
    {
        using InferenceSession ours = new(graph), theirs = new(original);
        PictureModel a = new(ours), b = new(theirs);
        int same = Enumerable.Range(0, pictures.Count).Count(i => a.Classify(pictures.Read(i).Image, 1)[0].Index == b.Classify(pictures.Read(i).Image, 1)[0].Index);
        return new Quality("agreement", (double)same / pictures.Count, pictures.Count);
    }

    private static CompressionJob Job(params ReadOnlySpan<RecipeStep> steps)
    {
        Graph graph = TestNetworks.Convolutional(seed: 9, width: 5);
        MemorySource held = Pictures(30, seed: 2);
        return new CompressionJob
        {
            Model = graph,
            Recipe = new Recipe { Name = "test", Seed = 3, Steps = [.. steps], Retraining = new RetrainingSettings { Batch = 8 } },
            Data = new RetrainingData(Pictures(48, seed: 1), 12, 12, []),
            Source = new DataRecord("made up", 48, 30, "by seed"),
            Measure = compressed => Agreement(graph, compressed, held),
            Threads = 1,
        };
    }

    private static readonly RateStep Rate = new() { Bits = 2.5, Epochs = 6, TuneEpochs = 2, Rate = 0.002 };

    public static TheoryData<string> Steps() => ["prune", "channels", "cluster", "rate", "int8", "prune, rate", "rate, int8"];

    private static RecipeStep[] Named(string names) => [.. names.Split(", ").Select(RecipeStep (name) => name switch
    {
        "prune" => new PruneStep { Density = 0.5, Rounds = 2, Epochs = 1 },
        "channels" => new ChannelStep { Keep = 0.75, Epochs = 1 },
        "cluster" => new ClusterStep { Bits = 3, Epochs = 2 },
        "rate" => Rate,
        _ => new Int8Step { Samples = 8 },
    })];

    [Theory, MemberData(nameof(Steps))]
    public void Each_step_makes_a_file_that_the_runtime_reads_and_that_holds_to_its_promise(string steps)
    {
        CompressionJob job = Job(Named(steps));
        CompressionResult result = new Compressor(job).Run(CancellationToken.None);
        Graph read = ModelFile.Read(result.File);
        Assert.Equal(job.Model.Outputs.Select(output => (output.Name, output.Value.Type.Shape)), read.Outputs.Select(output => (output.Name, output.Value.Type.Shape)));
        Assert.Empty(Promise.Broken(result.File, result.Ledger.Promise));
        Assert.Equal("original", result.Ledger.Stages[0].Name);
        Assert.Equal(result.File.Length, result.Ledger.Sizes.Ours);
        Assert.True(result.File.Length < ModelFile.Write(job.Model).Length, $"{result.File.Length} bytes");
        // The last stage is what the file holds.
        Assert.Equal(result.Ledger.Stages[^1].Quality, job.Measure!(read));
    }

    [Theory, MemberData(nameof(Steps))]
    public void The_same_job_makes_the_same_bytes_on_any_number_of_threads(string steps)
    {
        CompressionJob job = Job(Named(steps));
        Assert.Equal(new Compressor(job).Run(CancellationToken.None).File, new Compressor(job with { Threads = 3 }).Run(CancellationToken.None).File);
    }

    [Theory]
    [InlineData("prune, rate", 5)]
    [InlineData("prune, rate", 20)]
    [InlineData("prune, rate", 45)]
    [InlineData("cluster", 3)]
    [InlineData("rate", 40)]
    public void A_run_that_was_stopped_goes_on_to_the_same_file(string steps, int batches)
    {
        CompressionJob job = Job(Named(steps));
        CompressionResult whole = new Compressor(job).Run(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        int seen = 0;
        var stopped = new Compressor(job with { Work = WorkFolder.Open(Path.Combine(_folder, "work"), "x", resume: false) })
        {
            OnBatch = (_, _) =>
            {
                if (++seen == batches) stop.Cancel();
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => stopped.Run(stop.Token));
        int after = 0;
        var resumed = new Compressor(job with { Work = WorkFolder.Open(Path.Combine(_folder, "work"), "x", resume: true) }) { OnBatch = (_, _) => after++ };
        CompressionResult result = resumed.Run(CancellationToken.None);
        Assert.Equal(whole.File, result.File);
        Assert.Equal(whole.Ledger.Retraining.AsEnumerable(), result.Ledger.Retraining);
        Assert.True(after > 0);
    }

    [Fact]
    public void A_budget_of_bytes_is_kept_by_the_rate()
    {
        CompressionJob job = Job(Rate);
        foreach (long bytes in (long[])[6000, 4500])
        {
            CompressionResult result = new Compressor(job with { MaxBytes = bytes }).Run(CancellationToken.None);
            Assert.InRange(result.File.Length, bytes - 250, bytes);
            Assert.True(result.Ledger.Budget!.Met);
        }
    }

    [Fact]
    public void A_budget_of_bytes_is_kept_by_pruning_and_clusters()
    {
        CompressionJob job = Job(new PruneStep { Density = 0.9, Rounds = 1, Epochs = 1, Scope = PruningScope.Uniform }, new ClusterStep { Bits = 4, Epochs = 1 });
        long free = new Compressor(job).Run(CancellationToken.None).File.Length;
        CompressionResult result = new Compressor(job with { MaxBytes = free - 150 }).Run(CancellationToken.None);
        Assert.True(result.File.Length <= free - 150, $"{result.File.Length} of {free - 150}");
    }

    [Theory]
    [InlineData("rate")]
    [InlineData("cluster")]
    public void An_impossible_size_is_one_line(string step)
    {
        CompressionException e = Assert.Throws<CompressionException>(() => new Compressor(Job(Named(step)) with { MaxBytes = 100 }).Run(CancellationToken.None));
        Assert.Contains("100 bytes are too few", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_drop_that_cannot_be_kept_is_said_and_the_closest_is_given()
    {
        CompressionJob job = Job(Rate with { Bits = 0.3, Epochs = 1, TuneEpochs = 0 });
        int calls = 0;
        job = job with { MaxDrop = 1, Measure = _ => new Quality("top-1", calls++ % 2 == 0 ? 1 : 0.5 + (0.05 * calls), 100) };
        CompressionResult result = new Compressor(job).Run(CancellationToken.None);
        Assert.False(result.Ledger.Budget!.Met);
        Assert.Contains(result.Ledger.Remarks, remark => remark.StartsWith("tried with", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.6, false)]
    public void A_drop_is_searched_for_on_other_pictures_than_those_that_are_reported(double measured, bool met)
    {
        CompressionJob job = Job(Rate with { Epochs = 0, TuneEpochs = 0 });
        var searched = new List<Graph>();
        CompressionResult result = new Compressor(job with
        {
            MaxDrop = 20,
            Measure = graph => new Quality("top-1", graph == job.Model ? 1 : measured, 100),
            // The second attempt, of fewer bits, loses too much.
            Search = graph =>
            {
                searched.Add(graph);
                return new Quality("top-1", searched.Count switch { 1 => 1, 2 => 0.85, _ => 0.5 }, 50);
            },
        }).Run(CancellationToken.None);
        Assert.Equal(job.Model, searched[0]);
        Assert.Equal(3, searched.Count);
        Assert.Equal(searched[1], result.Graph);
        Assert.Equal(measured, result.Ledger.Promise.Quality!.Value);
        Assert.Equal(met, result.Ledger.Budget!.Met);
        Assert.Contains("on the pictures that the drop was searched for on, 15.00 points were lost", result.Ledger.Remarks);
    }

    [Fact]
    public void The_quality_of_an_epoch_is_that_of_the_step_it_belongs_to()
    {
        int calls = 0;
        CompressionJob job = Job(new PruneStep { Density = 0.5, Rounds = 1, Epochs = 1, Scope = PruningScope.Uniform }, new ClusterStep { Bits = 3, Epochs = 0 });
        CompressionLedger ledger = new Compressor(job with { Measure = _ => new Quality("top-1", ++calls / 10.0, 10) }).Run(CancellationToken.None).Ledger;
        Assert.Equal([0.1, 0.2, 0.3], ledger.Stages.Select(stage => stage.Quality!.Value));
        Assert.Equal(0.2, Assert.Single(ledger.Retraining).Quality);
    }

    [Fact]
    public void A_recipe_that_nothing_makes_harder_is_carried_out_once()
    {
        int originals = 0;
        var compressor = new Compressor(Job(new Int8Step { Samples = 8 }) with { MaxDrop = 100 }) { OnStage = stage => originals += stage.Name == "original" ? 1 : 0 };
        Assert.True(compressor.Run(CancellationToken.None).Ledger.Budget!.Met);
        Assert.Equal(1, originals);
    }

    [Fact]
    public void Of_several_beginnings_of_a_name_the_longest_gives_a_layer_its_bits()
    {
        // Every order in which a dictionary may have them: that of its keys' hash codes differs from process to process.
        string[] prefixes = ["p", "po", "poi", "poin", "point", "pointw", "pointwi", "pointwis"];
        var step = new ClusterStep { Bits = 2, Epochs = 0, Layers = prefixes.Select((prefix, i) => KeyValuePair.Create(prefix, i + 1)).ToImmutableDictionary() };
        Graph shared = new Compressor(Job(step) with { Data = null, Measure = null }).Run(CancellationToken.None).Graph;
        Assert.InRange(shared.Constants.Single(value => value.Name == "pointwise").Constant!.CountDistinct(), 129, 256);
        Assert.InRange(shared.Constants.Single(value => value.Name == "depthwise").Constant!.CountDistinct(), 2, 4);
    }

    [Fact]
    public void Bits_for_layers_that_are_not_there_are_refused()
    {
        var step = new ClusterStep { Epochs = 0, Layers = ImmutableDictionary<string, int>.Empty.Add("fire", 4) };
        CompressionException e = Assert.Throws<CompressionException>(() => new Compressor(Job(step) with { Data = null, Measure = null }).Run(CancellationToken.None));
        Assert.Contains("'fire…'; no layer's name begins so: there are stem, depthwise", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_pictures_weights_are_shared_all_the_same_and_the_report_says_what_was_not_done()
    {
        CompressionResult result = new Compressor(Job(Rate) with { Data = null, Measure = null }).Run(CancellationToken.None);
        Assert.Contains(result.Ledger.Remarks, remark => remark.Contains("nothing was retrained", StringComparison.Ordinal));
        Assert.True(result.File.Length < result.Ledger.Sizes.Float32);
        Assert.Equal("shared on grids at 2.5 bits, not retrained", result.Ledger.Stages[^1].What);
    }

    [Fact]
    public void An_original_that_is_hardly_ever_right_is_remarked_upon()
    {
        CompressionResult result = new Compressor(Job(new ClusterStep { Epochs = 0 }) with { Measure = _ => new Quality("top-1", 0.004, 250) }).Run(CancellationToken.None);
        Assert.Contains(result.Ledger.Remarks, remark => remark.StartsWith("the original itself has top-1 of 0.40 %: is the card", StringComparison.Ordinal));
        result = new Compressor(Job(new ClusterStep { Epochs = 0 }) with { Measure = _ => new Quality("top-1", 0.4, 250) }).Run(CancellationToken.None);
        Assert.DoesNotContain(result.Ledger.Remarks, remark => remark.Contains("the original itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Steps_are_told_in_the_words_of_recipes()
    {
        RecipeStep[] steps = [new PruneStep { Density = 0.5, Pattern = PruningPattern.TwoOfFour, Scope = PruningScope.Uniform, Rounds = 1, Epochs = 1 }, new ClusterStep { Bits = 4, ConvolutionBits = 6, Epochs = 2 }, new Int8Step { Samples = 4 }];
        CompressionResult result = new Compressor(Job(steps) with { Measure = null }).Run(CancellationToken.None);
        Assert.Equal(
            [
                "as it was given", "the smallest weights removed, to 50 % in the end (uniform, 2:4), 1 epoch", "shared by k-means, 4 bits, 6 in convolutions, 2 epochs",
                "8-bit codes, ranges by mean-squared-error, not retrained",
            ],
            result.Ledger.Stages.Select(stage => stage.What));
    }

    [Fact]
    public void Layers_that_are_not_there_are_told_before_anything_is_done()
    {
        RecipeStep[] steps = [Rate, new ClusterStep { Layers = ImmutableDictionary<string, int>.Empty.Add("nosuch", 4) }];
        CompressionException e = Assert.Throws<CompressionException>(() => new Compressor(Job(steps)));
        Assert.Contains("layers 'nosuch…'; no layer's name begins so: there are ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_beginning_of_a_layers_name_says_how_many_bits_it_has()
    {
        string name = WeightLayers.Of(Job(Rate).Model)[0].Name;
        var bits = ImmutableDictionary<string, int>.Empty;
        for (int length = 0; length < name.Length; length++) bits = bits.Add(name[..length], 6);
        bits = bits.Add(name, 1);
        CompressionResult result = new Compressor(Job(new ClusterStep { Layers = bits, Epochs = 0 }) with { Data = null, Measure = null }).Run(CancellationToken.None);
        Assert.InRange(result.Ledger.Layers.Single(layer => layer.Name == name).Distinct, 1, 2);
    }

    [Fact]
    public void A_model_that_cannot_be_trained_is_coded_all_the_same_and_the_report_names_the_op()
    {
        // Boxes that are suppressed have no gradient.
        var builder = new GraphBuilder { Card = TestNetworks.Convolutional(seed: 9).Card };
        Value picture = builder.Input("picture", new TensorType(ElementType.Float32, [1, 12, 12, 3]));
        float[] weights = [.. Enumerable.Range(0, 5 * 40 * 3).Select(i => MathF.Sin(i) / 4)];
        Value means = builder.Add(new ReduceMean([1, 2], KeepDims: false), "mean", picture);
        Value features = builder.Add(new Dense(), "dense", means, builder.Constant(Constant.Of<float>([200, 3], weights), "weights"));
        Value rows = builder.Add(new Reshape([1, 40, 5]), "rows", features);
        Value boxes = builder.Add(new Slice([0, 0, 0], [1, 40, 4], [1, 1, 1]), "boxes", rows), scores = builder.Add(new Transpose([0, 2, 1]), "scores", builder.Add(new Slice([0, 0, 4], [1, 40, 1], [1, 1, 1]), "score", rows));
        builder.Output("selected", builder.Add(new NonMaxSuppression(10, 0.5f, 0.1f, CenterPointBox: false), "suppression", boxes, scores));
        CompressionJob job = Job(Rate) with { Model = builder.Build(), Measure = null };
        CompressionResult result = new Compressor(job).Run(CancellationToken.None);
        Assert.Contains(result.Ledger.Remarks, remark => remark.Contains("nothing was retrained", StringComparison.Ordinal));
        Assert.True(result.File.Length < ModelFile.Write(job.Model).Length);
    }

    [Fact]
    public void A_model_without_weights_to_compress_is_refused()
    {
        var builder = new GraphBuilder();
        builder.Output("y", builder.Add(new Relu(), "relu", builder.Input("x", new TensorType(ElementType.Float32, [1, 4]))));
        CompressionException e = Assert.Throws<CompressionException>(() => new Compressor(Job(Rate) with { Model = builder.Build() }));
        Assert.Contains("no Float32 weights", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_altered_breaks_its_promise()
    {
        CompressionResult result = new Compressor(Job(Rate)).Run(CancellationToken.None);
        CompressionResult other = new Compressor(Job(Rate with { Bits = 2 })).Run(CancellationToken.None);
        ImmutableArray<string> broken = Promise.Broken(other.File, result.Ledger.Promise);
        Assert.NotEmpty(broken);
        Assert.All(broken, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void Retraining_brings_back_what_sharing_lost()
    {
        CompressionJob job = Job(Rate with { Bits = 1.2, Epochs = 40, TuneEpochs = 5 });
        double with = new Compressor(job).Run(CancellationToken.None).Ledger.Stages[^1].Quality!.Value;
        double without = new Compressor(Job(Rate with { Bits = 1.2, Epochs = 0, TuneEpochs = 0 })).Run(CancellationToken.None).Ledger.Stages[^1].Quality!.Value;
        Assert.True(with > without, $"{with} with retraining, {without} without");
    }
}
