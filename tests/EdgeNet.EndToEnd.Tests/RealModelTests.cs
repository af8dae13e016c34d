using EdgeNet.Model;
using EdgeNet.Runtime;
using Xunit.Abstractions;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>Real networks against the outputs that ONNX Runtime gave, graph optimisation off.</summary>
public class RealModelTests(ITestOutputHelper output)
{
    // The TFLite files that are the source of a QDQ model, whose outputs are stored.
    private static readonly Dictionary<string, string> TfLiteTwins = new()
    {
        ["mobilenet_v1_0.25_128_quant.tflite"] = "mobilenet_v1_0.25_128",
        ["vww_96_int8.tflite"] = "vww_mobilenet_v1_0.25_96",
        ["person_detect.tflite"] = "tflm_person_detect_0.25_96",
        ["pretrainedResnet_quant.tflite"] = "mlperf_tiny_resnet8_cifar10",
    };

    public static TheoryData<string> FloatModels() => [.. RealModel.All.Where(model => model.Float is not null).Select(model => model.Id)];

    public static TheoryData<string> Int8Models() => [.. RealModel.All.Where(model => model.Int8 is not null).Select(model => model.Id)];

    public static TheoryData<string> TfLiteModels() => [.. TfLiteTwins.Keys];

    [SharedTheory, MemberData(nameof(FloatModels))]
    public void Float_outputs_agree_with_onnx_runtime_within_1e_4_of_the_maximum(string id)
    {
        RealModel model = RealModel.All.Single(m => m.Id == id);
        using InferenceSession session = Run(RealModel.Import(model.Float!), model.GoldenInput());
        int compared = 0;
        for (int i = 0; i < session.Graph.Outputs.Length; i++)
        {
            string name = session.Graph.Outputs[i].Name;
            if (model.Golden("float", name) is not { } expected) continue;
            float[] actual = session.Output<float>(i).ToArray();
            Assert.Equal(expected.Length, actual.Length);
            double error = actual.Zip(expected, (a, e) => Math.Abs((double)a - e)).Max() / expected.Max(Math.Abs);
            output.WriteLine($"{id} {name}: largest error {error:E2} of the maximum");
            Assert.True(error <= 1e-4, $"{name}: largest error {error:E2} of the maximum; expected at most 1e-4");
            compared++;
        }
        Assert.NotEqual(0, compared);
        AssertNoLayoutTransposesInside(session.Graph);
    }

    [SharedTheory, MemberData(nameof(Int8Models))]
    public void Int8_outputs_agree_within_one_step_on_99_percent_with_the_same_top_1(string id)
    {
        RealModel model = RealModel.All.Single(m => m.Id == id);
        Graph graph = RealModel.Import(model.Int8!);
        using InferenceSession session = Run(graph, model.GoldenInput());
        Compare(model, session);
        AssertNoLayoutTransposesInside(graph);
        // What follows the last codes is float in the model: the heads of the pedestrian detector.
        Assert.DoesNotContain(graph.Nodes, node => node.Op is Conv2D or DepthwiseConv2D && node.Output.Type.Quantization is null && IsQuantizedLater(graph, node.Output));
    }

    [SharedTheory, MemberData(nameof(TfLiteModels))]
    public void Quantized_tflite_models_agree_with_the_stored_outputs_of_their_QDQ_form(string file)
    {
        RealModel model = RealModel.All.Single(m => m.Id == TfLiteTwins[file]);
        Graph graph = RealModel.Import(file);
        float[] nchw = model.GoldenInput();
        int channels = model.Shape[1], area = model.Shape[2] * model.Shape[3];
        float[] nhwc = [.. Enumerable.Range(0, nchw.Length).Select(i => nchw[i % channels * area + i / channels])];
        using InferenceSession session = Run(graph, nhwc);
        Compare(model, session);
    }

