using System.Buffers.Binary;
using EdgeNet.Model;

namespace EdgeNet.Import.DeepCompression;

/// <summary>A convolution with a square kernel, whose weights a file holds in the order O, I, H, W.</summary>
internal readonly record struct LayerSize(string Name, int Outputs, int Inputs, int Kernel)
{
    public int Weights => Outputs * Inputs * Kernel * Kernel;
}

/// <summary>A layer as a graph takes it: weights [O, H, W, I], bias [O].</summary>
internal readonly record struct LayerWeights(Constant Weights, Constant Bias);

/// <summary>
/// The layout that Deep Compression publishes networks in, little-endian, without gaps:
/// <list type="bullet">
/// <item>for each layer, uint32: how many of its weights are stored;</item>
/// <item>then for each layer 256 shared values and the biases, float32; of each stored weight a byte, which of the values it has; and of
/// each, 4 bits, the first in the lower half of a byte: how many weights before it are not stored, which are zero.</item>
/// </list>
/// Where more than 15 are not stored in a row, a zero is: value 0 of each layer is zero.
/// </summary>
internal static class LayerFile
{
    private const int Shared = 256;

    /// <summary>The bytes of a file that stores every weight.</summary>
    public static long LongestLength(ReadOnlySpan<LayerSize> layers)
    {
        long length = 0;
        foreach (LayerSize layer in layers) length += sizeof(uint) + Length(layer, layer.Weights);
        return length;
    }

    /// <summary>The weights of each layer, by its name.</summary>
    /// <exception cref="ModelFormatException">The bytes are none of these layers; the message says at which byte.</exception>
    public static Dictionary<string, LayerWeights> Read(ReadOnlySpan<byte> file, ReadOnlySpan<LayerSize> layers)
    {
        int[] counts = ReadCounts(file, layers);
        var result = new Dictionary<string, LayerWeights>();
        int at = sizeof(uint) * layers.Length;
        for (int i = 0; i < layers.Length; i++)
        {
            int length = Length(layers[i], counts[i]);
            result.Add(layers[i].Name, ReadLayer(file.Slice(at, length), at, layers[i], counts[i]));
            at += length;
        }
        return result;
    }

    /// <summary>How many weights of each layer are stored. That the file is as long as they ask for is seen here, before anything is allocated for them.</summary>
    private static int[] ReadCounts(ReadOnlySpan<byte> file, ReadOnlySpan<LayerSize> layers)
    {
        long expected = sizeof(uint) * layers.Length;
        if (file.Length < expected) throw EndsEarly(file.Length, expected);
        int[] counts = new int[layers.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(file[(sizeof(uint) * i)..]);
            if (count > layers[i].Weights)
                throw new ModelFormatException($"byte {sizeof(uint) * i}: {count} stored weights of {layers[i].Name}; expected at most its {layers[i].Weights}. Is it SqueezeNet v1.0 in the format of Deep Compression?");
            counts[i] = (int)count;
            expected += Length(layers[i], counts[i]);
        }
        if (file.Length < expected) throw EndsEarly(file.Length, expected);
        if (file.Length > expected) throw new ModelFormatException($"byte {expected}: {file.Length - expected} bytes after the last layer; expected the end of the file, by its counts of stored weights");
        return counts;
    }

    private static ModelFormatException EndsEarly(int length, long expected) =>
        new($"byte {length}: the file ends; expected {expected} bytes, by its counts of stored weights; get a whole copy");

    private static int Length(LayerSize layer, int count) => sizeof(float) * (Shared + layer.Outputs) + count + (count + 1) / 2;

    private static LayerWeights ReadLayer(ReadOnlySpan<byte> bytes, int start, LayerSize layer, int count)
    {
        int biases = sizeof(float) * Shared, codes = biases + sizeof(float) * layer.Outputs, gaps = codes + count;
        float[] values = ReadFloats(bytes[..biases], start, layer);
        // Zero with all bits: what is not stored is this value, too.
        if (BitConverter.SingleToUInt32Bits(values[0]) != 0)
            throw new ModelFormatException($"byte {start}: the first shared value of {layer.Name} is {values[0]:R}; expected 0, which weights have that are not stored");
        float[] bias = ReadFloats(bytes[biases..codes], start + biases, layer);
        byte[] dense = Scatter(bytes[codes..gaps], bytes[gaps..], start + gaps, layer);
        return new LayerWeights(WithoutUnused(layer, dense, values), Constant.Of<float>(bias));
    }

    private static float[] ReadFloats(ReadOnlySpan<byte> bytes, int start, LayerSize layer)
    {
        float[] numbers = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(sizeof(float) * i)..]);
            if (!float.IsFinite(numbers[i])) throw new ModelFormatException($"byte {start + sizeof(float) * i}: {layer.Name} has {numbers[i]}; expected a finite number");
        }
        return numbers;
    }

    /// <summary>A code for each weight, 0 where none is stored.</summary>
    private static byte[] Scatter(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> gaps, int start, LayerSize layer)
    {
        byte[] dense = new byte[layer.Weights];
        int at = -1;
        for (int i = 0; i < codes.Length; i++)
        {
            at += 1 + (gaps[i / 2] >> 4 * (i % 2) & 15);
            if (at >= dense.Length) throw new ModelFormatException($"byte {start + i / 2}: weight {at} of {layer.Name}; expected one of its {dense.Length}");
            dense[at] = codes[i];
        }
        if (codes.Length % 2 == 1 && gaps[^1] > 15)
            throw new ModelFormatException($"byte {start + gaps.Length - 1}: {gaps[^1] >> 4} in the upper half, after the last stored weight of {layer.Name}; expected 0");
        return dense;
    }

    /// <summary>
    /// The values that are used, in ascending order: neighbours then have bits in common, and are used about as often as each other, which is
    /// what their tables in a file are coded by.
    /// </summary>
    private static Constant WithoutUnused(LayerSize layer, byte[] codes, ReadOnlySpan<float> values)
    {
        Span<bool> used = stackalloc bool[Shared];
        foreach (byte code in codes) used[code] = true;
        var kept = new List<int>();
        var sorted = new List<float>();
        for (int code = 0; code < Shared; code++)
        {
            if (!used[code]) continue;
            int place = sorted.BinarySearch(values[code]);
            place = place < 0 ? ~place : place;
            sorted.Insert(place, values[code]);
            kept.Insert(place, code);
        }
        Span<byte> renumbered = stackalloc byte[Shared];
        for (int i = 0; i < kept.Count; i++) renumbered[kept[i]] = (byte)i;
        foreach (ref byte code in codes.AsSpan()) code = renumbered[code];
        return Constant.Codebook([layer.Outputs, layer.Inputs, layer.Kernel, layer.Kernel], codes, sorted.ToValueList()).Transposed([0, 2, 3, 1]);
    }
}
