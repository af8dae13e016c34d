namespace EdgeNet.Import.Tests.DeepCompression;

/// <summary>Files of the format of Deep Compression, written from a seed, and what stands in one by the plainest reading.</summary>
internal static class NetFile
{
    /// <summary>Name, outputs, inputs, kernel of each layer of SqueezeNet v1.0, as its paper and Caffe model have them.</summary>
    public static (string Name, int Outputs, int Inputs, int Kernel)[] Layers { get; } =
    [
        ("conv1", 96, 3, 7),
        ("fire2/squeeze1x1", 16, 96, 1), ("fire2/expand1x1", 64, 16, 1), ("fire2/expand3x3", 64, 16, 3),
        ("fire3/squeeze1x1", 16, 128, 1), ("fire3/expand1x1", 64, 16, 1), ("fire3/expand3x3", 64, 16, 3),
        ("fire4/squeeze1x1", 32, 128, 1), ("fire4/expand1x1", 128, 32, 1), ("fire4/expand3x3", 128, 32, 3),
        ("fire5/squeeze1x1", 32, 256, 1), ("fire5/expand1x1", 128, 32, 1), ("fire5/expand3x3", 128, 32, 3),
        ("fire6/squeeze1x1", 48, 256, 1), ("fire6/expand1x1", 192, 48, 1), ("fire6/expand3x3", 192, 48, 3),
        ("fire7/squeeze1x1", 48, 384, 1), ("fire7/expand1x1", 192, 48, 1), ("fire7/expand3x3", 192, 48, 3),
        ("fire8/squeeze1x1", 64, 384, 1), ("fire8/expand1x1", 256, 64, 1), ("fire8/expand3x3", 256, 64, 3),
        ("fire9/squeeze1x1", 64, 512, 1), ("fire9/expand1x1", 256, 64, 1), ("fire9/expand3x3", 256, 64, 3),
        ("conv10", 1000, 512, 1),
    ];

    /// <summary>A file of random weights: of some layers all are stored, of some few, of one none.</summary>
    public static byte[] Random(int seed)
    {
        var random = new Random(seed);
        var counts = new MemoryStream();
        var rest = new MemoryStream();
        using BinaryWriter first = new(counts), then = new(rest);
        for (int i = 0; i < Layers.Length; i++)
        {
            (_, int outputs, int inputs, int kernel) = Layers[i];
            int weights = outputs * inputs * kernel * kernel, widest = i == 5 ? 1 : random.Next(1, 17), lowest = random.Next(200);
            List<byte> codes = [], gaps = [];
            for (int at = -1; i != 7;)
            {
                int step = random.Next(1, widest + 1);
                if (at + step >= weights) break;
                at += step;
                gaps.Add((byte)(step - 1));
                codes.Add(step == 16 && random.Next(2) == 0 ? (byte)0 : (byte)random.Next(lowest, 256));
            }
            first.Write((uint)codes.Count);
            then.Write(0f);
            for (int k = 1; k < 256 + outputs; k++) then.Write((float)(random.NextDouble() - 0.5));
            then.Write([.. codes]);
            for (int k = 0; k < gaps.Count; k += 2) then.Write((byte)(gaps[k] | (k + 1 < gaps.Count ? gaps[k + 1] << 4 : 0)));
        }
        return [.. counts.ToArray(), .. rest.ToArray()];
    }

    /// <summary>Where each layer of a file begins, and where the last ends.</summary>
    public static int[] Starts(byte[] file)
    {
        int[] starts = new int[Layers.Length + 1];
        starts[0] = 4 * Layers.Length;
        for (int i = 0; i < Layers.Length; i++)
        {
            int count = BitConverter.ToInt32(file, 4 * i);
            starts[i + 1] = starts[i] + 1024 + 4 * Layers[i].Outputs + count + (count + 1) / 2;
        }
        return starts;
    }

    /// <summary>The weights of a layer in the order of the file (O, I, H, W), and its biases.</summary>
    public static (float[] Weights, float[] Bias) Decode(byte[] file, int layer)
    {
        (_, int outputs, int inputs, int kernel) = Layers[layer];
        int count = BitConverter.ToInt32(file, 4 * layer), values = Starts(file)[layer], bias = values + 1024, codes = bias + 4 * outputs, gaps = codes + count;
        float[] weights = new float[outputs * inputs * kernel * kernel];
        for (int k = 0, at = 0; k < count; k++, at++)
        {
            byte pair = file[gaps + k / 2];
            at += k % 2 == 0 ? pair % 16 : pair / 16;
            weights[at] = BitConverter.ToSingle(file, values + 4 * file[codes + k]);
        }
        return (weights, [.. Enumerable.Range(0, outputs).Select(o => BitConverter.ToSingle(file, bias + 4 * o))]);
    }
}