    private static InferenceSession Run(Graph graph, float[] input)
    {
        // Through the file, so that what is measured is what a board reads.
        var session = new InferenceSession(ModelFile.Read(ModelFile.Write(graph)));
        TensorType type = session.Graph.Inputs[0].Type;
        if (type.Quantization is { } q)
        {
            for (int i = 0; i < input.Length; i++)
            {
                float code = MathF.Round(input[i] / q.Scale, MidpointRounding.ToEven) + q.ZeroPoint;
                if (type.Element == ElementType.Int8) session.Input<sbyte>(0)[i] = (sbyte)Math.Clamp(code, -128, 127);
                else session.Input<byte>(0)[i] = (byte)Math.Clamp(code, 0, 255);
            }
        }
        else
        {
            input.CopyTo(session.Input<float>(0));
        }
        session.Run();
        return session;
    }

    private void Compare(RealModel model, InferenceSession session)
    {
        int compared = 0;
        for (int i = 0; i < session.Graph.Outputs.Length; i++)
        {
            string name = session.Graph.Outputs[i].Name;
            // A TFLite model names its outputs otherwise; a classifier has one.
            if ((model.Golden("int8", name) ?? (session.Graph.Outputs.Length == 1 ? model.Golden("int8", "probs") : null)) is not { } expected) continue;
            (float[] actual, float step) = RealModel.Real(session, i);
            Assert.Equal(expected.Length, actual.Length);
            double[] errors = [.. actual.Zip(expected, (a, e) => (double)Math.Abs(a - e))];
            compared++;
            if (step == 0)
            {
                // The last convolution is in float: there is no step. What comes in differs by codes that lay near a tie somewhere in
                // the network, and those multiply with depth: a bias in whole units of input × weight in any one layer is enough. So
                // what counts is that the result is as near that of the float network as ONNX Runtime's is.
                double range = expected.Max() - expected.Min();
                float[] real = model.Golden("float", name)!;
                double own = actual.Zip(real, (a, r) => (double)Math.Abs(a - r)).Average(), theirs = expected.Zip(real, (e, r) => (double)Math.Abs(e - r)).Average();
                output.WriteLine($"{model.Id} {name}: largest error {errors.Max() / range:P2} of the range, mean {errors.Average() / range:P3}; from the float network {own / theirs:P1} of ONNX Runtime's");
                Assert.True(errors.Max() <= 0.04 * range && errors.Average() <= 0.003 * range, $"{name}: largest error {errors.Max()} of a range of {range}");
                Assert.True(own <= 1.05 * theirs, $"{name}: {own} from the float network; ONNX Runtime is {theirs} from it");
                continue;
            }
            // The outputs lie on the grid of codes: the slack is for the rounding of their float form only.
            double share = errors.Count(error => error <= 1.01 * step) / (double)errors.Length;
            double exact = errors.Count(error => error <= 0.01 * step) / (double)errors.Length;
            output.WriteLine($"{model.Id} {name}: {share:P3} within one step of {step}, {exact:P3} equal");
            Assert.True(share >= 0.99, $"{name}: {share:P2} of the elements within one step; expected 99 %");
            if (expected.Length <= 1001) Assert.Equal(expected.Max(), expected[Array.IndexOf(actual, actual.Max())]);
        }
        Assert.NotEqual(0, compared);
    }

    private static bool IsQuantizedLater(Graph graph, Value value) =>
        graph.ConsumersOf(value).Any(reader => reader.Op is Quantize || reader.Outputs.Any(next => IsQuantizedLater(graph, next)));

    /// <summary>Layout changes may stand only where the network meets its inputs and outputs: at most one for each.</summary>
    private static void AssertNoLayoutTransposesInside(Graph graph)
    {
        IEnumerable<Node> changes = graph.Nodes.Where(node =>
            node.Op is Transpose transpose && (transpose.Permutation == [0, 2, 3, 1] || transpose.Permutation == [0, 3, 1, 2]));
        int edges = graph.Inputs.Concat(graph.Outputs.Select(output => output.Value)).Count(value => value.Type.Shape.Rank == 4);
        Assert.True(changes.Count() <= edges, string.Join(", ", changes.Select(node => node.Name)));
    }
}
