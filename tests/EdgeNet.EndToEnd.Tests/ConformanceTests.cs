using EdgeNet.Import;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using EdgeNet.Runtime;
using Xunit.Abstractions;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>
/// The ONNX project's operator cases, at the tolerance that ONNX Runtime passes them with. What does not pass is listed with its
/// reason in Conformance/exceptions.tsv, and nothing else: a listed case that passes fails the test.
/// </summary>
public class ConformanceTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-3;

    private static readonly string[] Groups = ["node", "pytorch-converted", "pytorch-operator"];

    private static Dictionary<string, string> Exceptions() => File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "exceptions.tsv"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('\t'))
        .ToDictionary(columns => columns[0], columns => columns[1]);

    [SharedFact]
    public void Every_case_passes_or_is_listed_with_its_reason()
    {
        Dictionary<string, string> exceptions = Exceptions();
        var cases = Groups.SelectMany(group => Directory.GetDirectories(SharedMaterial.Path("conformance", group))).Order(StringComparer.Ordinal).ToList();
        var wrong = new List<string>();
        int passed = 0;
        foreach (string folder in cases)
        {
            string name = Path.GetFileName(folder);
            string? failure = Run(folder);
            if (failure is null) passed++;
            if (failure is null && exceptions.ContainsKey(name)) wrong.Add($"{name}: listed, but passes");
            if (failure is not null && !exceptions.ContainsKey(name)) wrong.Add($"{name}: {failure}");
        }
        output.WriteLine($"{cases.Count} cases, {passed} pass, {exceptions.Count} listed");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Count}:\n{string.Join('\n', wrong)}");
        Assert.True(exceptions.Count < 0.15 * cases.Count, $"{exceptions.Count} of {cases.Count} cases are listed; expected under 15 %");
    }

    private static string? Run(string folder)
    {
        try
        {
            foreach (string data in Directory.GetDirectories(folder, "test_data_set_*"))
            {
                Dictionary<string, Constant> inputs = Inputs(folder, data);
                Graph graph = Import(Path.Combine(folder, "model.onnx"), inputs);
                // What the file format carries must come back the same.
                graph = ModelFile.Read(ModelFile.Write(graph));
                using var session = new InferenceSession(graph);
                for (int i = 0; i < graph.Inputs.Length; i++) Fill(session, i, inputs[graph.Inputs[i].Name]);
                session.Run();
                for (int i = 0; i < graph.Outputs.Length; i++)
                {
                    if (Compare(session, i, Load(Path.Combine(data, $"output_{i}.pb"))) is { } failure) return failure;
                }
            }
            return null;
        }
        catch (Exception e) when (e is ModelException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>
    /// Shapes, axes, thresholds and scales must be known at import; the cases feed them as inputs. Where that is why the import fails,
    /// the inputs of rank 0 and 1 are fixed to the values of the case.
    /// </summary>
    private static Graph Import(string path, Dictionary<string, Constant> inputs)
    {
        try
        {
            return OnnxImporter.Load(path);
        }
        catch (UnsupportedOperatorException e) when (e.Message.Contains("must be known at import", StringComparison.Ordinal))
        {
            var parameters = inputs.Where(input => input.Value.Type.Shape.Rank <= 1).ToDictionary();
            return OnnxImporter.Load(path, new ImportOptions { FixedInputs = parameters });
        }
    }

    private static Dictionary<string, Constant> Inputs(string folder, string data)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        IEnumerable<string> names = model.Graph.Input.Select(input => input.Name).Except(model.Graph.Initializer.Select(initializer => initializer.Name));
        return names.Select((name, i) => (name, path: Path.Combine(data, $"input_{i}.pb"))).Where(input => File.Exists(input.path))
            .ToDictionary(input => input.name, input => Load(input.path));
    }

    private static Constant Load(string path) => OnnxTensors.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), path);

    private static void Fill(InferenceSession session, int index, Constant value)
    {
        TensorType type = session.Graph.Inputs[index].Type;
        if (type.Shape != value.Type.Shape) throw new InvalidOperationException($"input {index} has shape {type.Shape}, the case gives {value.Type.Shape}");
        switch (type.Element)
        {
            case ElementType.Float32: value.ToArray<float>().CopyTo(session.Input<float>(index)); break;
            case ElementType.Int8: value.ToArray<sbyte>().CopyTo(session.Input<sbyte>(index)); break;
            case ElementType.UInt8: value.ToArray<byte>().CopyTo(session.Input<byte>(index)); break;
            case ElementType.Int32: value.ToArray<int>().CopyTo(session.Input<int>(index)); break;
            case ElementType.Int64: value.ToArray<long>().CopyTo(session.Input<long>(index)); break;
            case ElementType.Bool: value.ToArray<bool>().CopyTo(session.Input<bool>(index)); break;
        }
    }

    private static string? Compare(InferenceSession session, int index, Constant expected)
    {
        GraphOutput output = session.Graph.Outputs[index];
        double[] actual = Numbers(session, index);
        double[] wanted = expected.Type.Element == ElementType.Float32 ? [.. expected.ToArray<float>()] : [.. expected.ToInt64s()];
        // The number of boxes that survive is known at run time only: EdgeNet keeps room for all and fills it with −1.
        if (output.Value.Producer?.Op is NonMaxSuppression)
        {
            if (actual.Skip(wanted.Length).Any(x => x != -1)) return $"{output.Name}: more boxes than expected";
            actual = [.. actual.Take(wanted.Length)];
        }
        else if (output.Value.Type.Shape != expected.Type.Shape)
        {
            return $"{output.Name}: shape {output.Value.Type.Shape}, expected {expected.Type.Shape}";
        }
        for (int i = 0; i < wanted.Length; i++)
        {
            double error = Math.Abs(actual[i] - wanted[i]);
            if (actual[i].Equals(wanted[i]) || error <= Tolerance + Tolerance * Math.Abs(wanted[i])) continue;
            return $"{output.Name}[{i}] is {actual[i]}, expected {wanted[i]}";
        }
        return null;
    }

    private static double[] Numbers(InferenceSession session, int index) => session.Graph.Outputs[index].Value.Type.Element switch
    {
        ElementType.Float32 => [.. session.Output<float>(index)],
        ElementType.Int8 => [.. session.Output<sbyte>(index)],
        ElementType.UInt8 => [.. session.Output<byte>(index)],
        ElementType.Int32 => [.. session.Output<int>(index)],
        ElementType.Int64 => [.. session.Output<long>(index)],
        _ => [.. session.Output<bool>(index).ToArray().Select(x => x ? 1.0 : 0.0)],
    };
}
