using System.Numerics.Tensors;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Training.Tests;

/// <summary>Real networks (LeNet, ResNet, MobileNets, SqueezeNet, SSDs, NanoDet with its shuffles) learn as they were imported.</summary>
public class RealModelTests
{
    [SharedTheory]
    [InlineData("lenet_mnist")]
    [InlineData("resnet20_cifar10")]
    [InlineData("mlperf_tiny_resnet8_cifar10")]
    [InlineData("vww_mobilenet_v1_0.25_96")]
    [InlineData("mobilenet_v2_1.0_224")]
    [InlineData("squeezenet_v1.1_227")]
    [InlineData("ssd_mobilenet_v1_coco_300")]
    [InlineData("pedestrian_ssd_mobilenet_v1_adas0002_384x672")]
    [InlineData("nanodet_m_320")]
    public void A_real_network_computes_what_the_runtime_does_and_all_its_parameters_have_gradients(string model)
    {
        Graph graph = Logits.Of(OnnxImporter.Load(SharedMaterial.Path("models", $"{model}.onnx")));
        using var session = new InferenceSession(graph, new SessionOptions { Threads = 2 });
        var network = new Network<float>(graph, new NetworkOptions { Batch = 2, Threads = 2 });
        var random = new Random(1);
        int length = network.Input().Length / 2;
        float[] samples = [.. Enumerable.Range(0, 2 * length).Select(_ => random.NextSingle() - 0.5f)];
        samples.CopyTo(network.Input());
        network.Forward();

        for (int sample = 0; sample < 2; sample++)
        {
            samples.AsSpan(sample * length, length).CopyTo(session.Input<float>(graph.Inputs[0].Name));
            session.Run();
            for (int i = 0; i < graph.Outputs.Length; i++)
            {
                ReadOnlySpan<float> expected = session.Output<float>(graph.Outputs[i].Name), all = network.Output(i);
                ReadOnlySpan<float> actual = all.Length == expected.Length ? all : all.Slice(sample * expected.Length, expected.Length);
                float scale = Math.Max(1e-3f, Math.Abs(TensorPrimitives.MaxMagnitude(expected)));
                for (int k = 0; k < expected.Length; k++) Assert.InRange(Math.Abs(expected[k] - actual[k]) / scale, 0, 2e-4);
            }
        }

        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            foreach (ref float slope in network.OutputGradient(i)) slope = random.NextSingle() - 0.5f;
        }
        network.Backward();
        Assert.NotEmpty(network.Parameters);
        Assert.All(network.Parameters.Where(parameter => !parameter.IsStatistic), parameter =>
        {
            float largest = Math.Abs(TensorPrimitives.MaxMagnitude(parameter.Gradient));
            Assert.True(float.IsFinite(largest) && largest > 0, $"the gradient of {parameter.Name} is {largest} at most");
        });
    }
}
