using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Onnx;

/// <summary>
/// One case of ONNX's own operator tests. Many feed shapes, axes and scales as inputs, which we take at import: where the model
/// as it is needs them, all inputs but the first are fixed to the case's values, and, if that is not enough, the first too.
/// </summary>
internal sealed class ConformanceCase(string folder)
{
    public string Name => Path.Combine(Path.GetFileName(Path.GetDirectoryName(folder)!), Path.GetFileName(folder));

    public ModelProto Model { get; } = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));

    /// <summary>Imports the model; the error is that of the form that fixes least.</summary>
    public Graph Import()
    {
        try
        {
            return OnnxImporter.Load(Path.Combine(folder, "model.onnx"));
        }
        catch (UnsupportedOperatorException)
        {
            for (int first = 1; first >= 0; first--)
            {
                try
                {
                    return OnnxImporter.Load(Path.Combine(folder, "model.onnx"), new ImportOptions { FixedInputs = Inputs(first) });
                }
                catch (ModelException)
                {
                    // Then not this way either.
                }
            }
            throw;
        }
    }

    private Dictionary<string, Constant> Inputs(int first)
    {
        var initializers = Model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        string[] names = [.. Model.Graph.Input.Select(input => input.Name)];
        var inputs = new Dictionary<string, Constant>();
        for (int i = first; i < names.Length; i++)
        {
            string path = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (initializers.Contains(names[i]) || !File.Exists(path)) continue;
            inputs[names[i]] = OnnxTensors.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), path);
        }
        return inputs;
    }
}
