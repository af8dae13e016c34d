using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <remarks>
/// Fast kernels take codes as they are: the zero point of the input is in the packed bias, and taps outside the image read pixels that hold
/// it, so that every tap always counts. Several taps of a channel are multiplied and added by one instruction; for that, the bytes of the
/// rows of a column are brought side by side, and serve every output whose window covers that column.
/// </remarks>
public static unsafe partial class DepthwiseS8
{
    /// <summary>Memory for pixels of fewer channels than a vector, spread to whole vectors.</summary>
    private const int SpreadBytes = 24 << 10;

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

    /// <summary>
    /// Fewer channels than a vector has: some pixels at a time are spread out so that each has a whole vector, and computed as a layer of that
    /// many channels.
    /// </summary>
    private static void Narrow(DepthwiseRow* row, int tile, delegate*<DepthwiseRow*, void> blocks)
    {
        int channels = row->Channels, reach = (row->KernelWidth - 1) * row->Dilation + 1;
        int most = Math.Max(1, (SpreadBytes / (tile * row->KernelHeight) - reach) / row->Stride + 1);
        most = Math.Min(most, row->OutputWidth);
        int width = (most - 1) * row->Stride + reach;
        byte* spread = stackalloc byte[width * row->KernelHeight * tile];
        byte* codes = stackalloc byte[most * tile];
        nint* rows = stackalloc nint[row->KernelHeight];
        DepthwiseRow own = *row;
        own.Rows = rows;
        own.PixelBytes = own.Channels = tile;
        own.PadLeft = 0;
        own.Output = codes;
        for (int x = 0; x < row->OutputWidth; x += most)
        {
            own.OutputWidth = Math.Min(most, row->OutputWidth - x);
            own.InputWidth = (own.OutputWidth - 1) * row->Stride + reach;
            int left = x * row->Stride - row->PadLeft;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                byte* to = spread + ky * width * tile;
                rows[ky] = (nint)to;
                for (int i = left; i < left + own.InputWidth; i++, to += tile)
                {
                    nint from = (uint)i < (uint)row->InputWidth ? row->Rows[ky] + i * row->PixelBytes : row->ZeroPixel;
                    Unsafe.CopyBlockUnaligned(to, (byte*)from, (uint)channels);
                }
            }
            blocks(&own);
            byte* output = row->Output + (nint)x * channels;
            for (int i = 0; i < own.OutputWidth; i++) Unsafe.CopyBlockUnaligned(output + i * channels, codes + i * tile, (uint)channels);
        }
    }

    /// <summary>The lowest code, in every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Lowest(DepthwiseRow* row) => Vector256.Create((sbyte)((int)row->Minimum + row->OutputZeroPoint));
}
