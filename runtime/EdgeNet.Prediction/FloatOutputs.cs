using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Prediction;

/// <summary>A session's outputs as real numbers, dequantized where they are codes. Its buffers are made once.</summary>
internal sealed class FloatOutputs(InferenceSession session)
{
    private readonly float[]?[] _buffers = new float[]?[session.Graph.Outputs.Length];

    /// <summary>Refuses an output that does not hold real numbers or codes of them.</summary>
    /// <exception cref="ModelFormatException">It is no Float32, and no Int8 or UInt8 with per-tensor quantization.</exception>
    public static void Check(GraphOutput output)
    {
        TensorType type = output.Value.Type;
        if (type.Element != ElementType.Float32 && type.Quantization is not { IsPerTensor: true })
            throw new ModelFormatException($"output '{output.Name}' is {type}: it cannot be read as real numbers; expected Float32, or Int8 or UInt8 with per-tensor quantization");
    }

    /// <summary>The values of one output, valid until the next run or the next call for the same output.</summary>
    public ReadOnlySpan<float> Read(int index)
    {
        GraphOutput output = session.Graph.Outputs[index];
        TensorType type = output.Value.Type;
        if (type.Element == ElementType.Float32) return session.Output<float>(index);

        Check(output);
        (float scale, int zero) = (type.Quantization!.Scale, type.Quantization.ZeroPoint);
        float[] reals = _buffers[index] ??= new float[type.Shape.ElementCount];
        if (type.Element == ElementType.Int8)
        {
            ReadOnlySpan<sbyte> codes = session.Output<sbyte>(index);
            for (int i = 0; i < reals.Length; i++) reals[i] = scale * (codes[i] - zero);
        }
        else
        {
            ReadOnlySpan<byte> codes = session.Output<byte>(index);
            for (int i = 0; i < reals.Length; i++) reals[i] = scale * (codes[i] - zero);
        }
        return reals;
    }
}
