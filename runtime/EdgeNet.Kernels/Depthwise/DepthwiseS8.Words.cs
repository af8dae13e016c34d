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

    /// <summary>
    /// Whether neighbouring pixels fill a vector together: at stride 1 a tap of several pixels is one run of bytes, and their weights are the
    /// same.
    /// </summary>
    private static bool Folds(int channels, int tile, int stride) => channels < tile && tile % channels == 0 && stride == 1;

    private static bool IsThree(int height, int width, int stride, int dilation, bool folds) =>
        (height, width, dilation) == (3, 3, 1) && stride is 1 or 2 && !folds;

    private static int WordPairs(int height, int width, bool three) => three ? 5 : (height + 1) / 2 * width;

    /// <summary>Which pair a tap is in, and whether it is its second.</summary>
    private static (int Pair, int Half) WordPlace(int ky, int kx, int width, bool three)
    {
        if (ky < 2 || !three) return (ky / 2 * width + kx, ky % 2);
        // (2, 0) with (2, 1), and (2, 2) as the second with nothing as the first.
        return kx == 2 ? (4, 1) : (3, kx);
    }

    private static int PackWords(DepthwisePacking packing, byte* to, int tile)
    {
        DepthwiseShape shape = packing.Shape;
        int channels = shape.Channels, blocks = (channels + tile - 1) / tile;
        bool folds = Folds(channels, tile, shape.StrideWidth);
        bool three = IsThree(shape.KernelHeight, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth, folds);
        int pairs = WordPairs(shape.KernelHeight, shape.KernelWidth, three);
        int blockBytes = WordWeights * tile + pairs * WordPair * tile, length = checked(blocks * blockBytes);
        if (to == null) return length;
        for (int block = 0; block < blocks; block++)
        {
            byte* at = to + block * blockBytes;
            for (int i = 0; i < tile; i++)
            {
                int c = BlockStart(block, tile, channels) + WordChannel(2 * i / tile, i % (tile / 2));
                if (folds) c %= channels;
                if (c >= channels) continue;
                ((int*)at)[i] = PackedBias(in packing, c, 0);
                ((float*)(at + sizeof(int) * tile))[i] = Requantization.Finite(packing.Quantization.Multipliers[c]);
                short* weights = (short*)(at + WordWeights * tile);
                for (int ky = 0; ky < shape.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < shape.KernelWidth; kx++)
                    {
                        (int pair, int half) = WordPlace(ky, kx, shape.KernelWidth, three);
                        int weight = packing.Codes[(ky * shape.KernelWidth + kx) * channels + c] - packing.Quantization.WeightZeroPointAt(c);
                        weights[(pair * tile + i) * 2 + half] = (short)weight;
                    }
                }
            }
        }
        return length;
    }

    private static void WordRow(
        DepthwiseRow* row, int tile, delegate*<DepthwiseRow*, byte*, int, void> threes, delegate*<DepthwiseRow*, nint*, int, byte*, int, void> any,
        delegate*<DepthwiseRow*, void> blocks)
    {
        if (Folds(row->Channels, tile, row->Stride)) Fold(row, tile, any);
        else if (row->Channels < tile) Narrow(row, tile, blocks);
        else WordBlocks(row, tile, threes, any);
    }

    private static void WordBlocks(
        DepthwiseRow* row, int tile, delegate*<DepthwiseRow*, byte*, int, void> threes, delegate*<DepthwiseRow*, nint*, int, byte*, int, void> any)
    {
        bool three = IsThree(row->KernelHeight, row->KernelWidth, row->Stride, row->Dilation, folds: false);
        int pairs = WordPairs(row->KernelHeight, row->KernelWidth, three), even = (row->KernelHeight + 1) & -2;
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

    /// <summary>
    /// Few channels at stride 1: a vector holds several neighbouring pixels. Of each row of the window a stretch is copied with what lies
    /// outside the image beside it, so that every tap is one run.
    /// </summary>
    private static void Fold(DepthwiseRow* row, int tile, delegate*<DepthwiseRow*, nint*, int, byte*, int, void> any)
    {
        int channels = row->Channels, group = tile / channels, reach = (row->KernelWidth - 1) * row->Dilation + 1;
        int even = (row->KernelHeight + 1) & -2;
        int most = Math.Clamp((SpreadBytes / row->KernelHeight - reach * channels) / tile, 1, (row->OutputWidth + group - 1) / group);
        int stretch = ((most * group) + reach - 1) * channels;
        byte* copies = stackalloc byte[stretch * row->KernelHeight];
        byte* codes = stackalloc byte[most * tile];
        nint* rows = stackalloc nint[even];
        for (int i = 0; i < even; i++) rows[i] = (nint)copies + i % row->KernelHeight * stretch;
        DepthwiseRow own = *row;
        own.PixelBytes = channels;
        own.Channels = tile;
        own.Stride = group;
        own.PadLeft = 0;
        own.InputWidth = stretch / channels;
        own.Output = codes;
        for (int x = 0; x < row->OutputWidth; x += most * group)
        {
            int count = Math.Min(most * group, row->OutputWidth - x), left = x - row->PadLeft;
            own.OutputWidth = (count + group - 1) / group;
            int begin = Math.Clamp(-left, 0, own.InputWidth), end = Math.Clamp(row->InputWidth - left, begin, own.InputWidth);
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                var copy = new Span<byte>((byte*)rows[ky], stretch);
                copy[..(begin * channels)].Fill(*(byte*)row->ZeroPixel);
                copy[(end * channels)..].Fill(*(byte*)row->ZeroPixel);
                new ReadOnlySpan<byte>((byte*)row->Rows[ky] + (nint)(left + begin) * row->PixelBytes, (end - begin) * channels).CopyTo(copy[(begin * channels)..]);
            }
            any(&own, rows, even, row->Weights, 0);
            new ReadOnlySpan<byte>(codes, count * channels).CopyTo(new Span<byte>(row->Output + (nint)x * channels, count * channels));
        }
    }
}
