using EdgeNet.Runtime;
using EdgeNet.Vision;
using Xunit.Abstractions;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>Accuracy on the 1000 CIFAR-10 test pictures beside the repository, against what ONNX Runtime reaches on them.</summary>
public class CifarAccuracyTests(ITestOutputHelper output)
{
    [SharedTheory]
    [InlineData("resnet20_cifar10", false, 91.5)]
    [InlineData("mlperf_tiny_resnet8_cifar10", false, 88.1)]
    [InlineData("mlperf_tiny_resnet8_cifar10", true, 87.7)]
    public void Top_1_is_that_of_onnx_runtime_within_half_a_point(string id, bool int8, double expected)
    {
        RealModel model = RealModel.All.Single(m => m.Id == id);
        Image pictures = ImageFile.Load(SharedMaterial.Path("data", "cifar10", "test_batch_1000.png"));
        int[] labels = [.. File.ReadLines(SharedMaterial.Path("data", "cifar10", "test_batch_1000.labels.txt")).Select(int.Parse)];
        using var session = new InferenceSession(RealModel.Import(int8 ? model.Int8! : model.Float!));
        int right = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            // A row of the file is a picture of 32 × 32 pixels, one after the other.
            ReadOnlySpan<byte> pixels = pictures.Row(row);
            Span<float> input = session.Input<float>(0);
            for (int c = 0; c < 3; c++)
            {
                for (int i = 0; i < 1024; i++) input[c * 1024 + i] = (pixels[3 * i + c] - model.Mean[c % model.Mean.Length]) / model.Deviation[c % model.Deviation.Length];
            }
            session.Run();
            float[] scores = session.Output<float>(0).ToArray();
            if (Array.IndexOf(scores, scores.Max()) == labels[row]) right++;
        }
        double accuracy = 100.0 * right / labels.Length;
        output.WriteLine($"{id}{(int8 ? " int8" : "")}: {accuracy:F1} % of {labels.Length}");
        Assert.InRange(accuracy, expected - 0.5, 100);
    }
}
