namespace EdgeNet.Kernels;

/// <content>
/// Blocks of channels in words: a weight less its zero point needs 9 bits, and one instruction of x64 adds the products of two taps of each
/// channel. Pairs of taps are two rows of a column; of a 3×3 window, the last row's are two columns: five pairs for nine taps. Unpacking to
/// pairs leaves the channels in the order of <see cref="WordChannel"/>, and narrowing the sums puts them right again.
/// Packed: for each block bias, multipliers, then two vectors of weights for each pair.
/// </content>
public static unsafe partial class DepthwiseS8
{
    /// <summary>The channel in dword <paramref name="lane"/> of unpacked vector <paramref name="vector"/>.</summary>
    private static int WordChannel(int vector, int lane) => lane / 4 * 8 + vector * 4 + lane % 4;

    /// <summary>Bytes for each channel of a block: bias and multiplier before the weights, and a pair of weights.</summary>
    private const int WordWeights = 8, WordPair = 4;

    private static bool IsThree(int height, int width, int stride, int dilation) => (height, width, dilation) == (3, 3, 1) && stride is 1 or 2;

    private static int WordPairs(int height, int width, int stride, int dilation) =>
        IsThree(height, width, stride, dilation) ? 5 : (height + 1) / 2 * width;

    /// <summary>Which pair a tap is in, and whether it is its second.</summary>
    private static (int Pair, int Half) WordPlace(in DepthwiseShape shape, int ky, int kx)
    {
        bool rest = ky == 2 && IsThree(shape.KernelHeight, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth);
        if (!rest) return (ky / 2 * shape.KernelWidth + kx, ky % 2);
        // (2, 0) with (2, 1), and (2, 2) as the second with nothing as the first.
        return kx == 2 ? (4, 1) : (3, kx);
    }

    private static int PackWords(DepthwisePacking packing, byte* to, int tile)
    {
        DepthwiseShape shape = packing.Shape;
        int channels = shape.Channels, blocks = (channels + tile - 1) / tile;
        int pairs = WordPairs(shape.KernelHeight, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth);
        int blockBytes = WordWeights * tile + pairs * WordPair * tile, length = checked(blocks * blockBytes);
        if (to == null) return length;
        for (int block = 0; block < blocks; block++)
        {
            byte* at = to + block * blockBytes;
            for (int i = 0; i < tile; i++)
            {
                int c = BlockStart(block, tile, channels) + WordChannel(2 * i / tile, i % (tile / 2));
                if (c >= channels) continue;
                ((int*)at)[i] = PackedBias(in packing, c, 0);
                ((float*)(at + sizeof(int) * tile))[i] = Requantization.Finite(packing.Quantization.Multipliers[c]);
                short* weights = (short*)(at + WordWeights * tile);
                for (int ky = 0; ky < shape.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < shape.KernelWidth; kx++)
                    {
                        (int pair, int half) = WordPlace(in shape, ky, kx);
                        int weight = packing.Codes[(ky * shape.KernelWidth + kx) * channels + c] - packing.Quantization.WeightZeroPointAt(c);
                        weights[(pair * tile + i) * 2 + half] = (short)weight;
                    }
                }
            }
        }
        return length;
    }

    private static void WordBlocks(
        DepthwiseRow* row, int tile, delegate*<DepthwiseRow*, byte*, int, void> threes, delegate*<DepthwiseRow*, nint*, int, byte*, int, void> any)
    {
        bool three = IsThree(row->KernelHeight, row->KernelWidth, row->Stride, row->Dilation);
        int pairs = WordPairs(row->KernelHeight, row->KernelWidth, row->Stride, row->Dilation), even = (row->KernelHeight + 1) & -2;
        nint* rows = stackalloc nint[even];
        // The weights of a row beyond the last are zero: which codes they meet does not matter.
        for (int i = 0; i < even; i++) rows[i] = row->Rows[i % row->KernelHeight];
        byte* block = row->Weights;
        for (int i = 0; i * tile < row->Channels; i++, block += (WordWeights + pairs * WordPair) * tile)
        {
            int c = BlockStart(i, tile, row->Channels);
            if (three) threes(row, block, c);
            else any(row, rows, even, block, c);
        }
    }
}
