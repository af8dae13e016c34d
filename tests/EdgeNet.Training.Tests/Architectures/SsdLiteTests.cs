using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace EdgeNet.Training.Tests;

public class SsdLiteTests(ITestOutputHelper output)
{
    public static TheoryData<string> Detectors => ["ssd-mobilenet-v1", "ssd-mobilenet-v2", "ssd-mobilenet-v1-people"];

    [Theory, MemberData(nameof(Detectors))]
    public void A_detector_is_trained_on_logits_boxes_and_priors(string name)
    {
        Graph graph = ArchitectureTests.Small(name).Graph;
        int priors = Priors(graph).Length / 4, classes = name.EndsWith("people", StringComparison.Ordinal) ? 2 : 10;
        Assert.Equal(["class_logits", "boxes", "priors"], graph.Outputs.Select(o => o.Name));
        Assert.Equal(new Shape([1, priors, classes]), graph.Outputs[0].Value.Type.Shape);
        Assert.Equal(new Shape([1, priors, 4]), graph.Outputs[1].Value.Type.Shape);
        Assert.Equal(new Shape([priors, 4]), graph.Outputs[2].Value.Type.Shape);
    }

    [Theory]
    [InlineData("ssd-mobilenet-v1")]
    [InlineData("ssd-mobilenet-v2")]
    public void The_defaults_have_TensorFlows_1917_priors(string name)
    {
        float[] expected = PriorBoxes.TensorFlow([19, 10, 5, 3, 2, 1]), actual = Priors(ArchitectureTests.Default(name).Graph);
        Assert.Equal(4 * 1917, expected.Length);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void SsdLite_on_MobileNet_v2_is_as_large_as_its_paper_says()
    {
        // Table 6: 4.3 M parameters, 0.8 GMAC on 320 × 320, for COCO's 80 classes.
        Architecture architecture = Architecture.Named("ssd-mobilenet-v2");
        Graph graph = architecture.Build(architecture.Defaults with { Width = 320, Height = 320, Classes = 81 }).Graph;
        Assert.InRange(ArchitectureTests.Trained(graph), 4_150_000, 4_450_000);
        Assert.InRange(graph.Nodes.Sum(node => node.MultiplyAdds), 700_000_000, 850_000_000);
    }

    [Fact]
    public void The_detector_of_people_is_small()
    {
        Graph graph = ArchitectureTests.Default("ssd-mobilenet-v1-people").Graph;
        long parameters = ArchitectureTests.Trained(graph), multiplyAdds = graph.Nodes.Sum(node => node.MultiplyAdds);
        output.WriteLine($"{parameters:N0} parameters, {multiplyAdds:N0} multiply-adds, {Priors(graph).Length / 4:N0} priors");
        Assert.True(parameters <= 1_500_000, $"{parameters} parameters");
        // Boxes are taller than wide in pixels: all of them.
        Assert.All(Priors(graph).Chunk(4), prior => Assert.True(prior[2] * 240 > 1.9 * prior[3] * 320));
    }

    [Fact]
    public void On_an_input_of_any_size_each_prior_has_a_code_and_scores_and_its_centre_inside()
    {
        var sides = Gen.Choose(32, 200).Two().ToArbitrary();
        Prop.ForAll(sides, ArbMap.Default.ArbFor<bool>(), (size, fine) =>
        {
            Graph graph = ArchitectureTests.Small("ssd-mobilenet-v2", settings => settings with
            {
                Width = size.Item1,
                Height = size.Item2,
                Classes = 3,
                WidthMultiplier = 0.1f,
                Priors = settings.Priors with { FineMap = fine },
            }).Graph;
            float[] priors = Priors(graph);
            return graph.Outputs[0].Value.Type.Shape == new Shape([1, priors.Length / 4, 3])
                && graph.Outputs[1].Value.Type.Shape == new Shape([1, priors.Length / 4, 4])
                && priors.Chunk(4).All(prior => prior[0] is > 0 and < 1 && prior[1] is > 0 and < 1 && prior[2] > 0 && prior[3] > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Fact]
    public void Maps_follow_the_strides_down_to_a_single_cell()
    {
        Assert.Equal([(15, 20), (8, 10), (4, 5), (2, 3), (1, 2), (1, 1)], MapSizes(240, 320, new PriorSettings()));
        Assert.Equal([(30, 40), (15, 20), (8, 10)], MapSizes(240, 320, new PriorSettings { FineMap = true, Maps = 2 }));
        Assert.Equal([(2, 2), (1, 1)], MapSizes(32, 32, new PriorSettings()));
    }

    [Fact]
    public void Scales_are_fractions_of_the_shorter_side_and_ratios_hold_in_pixels()
    {
        var settings = new PriorSettings { AspectRatios = [0.25f], BetweenAspectRatio = 0, FewerInFirstMap = false, Scales = [0.25f, 0.5f] };
        float[] priors = new PriorGrid(settings, [(1, 2), (1, 1)], width: 200, height: 100).Priors().ToArray<float>();
        // Squares of 25 and 50 pixels at the ratio 1 : 4 are 12.5 × 50 and 25 × 100.
        Assert.Equal([0.5f, 0.25f, 0.5f, 0.0625f, 0.5f, 0.75f, 0.5f, 0.0625f, 0.5f, 0.5f, 1, 0.125f], priors);
    }

    public static TheoryData<PriorSettings, string> Nonsense => new()
    {
        { new PriorSettings { Maps = 0 }, "0 maps" },
        { new PriorSettings { Maps = 7 }, "7 maps" },
        { new PriorSettings { AspectRatios = [1, 0] }, "aspect ratios" },
        { new PriorSettings { AspectRatios = [], BetweenAspectRatio = 0 }, "no aspect ratio" },
        { new PriorSettings { BetweenAspectRatio = -1 }, "aspect ratio" },
        { new PriorSettings { Scales = [0.5f] }, "scales" },
        { new PriorSettings { MinScale = float.NaN }, "scales" },
    };

    [Theory, MemberData(nameof(Nonsense))]
    public void Priors_without_sense_are_refused_in_one_line(PriorSettings priors, string expected)
    {
        string message = Assert.Throws<ArchitectureException>(
            () => ArchitectureTests.Small("ssd-mobilenet-v1", settings => settings with { Priors = priors })).Message;
        Assert.StartsWith("ssd-mobilenet-v1: priors: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_detector_has_nothing_to_drop() => Assert.Throws<ArchitectureException>(
        () => ArchitectureTests.Small("ssd-mobilenet-v1", settings => settings with { Dropout = 0.1f }));

    [Theory, MemberData(nameof(Detectors))]
    public void Codes_of_zero_decode_to_the_priors(string name)
    {
        Graph graph = WithoutBoxCodes(ArchitectureTests.Small(name, settings => settings with { Classes = 2, Labels = ["background", "person"] }).Graph);
        Graph shipped = graph.WithScores(ScoreFunction.Sigmoid);
        // Nothing suppressed, nothing dropped.
        shipped = shipped.WithCard(shipped.Card with { Detector = shipped.Card.Detector! with { ScoreThreshold = 0, IouThreshold = 1, MaxDetections = int.MaxValue } });
        using var session = new InferenceSession(shipped);
        var model = new PictureModel(session);
        var picture = new Image(model.InputWidth, model.InputHeight, 3);
        Detection[] found = model.Detect(picture);

        string[] expected = [.. Priors(graph).Chunk(4)
            .Select(p => Box.FromCentre(p[1], p[0], p[3], p[2]).Scaled(picture.Width, picture.Height)).Select(Text).Order(StringComparer.Ordinal)];
        Assert.Equal(expected.Length, found.Length);
        Assert.Equal(expected, found.Select(detection => Text(detection.Box)).Order(StringComparer.Ordinal));
        Assert.All(found, detection => Assert.Equal(1, detection.Label));

        string Text(Box box) => $"{box.ClippedTo(picture.Width, picture.Height)}";
    }

    [Theory]
    [InlineData(ScoreFunction.Softmax)]
    [InlineData(ScoreFunction.Sigmoid)]
    public void Scores_are_probabilities_of_the_kind_asked_for(ScoreFunction function)
    {
        Graph graph = ArchitectureTests.Small("ssd-mobilenet-v2").Graph.WithScores(function);
        Assert.Equal(["scores", "boxes", "priors"], graph.Outputs.Select(o => o.Name));
        PictureModel.CheckCard(graph);
        using var session = new InferenceSession(graph);
        session.Input<float>(0).Fill(0.5f);
        session.Run();
        int classes = graph.Outputs[0].Value.Type.Shape[2];
        foreach (float[] scores in session.Output<float>("scores").ToArray().Chunk(classes))
        {
            Assert.All(scores, score => Assert.InRange(score, 0, 1));
            if (function == ScoreFunction.Softmax) Assert.Equal(1, scores.Sum(), 1e-5);
        }
        if (function == ScoreFunction.Sigmoid) Assert.InRange(session.Output<float>("scores").ToArray().Average(), 0.001f, 0.1f);
        Assert.Equal(Priors(graph), session.Output<float>("priors").ToArray());
        Assert.Equal(Priors(graph), Priors(ModelFile.Read(ModelFile.Write(graph))));
    }

    [Fact]
    public void A_classifier_has_no_scores_of_priors() => Assert.Throws<ArchitectureException>(
        () => ArchitectureTests.Small("mobilenet-v1").Graph.WithScores(ScoreFunction.Softmax));

    private static float[] Priors(Graph graph) => graph.Outputs.Single(o => o.Name == "priors").Value.Constant!.ToArray<float>();

    private static (int, int)[] MapSizes(int height, int width, PriorSettings priors)
    {
        Graph graph = ArchitectureTests.Small("ssd-mobilenet-v1", settings => settings with { Height = height, Width = width, Priors = priors }).Graph;
        return [.. graph.Nodes.Where(node => node.Op is Conv2D && node.Name.Contains("/boxes/", StringComparison.Ordinal))
            .Select(node => (node.Output.Type.Shape[1], node.Output.Type.Shape[2]))];
    }

    private static Graph WithoutBoxCodes(Graph graph) => GraphRewriter.Run(graph, (pass, node) =>
    {
        if (node.Op is Conv2D && node.Name.EndsWith("/boxes/conv", StringComparison.Ordinal))
        {
            Shape shape = node.Inputs[1].Type.Shape;
            pass[node.Inputs[1]] = pass.Constant(Constant.Of<float>(shape, new float[shape.ElementCount]), node.Inputs[1].Name);
        }
        pass.Copy(node);
    });
}
