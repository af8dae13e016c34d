using EdgeNet.Cli;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Runtime;
using Xunit.Abstractions;

namespace EdgeNet.EndToEnd.Tests.OnnxRuntime;

/// <summary>
/// Small networks against the outputs that ONNX Runtime, graph optimisation off, gave for them. Models, inputs and outputs are
/// stored in <c>golden/</c>; <c>bench/peers/onnxruntime/golden.sh</c> writes them anew.
/// </summary>
public class GoldenTests(ITestOutputHelper output)
{
    private const double FloatTolerance = 1e-4, RoundTripTolerance = 1e-6;

    public static TheoryData<string> Models() => [.. GoldenModels.Names];

    [Theory, MemberData(nameof(Models))]
    public void Outputs_agree_with_onnx_runtime(string name)
    {
        Graph graph = OnnxImporter.Load(Stored(name, "model.onnx"));
        if (GoldenModels.IsQuantized(name)) Assert.DoesNotContain(graph.Nodes, node => node.Op is Dequantize);
        foreach ((string tensor, NpyArray actual) in Run(name, graph))
        {
            NpyArray expected = NpyFile.Load(Stored(name, "outputs", SessionTensors.FileNameOf(tensor)));
            Assert.Equal((expected.Type, expected.Shape), (actual.Type, actual.Shape));
            double[] errors = Errors(actual, expected);
            if (GoldenModels.IsQuantized(name))
            {
                double equal = Share(errors, 0), near = Share(errors, 1);
                output.WriteLine($"{name} {tensor}: {equal:P2} equal, {near:P2} within one step, largest {errors.Max()}");
                Assert.True(near >= 0.99, $"{tensor}: {near:P2} of the elements within one step; expected 99 %");
            }
            else
            {
                double error = errors.Max() / Maximum(expected);
                output.WriteLine($"{name} {tensor}: largest error {error:E2} of the maximum");
                Assert.True(error <= FloatTolerance, $"{tensor}: largest error {error:E2} of the maximum; expected at most {FloatTolerance}");
            }
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Export_and_import_change_no_output(string name)
    {
        Graph graph = OnnxImporter.Load(Stored(name, "model.onnx"));
        Dictionary<string, NpyArray> before = Run(name, graph), after = Run(name, OnnxImporter.Read(OnnxWriter.Write(graph)));
        Assert.Equal(before.Keys, after.Keys);
        foreach ((string tensor, NpyArray expected) in before)
        {
            NpyArray actual = after[tensor];
            Assert.Equal((expected.Type, expected.Shape), (actual.Type, actual.Shape));
            if (GoldenModels.IsQuantized(name)) Assert.Equal(expected.Bytes.ToArray(), actual.Bytes.ToArray());
            else Assert.InRange(Errors(actual, expected).Max() / Maximum(expected), 0, RoundTripTolerance);
        }
    }

    [WritingFact]
    public void Models_and_inputs_are_written()
    {
        foreach (string name in GoldenModels.Names)
        {
            Graph graph = GoldenModels.Build(name);
            string folder = Path.Combine(WritingFactAttribute.Folder!, name), inputs = Path.Combine(folder, "inputs");
            Directory.CreateDirectory(inputs);
            OnnxWriter.Save(Path.Combine(folder, "model.onnx"), graph);
            using var session = new InferenceSession(graph);
            var random = new Random(2);
            for (int i = 0; i < graph.Inputs.Length; i++)
            {
                SessionTensors.FillRandomly(session, i, random);
                NpyFile.Save(Path.Combine(inputs, SessionTensors.FileNameOf(graph.Inputs[i].Name)), SessionTensors.ReadInput(session, i));
            }
        }
    }

    /// <summary>The outputs for the stored inputs. The model goes through the file, so that what is measured is what a board reads.</summary>
    private static Dictionary<string, NpyArray> Run(string name, Graph graph)
    {
        using var session = new InferenceSession(ModelFile.Read(ModelFile.Write(graph)));
        for (int i = 0; i < graph.Inputs.Length; i++)
        {
            string path = Stored(name, "inputs", SessionTensors.FileNameOf(graph.Inputs[i].Name));
            SessionTensors.Fill(session, i, NpyFile.Load(path), path);
        }
        session.Run();
        return graph.Outputs.Select((output, i) => (output.Name, SessionTensors.ReadOutput(session, i))).ToDictionary();
    }

    private static string Stored(params string[] path) => Path.Combine([AppContext.BaseDirectory, "OnnxRuntime", "golden", .. path]);

    private static double[] Errors(NpyArray actual, NpyArray expected) =>
        [.. Enumerable.Range(0, expected.Shape.ElementCount).Select(i => Math.Abs(actual.Real(i) - expected.Real(i)))];

    private static double Maximum(NpyArray array) => Enumerable.Range(0, array.Shape.ElementCount).Max(i => Math.Abs(array.Real(i)));

    private static double Share(double[] errors, double bound) => errors.Count(error => error <= bound) / (double)errors.Length;

    /// <summary>No test, but how golden.sh has the models written: skipped unless it names the folder.</summary>
    private sealed class WritingFactAttribute : FactAttribute
    {
        public const string Variable = "EDGENET_WRITE_GOLDEN";

        public WritingFactAttribute()
        {
            if (string.IsNullOrEmpty(Folder)) Skip = $"{Variable} names no folder to write to";
        }

        public static string? Folder => Environment.GetEnvironmentVariable(Variable);
    }
}
