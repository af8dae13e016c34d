using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.TfLite;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>The real models beside the repository, their preprocessing and the outputs that ONNX Runtime gave.</summary>
internal sealed record RealModel(string Id, string? Float, string? Int8, int[] Shape, string Color, float[] Mean, float[] Deviation)
{
    public static IReadOnlyList<RealModel> All { get; } = SharedMaterial.Folder is null ? [] : Read();

    /// <summary>The stored picture as the network's NCHW input.</summary>
    public float[] GoldenInput()
    {
        byte[] pixels = File.ReadAllBytes(SharedMaterial.Path("models", "golden", $"{Id}.input.rgb_u8"));
        int channels = Shape[1], area = Shape[2] * Shape[3];
        float[] tensor = new float[channels * area];
        for (int c = 0; c < channels; c++)
        {
            int source = Color == "BGR" ? 2 - c : c;
            for (int i = 0; i < area; i++)
                tensor[c * area + i] = (pixels[i * channels + source] - Mean[c % Mean.Length]) / Deviation[c % Deviation.Length];
        }
        return tensor;
    }

    /// <summary>The output that ONNX Runtime gave, or null where none is stored.</summary>
    public float[]? Golden(string form, string output)
    {
        string path = SharedMaterial.Path("models", "golden", $"{Id}.{form}.{output}.f32");
        return File.Exists(path) ? MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray() : null;
    }

    public static Graph Import(string file)
    {
        string path = SharedMaterial.Path("models", file);
        return file.EndsWith(".tflite", StringComparison.Ordinal) ? TfLiteImporter.Load(path) : OnnxImporter.Load(path);
    }

    /// <summary>
    /// An output as real numbers, and the size of one quantization step: 0 where it is no code. A softmax in float counts as the 1/256
    /// that TFLite gives to every quantized softmax.
    /// </summary>
    public static (float[] Values, float Step) Real(InferenceSession session, int index)
    {
        Value value = session.Graph.Outputs[index].Value;
        if (value.Type.Quantization is { } q)
        {
            IEnumerable<int> codes = value.Type.Element == ElementType.Int8
                ? session.Output<sbyte>(index).ToArray().Select(code => (int)code)
                : session.Output<byte>(index).ToArray().Select(code => (int)code);
            return ([.. codes.Select(code => q.Scale * (code - q.ZeroPoint))], q.Scale);
        }
        Node? node = value.Producer;
        while (node is not null && node.Op is Reshape or Transpose or Concat or Slice) node = node!.Inputs[0].Producer;
        float step = node?.Op switch
        {
            Dequantize => node.Inputs[0].Type.Quantization!.Scale,
            Softmax => 1 / 256f,
            _ => 0,
        };
        return (session.Output<float>(index).ToArray(), step);
    }

    private static List<RealModel> Read()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.Path("models", "models.json")));
        return [.. json.RootElement.EnumerateArray().Select(model => new RealModel(
            model.GetProperty("id").GetString()!,
            model.TryGetProperty("file", out JsonElement file) ? file.GetString() : null,
            model.TryGetProperty("int8", out JsonElement int8) ? int8.GetString() : null,
            [.. model.GetProperty("shape").EnumerateArray().Select(x => x.GetInt32())],
            model.GetProperty("color").GetString()!,
            [.. model.GetProperty("mean").EnumerateArray().Select(x => x.GetSingle())],
            [.. model.GetProperty("std").EnumerateArray().Select(x => x.GetSingle())]))];
    }
}
