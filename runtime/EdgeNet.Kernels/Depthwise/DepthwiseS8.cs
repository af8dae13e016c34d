namespace EdgeNet.Kernels;

/// <remarks>
/// Fast kernels take codes as they are: the zero point of the input is in the packed bias, and taps outside the image read pixels that hold
/// it, so that every tap always counts. Several taps of a channel are multiplied and added by one instruction; for that, the bytes of the
/// rows of a column are brought side by side, and serve every output whose window covers that column.
/// </remarks>
public static unsafe partial class DepthwiseS8
{
    private static bool AcceptsAny(in DepthwiseShape shape) => true;

    /// <summary>
    /// The bias of a channel with the zero point of the input, and the offset that the kernel adds to its codes, taken out: sums wrap modulo
    /// 2^32, as the accumulators do.
    /// </summary>
    private static int PackedBias(in DepthwisePacking packing, int channel, int activationOffset)
    {
        int sum = 0, channels = packing.Shape.Channels, zero = packing.Quantization.WeightZeroPointAt(channel);
        for (int at = channel; at < packing.Codes.Length; at += channels) sum += packing.Codes[at] - zero;
        return unchecked((packing.CodeBias.IsEmpty ? 0 : packing.CodeBias[channel]) - (packing.Quantization.InputZeroPoint + activationOffset) * sum);
    }

    /// <summary>Where block <paramref name="block"/> of <paramref name="tile"/> channels begins: the last one may overlap the one before.</summary>
    private static int BlockStart(int block, int tile, int channels) => Math.Min(block * tile, Math.Max(channels - tile, 0));
}
