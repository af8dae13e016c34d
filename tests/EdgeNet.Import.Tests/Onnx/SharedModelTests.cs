using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Xunit.Abstractions;

namespace EdgeNet.Import.Tests.Onnx;

public sealed class SharedModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => SharedMaterial.Folder is null
        ? []
        : [.. Directory.EnumerateFiles(SharedMaterial.Path("models"), "*.onnx").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [SharedTheory]
    [MemberData(nameof(Models))]
    public void A_real_model_is_imported_with_its_inputs_and_outputs(string file)
    {
        string path = SharedMaterial.Path("models", file);
        GraphProto source = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph;
        var initializers = source.Initializer.Select(tensor => tensor.Name).ToHashSet();

        Graph graph = OnnxImporter.Load(path);

        Assert.Equal(source.Input.Select(input => input.Name).Where(name => !initializers.Contains(name)), graph.Inputs.Select(input => input.Name));
        AssertOutputs(source, graph, file);
        output.WriteLine($"{graph.Nodes.Length} nodes: {string.Join(", ", graph.Nodes.CountBy(node => node.Op.Name).OrderByDescending(pair => pair.Value))}");
    }

    [SharedTheory]
    [MemberData(nameof(Models))]
    public void A_real_model_keeps_no_weights_that_are_arranged_at_run_time(string file)
    {
        Graph graph = OnnxImporter.Load(SharedMaterial.Path("models", file));

        foreach (Node node in graph.Nodes.Where(node => node.Op is Conv2D or DepthwiseConv2D or Dense))
        {
            Value weights = node.Inputs[1];
            Assert.True(weights.Constant is not null || weights.Producer is { Op: Dequantize } source && source.Inputs[0].Constant is not null, $"{node}");
        }
    }

    [SharedFact]
    public void Each_conformance_case_is_imported_or_refused_by_name()
    {
        int count = 0;
        var refused = new List<string>();
        var failures = new List<string>();
        foreach (string folder in Directory.EnumerateDirectories(SharedMaterial.Path("conformance")).SelectMany(Directory.EnumerateDirectories).Order(StringComparer.Ordinal))
        {
            count++;
            var testCase = new ConformanceCase(folder);
            try
            {
                AssertOutputs(testCase.Model.Graph, testCase.Import(), testCase.Name);
            }
            catch (UnsupportedOperatorException e)
            {
                refused.Add($"{testCase.Name}: {e.Message}");
            }
            catch (Exception e)
            {
                failures.Add($"{testCase.Name}: {e}");
            }
        }
        output.WriteLine($"{refused.Count} of {count} refused:\n{string.Join('\n', refused)}\nfailures:\n{string.Join('\n', failures)}");
        Assert.Empty(failures);
        Assert.InRange(refused.Count, 0, count * 9 / 100);
    }

    /// <summary>The outputs have the names and the shapes that the file states.</summary>
    private static void AssertOutputs(GraphProto source, Graph graph, string what)
    {
        Assert.Equal(source.Output.Select(value => value.Name), graph.Outputs.Select(value => value.Name));
        foreach ((ValueInfoProto stated, GraphOutput imported) in source.Output.Zip(graph.Outputs))
        {
            // Suppression has as many boxes as it finds; our shapes are static.
            if (imported.Value.Producer?.Op is NonMaxSuppression) continue;
            TensorShapeProto? shape = stated.Type.TensorType.Shape;
            if (shape is null || shape.Dim.Any(dim => dim.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue)) continue;
            Assert.True(shape.Dim.Select(dim => dim.DimValue).SequenceEqual(imported.Value.Type.Shape.Select(extent => (long)extent)),
                $"{what}: output '{stated.Name}' is {imported.Value.Type}; expected [{string.Join(", ", shape.Dim.Select(dim => dim.DimValue))}]");
            Assert.Equal(OnnxTensors.Element(stated.Type.TensorType.ElemType), imported.Value.Type.Element);
        }
    }
}
