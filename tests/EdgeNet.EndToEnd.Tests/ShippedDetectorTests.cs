using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>firmware-samples/models/pedestrian.onnx.</summary>
public class ShippedDetectorTests
{
    private static Graph Load() => OnnxImporter.Load(Path.Combine(SharedMaterial.Repository, "firmware-samples", "models", "pedestrian.onnx"));

    [Fact]
    public void It_is_small_and_brings_its_card()
    {
        Graph graph = Load();
        int parameters = graph.Nodes.SelectMany(node => node.Inputs).Where(input => input.Constant is not null).Distinct().Sum(input => input.Type.Shape.ElementCount);
        Assert.InRange(parameters, 100_000, 1_500_000);
        Assert.Equal(["background", "person"], graph.Card.Labels!.Value.ToArray());
        Assert.NotNull(graph.Card.Preprocessing);
        Assert.NotNull(graph.Card.Detector);
    }

    /// <summary>Every third of the photos was held out of its training.</summary>
    [SharedFact]
    public void It_finds_people_on_photos_that_it_never_saw()
    {
        using var session = new InferenceSession(Load(), new SessionOptions { Threads = 2 });
        var detector = new PictureModel(session);
        DetectionSet set = BoxTable.Read(SharedMaterial.Path("data", "pennfudan", "boxes.tsv"));
        int person = Array.IndexOf([.. detector.Labels], "person");
        DetectionSample[] samples = [.. set.Pictures.Where((_, i) => i % 3 == 0).Select(picture =>
        {
            Image image = picture.Load();
            return new DetectionSample(detector.Detect(image, 0.01f), [.. picture.TruthsOn(image).Select(truth => truth with { Label = person })]);
        })];
        Assert.Equal(38, samples.Length);
        double precision = DetectionMetrics.MeanAveragePrecision(samples, 0.5, MatchingRule.Voc, curve => curve.AveragePrecisionAllPoint());
        Assert.InRange(precision, 0.88, 1);
    }
}
