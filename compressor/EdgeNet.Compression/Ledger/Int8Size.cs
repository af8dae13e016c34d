using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// What a plain int8 file of a network takes: one byte a weight with a float scale for each output channel, four bytes for each bias and other
/// number. Names, structure and headers count nothing, in its favour.
/// </summary>
public static class Int8Size
{
    private const int Levels = 127;

    /// <summary>The length of <see cref="Stream"/>.</summary>
    public static long Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return ConstantUse.Of(graph).Sum(Of);
    }

    /// <summary>The bytes themselves: of each constant in order the codes, symmetric and rounded to the nearest, then the scales.</summary>
    public static byte[] Stream(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var stream = new MemoryStream();
        foreach (ConstantUse use in ConstantUse.Of(graph))
        {
            if (use.Layer is null || use.Value.Type.Element != ElementType.Float32)
            {
                stream.Write(use.Constant.Elements().Span);
                if (use.Value.Type.Quantization is { } own) stream.Write(MemoryMarshal.AsBytes(own.Scales.Span));
            }
            else
            {
                WriteCodes(stream, use);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Of one constant.</summary>
    internal static long Of(ConstantUse use)
    {
        long elements = use.Value.Type.Shape.ElementCount;
        if (use.Layer is not null && use.Value.Type.Element == ElementType.Float32) return elements + (4L * use.OutputChannels);
        return use.Value.Type.ByteCount + (4L * (use.Value.Type.Quantization?.Scales.Count ?? 0));
    }

    private static void WriteCodes(MemoryStream stream, ConstantUse use)
    {
        float[] weights = use.Constant.ToArray<float>();
        int channels = use.OutputChannels;
        // Channels are the first axis, or the last: so far apart lie the weights of one, and so many beside each other.
        bool isLast = use.Layer is LayerKind.Depthwise or LayerKind.Product;
        int inner = isLast || channels == 0 ? 1 : weights.Length / channels;
        float[] largest = new float[channels];
        for (int i = 0; i < weights.Length; i++)
        {
            float magnitude = Math.Abs(weights[i]);
            if (float.IsFinite(magnitude) && magnitude > largest[i / inner % channels]) largest[i / inner % channels] = magnitude;
        }
        byte[] codes = new byte[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            double most = largest[i / inner % channels], code = most == 0 ? 0 : Math.Round(weights[i] / most * Levels);
            codes[i] = (byte)(sbyte)(double.IsNaN(code) ? 0 : Math.Clamp(code, -Levels, Levels));
        }
        stream.Write(codes);
        Span<byte> scale = stackalloc byte[4];
        foreach (float most in largest)
        {
            BinaryPrimitives.WriteSingleLittleEndian(scale, most / Levels);
            stream.Write(scale);
        }
    }
}
