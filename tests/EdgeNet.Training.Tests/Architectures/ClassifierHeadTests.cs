using EdgeNet.Import.Onnx;
using EdgeNet.Import.TfLite;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Training.Tests;

public class ClassifierHeadTests
{
    [Theory]
    [InlineData("lenet-300-100")]
    [InlineData("lenet-5")]
    [InlineData("mobilenet-v1")]
    public void Softmax_is_what_is_shipped(string name)
    {
        Graph graph = ArchitectureTests.Small(name).Graph.WithSoftmax();
        Assert.Equal(["probabilities"], graph.Outputs.Select(output => output.Name));
        using var session = new InferenceSession(graph);
        session.Input<float>(0).Fill(0.5f);
        session.Run();
        float[] probabilities = session.Output<float>("probabilities").ToArray();
        Assert.Equal(1, probabilities.Sum(), 1e-5);
        Assert.All(probabilities, probability => Assert.InRange(probability, 0, 1));
    }

    [Fact]
    public void A_network_without_logits_is_shipped_as_it_is()
    {
        Graph shipped = ArchitectureTests.Small("lenet-5").Graph.WithSoftmax();
        Assert.Contains("no output 'logits'", Assert.Throws<ArchitectureException>(() => shipped.WithSoftmax()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_classifier_leaves_all_other_layers_as_they_were()
    {
        Graph graph = ArchitectureTests.Small("mobilenet-v1").Graph;
        Graph replaced = graph.ReplaceClassifier(2, ["cat", "dog"], seed: 5);
        Assert.StartsWith("classifier of 10 classes replaced by one of 2", replaced.Card.Provenance!.Value[^1], StringComparison.Ordinal);
        Assert.Equal(["cat", "dog"], replaced.Card.Labels!.Value.AsEnumerable());
        Assert.Equal(graph.Constants.Select(constant => constant.Name), replaced.Constants.Select(constant => constant.Name));
        foreach ((Value before, Value after) in graph.Constants.Zip(replaced.Constants))
            Assert.Equal(!before.Name.StartsWith("classifier/", StringComparison.Ordinal), ReferenceEquals(before.Constant, after.Constant));
        Assert.Equal(new Shape([1, 2]), Assert.Single(replaced.Outputs).Value.Type.Shape);
    }

    [SharedTheory]
    [InlineData("mobilenet_v1_1.0_224.onnx")]
    [InlineData("mobilenet_v1_0.25_128.onnx")]
    [InlineData("mobilenet_v2_1.0_224.onnx")]
    [InlineData("vww_mobilenet_v1_0.25_96.onnx")]
    [InlineData("vww_96_float.tflite")]
    [InlineData("squeezenet_v1.1_227.onnx")]
    [InlineData("resnet20_cifar10.onnx")]
    [InlineData("lenet_mnist.onnx")]
    public void A_real_model_gets_another_number_of_classes(string file)
    {
        Graph graph = Load(file);
        Graph replaced = graph.ReplaceClassifier(7, null, seed: 1);
        GraphOutput before = Assert.Single(graph.Outputs), after = Assert.Single(replaced.Outputs);
        Assert.Equal(before.Name, after.Name);
        Assert.Equal(7, after.Value.Type.Shape.ElementCount);
        Assert.Equal(graph.Nodes.Length, replaced.Nodes.Length);
        // Weights and bias.
        Assert.Equal(graph.Constants.Length - 2, graph.Constants.Select(x => x.Constant).Intersect(replaced.Constants.Select(x => x.Constant)).Count());
        using var session = new InferenceSession(replaced);
        session.Input<float>(0).Fill(0.1f);
        session.Run();
        Assert.All(session.Output<float>(0).ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [SharedTheory]
    [InlineData("person_detect.tflite", "Float32")]
    [InlineData("ssd_mobilenet_v1_coco_300.onnx", "outputs")]
    public void A_model_that_does_not_end_like_a_float_classifier_is_refused_in_one_line(string file, string expected)
    {
        string message = Assert.Throws<ArchitectureException>(() => Load(file).ReplaceClassifier(2, null, 1)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Classes_and_labels_must_make_sense()
    {
        Graph graph = ArchitectureTests.Small("lenet-5").Graph;
        Assert.Throws<ArchitectureException>(() => graph.ReplaceClassifier(1, null, 1));
        Assert.Throws<ArchitectureException>(() => graph.ReplaceClassifier(3, ["a", "b"], 1));
    }

    private static Graph Load(string file)
    {
        string path = SharedMaterial.Path("models", file);
        return file.EndsWith(".onnx", StringComparison.Ordinal) ? OnnxImporter.Load(path) : TfLiteImporter.Load(path);
    }
}
