using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vnni = System.Runtime.Intrinsics.X86.AvxVnni;
using X64 = System.Runtime.Intrinsics.X86.Avx2;

namespace EdgeNet.Kernels;

/// <content>
/// Blocks of 32 channels. The bytes of four rows of a column are interleaved, so that one dot product takes four taps of each of 8 channels:
/// a 3×3 window is three dot products. Interleaving leaves the channels in the order of <see cref="VnniChannel"/>, and narrowing the sums to
/// codes puts them right again.
/// Packed: the number of quads of rows; for each block bias, multipliers, then for each quad of rows, for each column of the window, four
/// vectors of weights. A weight less its zero point may need 9 bits: then the window is given two or three times as many rows, each with a
/// part of the weights.
/// </content>
public static unsafe partial class DepthwiseS8
{
    internal static readonly DepthwiseKernel AvxVnni = new("depthwise-s8-avxvnni", VnniTile, &FillsVnni, &PackVnni, &VnniRow);

    private const int VnniTile = 32, VnniHeader = 64, VnniBias = 0, VnniScale = 128, VnniWeights = 256;

    /// <summary>What does not fill a vector is better computed in words, of which half as many do.</summary>
    private static bool FillsVnni(in DepthwiseShape shape) => shape.Channels >= VnniTile;

    /// <summary>The channel in dword <paramref name="lane"/> of interleaved vector <paramref name="vector"/>.</summary>
    private static int VnniChannel(int vector, int lane) => lane / 4 * 16 + vector * 4 + lane % 4;

    private static int PackVnni(DepthwisePacking packing, byte* to)
    {
        DepthwiseShape shape = packing.Shape;
        int channels = shape.Channels, taps = shape.KernelHeight * shape.KernelWidth, parts = 1;
        for (int tap = 0; tap < taps; tap++)
        {
            for (int c = 0; c < channels; c++)
            {
                int weight = packing.Codes[tap * channels + c] - packing.Quantization.WeightZeroPointAt(c);
                parts = Math.Max(parts, weight is >= -128 and <= 127 ? 1 : weight <= 254 ? 2 : 3);
            }
        }
        int rows = parts * shape.KernelHeight, quads = (rows + 3) / 4, blocks = (channels + VnniTile - 1) / VnniTile;
        int blockBytes = VnniWeights + quads * shape.KernelWidth * 128, length = checked(VnniHeader + blocks * blockBytes);
        if (to == null) return length;
        *(int*)to = quads;
        for (int block = 0; block < blocks; block++)
        {
            byte* at = to + VnniHeader + block * blockBytes;
            int start = BlockStart(block, VnniTile, channels);
            for (int i = 0; i < VnniTile; i++)
            {
                (int vector, int lane) = Math.DivRem(i, 8);
                int c = start + VnniChannel(vector, lane);
                if (c >= channels) continue;
                ((int*)(at + VnniBias))[i] = PackedBias(in packing, c, 128);
                // Vectors 0, 2, 1, 3: so that the halves of longer vectors are narrowed together.
                int swapped = (vector & 1) << 1 | vector >> 1;
                ((float*)(at + VnniScale))[swapped * 8 + lane] = Requantization.Finite(packing.Quantization.Multipliers[c]);
                for (int row = 0; row < rows; row++)
                {
                    (int part, int ky) = Math.DivRem(row, shape.KernelHeight);
                    for (int kx = 0; kx < shape.KernelWidth; kx++)
                    {
                        int weight = packing.Codes[(ky * shape.KernelWidth + kx) * channels + c] - packing.Quantization.WeightZeroPointAt(c);
                        for (int p = 0; p < part; p++) weight -= Math.Clamp(weight, -128, 127);
                        sbyte* quad = (sbyte*)at + VnniWeights + (row / 4 * shape.KernelWidth + kx) * 128;
                        quad[i * 4 + row % 4] = (sbyte)Math.Clamp(weight, -128, 127);
                    }
                }
            }
        }
        return length;
    }

    private static void VnniRow(DepthwiseRow* row)
    {
        if (row->Channels < VnniTile) Narrow(row, VnniTile, &VnniBlocks);
        else VnniBlocks(row);
    }

    private static void VnniBlocks(DepthwiseRow* row)
    {
        int quads = *(int*)row->Weights, blockBytes = VnniWeights + quads * row->KernelWidth * 128;
        bool three = row->KernelHeight == 3 && row->KernelWidth == 3 && row->Dilation == 1 && quads == 1;
        nint* rows = stackalloc nint[quads * 4];
        // The weights of rows beyond the last are zero: which row they meet does not matter.
        for (int i = 0; i < quads * 4; i++) rows[i] = row->Rows[i % row->KernelHeight];
        byte* block = row->Weights + VnniHeader;
        for (int i = 0; i * VnniTile < row->Channels; i++, block += blockBytes)
        {
            int c = BlockStart(i, VnniTile, row->Channels);
            if (three && row->Stride == 1) Vnni3x3(row, block, c);
            else if (three && row->Stride == 2) Vnni3x3Stride2(row, block, c);
            else VnniAny(row, rows, quads, block, c);
        }
    }

    /// <summary>
    /// A 3×3 window at stride 1: as each column comes, it ends the sums of one output, goes on with those of the next and begins those of the one after.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vnni3x3(DepthwiseRow* row, byte* block, int c)
    {
        sbyte* w = (sbyte*)block + VnniWeights;
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, zero = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        Vector256<int> bias0 = Vector256.Load((int*)block), bias1 = Vector256.Load((int*)block + 8);
        Vector256<int> bias2 = Vector256.Load((int*)block + 16), bias3 = Vector256.Load((int*)block + 24);
        Vector256<sbyte> low = Lowest(row);
        var codes = new VnniCodes(row, block);
        byte* output = row->Output + c - 2 * row->Channels;
        Vector256<int> s0 = default, s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        int left = -row->PadLeft, last = left + row->OutputWidth + 2;
        for (int x = left; x < last; x++, output += row->Channels)
        {
            byte* a0 = zero, a1 = zero, a2 = zero;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            VnniInterleave(a0, a1, a2, out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3);
            if (x >= left + 2)
            {
                s0 = Vnni.MultiplyWideningAndAdd(s0, x0, Vector256.Load(w + 256));
                s1 = Vnni.MultiplyWideningAndAdd(s1, x1, Vector256.Load(w + 288));
                s2 = Vnni.MultiplyWideningAndAdd(s2, x2, Vector256.Load(w + 320));
                s3 = Vnni.MultiplyWideningAndAdd(s3, x3, Vector256.Load(w + 352));
                codes.Store(row, block, output, low, s0, s1, s2, s3);
            }
            s0 = Vnni.MultiplyWideningAndAdd(t0, x0, Vector256.Load(w + 128));
            s1 = Vnni.MultiplyWideningAndAdd(t1, x1, Vector256.Load(w + 160));
            s2 = Vnni.MultiplyWideningAndAdd(t2, x2, Vector256.Load(w + 192));
            s3 = Vnni.MultiplyWideningAndAdd(t3, x3, Vector256.Load(w + 224));
            t0 = Vnni.MultiplyWideningAndAdd(bias0, x0, Vector256.Load(w));
            t1 = Vnni.MultiplyWideningAndAdd(bias1, x1, Vector256.Load(w + 32));
            t2 = Vnni.MultiplyWideningAndAdd(bias2, x2, Vector256.Load(w + 64));
            t3 = Vnni.MultiplyWideningAndAdd(bias3, x3, Vector256.Load(w + 96));
        }
    }

    /// <summary>A 3×3 window at stride 2: every other column ends the sums of one output and begins those of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vnni3x3Stride2(DepthwiseRow* row, byte* block, int c)
    {
        sbyte* w = (sbyte*)block + VnniWeights;
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, zero = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        Vector256<int> bias0 = Vector256.Load((int*)block), bias1 = Vector256.Load((int*)block + 8);
        Vector256<int> bias2 = Vector256.Load((int*)block + 16), bias3 = Vector256.Load((int*)block + 24);
        Vector256<sbyte> low = Lowest(row);
        var codes = new VnniCodes(row, block);
        byte* output = row->Output + c;
        Vector256<int> s0 = default, s1 = s0, s2 = s0, s3 = s0;
        int left = -row->PadLeft, last = left + 2 * row->OutputWidth + 1;
        for (int x = left; ; x++)
        {
            byte* a0 = zero, a1 = zero, a2 = zero;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            VnniInterleave(a0, a1, a2, out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3);
            if (x > left)
            {
                s0 = Vnni.MultiplyWideningAndAdd(s0, x0, Vector256.Load(w + 256));
                s1 = Vnni.MultiplyWideningAndAdd(s1, x1, Vector256.Load(w + 288));
                s2 = Vnni.MultiplyWideningAndAdd(s2, x2, Vector256.Load(w + 320));
                s3 = Vnni.MultiplyWideningAndAdd(s3, x3, Vector256.Load(w + 352));
                codes.Store(row, block, output, low, s0, s1, s2, s3);
                output += row->Channels;
            }
            if (++x >= last) break;
            s0 = Vnni.MultiplyWideningAndAdd(bias0, x0, Vector256.Load(w));
            s1 = Vnni.MultiplyWideningAndAdd(bias1, x1, Vector256.Load(w + 32));
            s2 = Vnni.MultiplyWideningAndAdd(bias2, x2, Vector256.Load(w + 64));
            s3 = Vnni.MultiplyWideningAndAdd(bias3, x3, Vector256.Load(w + 96));
            a0 = a1 = a2 = zero;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            VnniInterleave(a0, a1, a2, out x0, out x1, out x2, out x3);
            s0 = Vnni.MultiplyWideningAndAdd(s0, x0, Vector256.Load(w + 128));
            s1 = Vnni.MultiplyWideningAndAdd(s1, x1, Vector256.Load(w + 160));
            s2 = Vnni.MultiplyWideningAndAdd(s2, x2, Vector256.Load(w + 192));
            s3 = Vnni.MultiplyWideningAndAdd(s3, x3, Vector256.Load(w + 224));
        }
    }

    /// <summary>Any window, output by output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void VnniAny(DepthwiseRow* row, nint* rows, int quads, byte* block, int c)
    {
        byte* output = row->Output + c, zero = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        Vector256<sbyte> low = Lowest(row);
        var codes = new VnniCodes(row, block);
        for (int x = 0; x < row->OutputWidth; x++, output += row->Channels)
        {
            sbyte* w = (sbyte*)block + VnniWeights;
            Vector256<int> s0 = Vector256.Load((int*)block), s1 = Vector256.Load((int*)block + 8);
            Vector256<int> s2 = Vector256.Load((int*)block + 16), s3 = Vector256.Load((int*)block + 24);
            for (nint* quad = rows; quad < rows + 4 * quads; quad += 4)
            {
                int at = x * row->Stride - row->PadLeft;
                for (int kx = row->KernelWidth; kx > 0; kx--, at += row->Dilation, w += 128)
                {
                    byte* a0 = zero, a1 = zero, a2 = zero, a3 = zero;
                    if ((uint)at < (uint)row->InputWidth)
                    {
                        a0 = (byte*)quad[0] + at * pixel + c;
                        a1 = (byte*)quad[1] + at * pixel + c;
                        a2 = (byte*)quad[2] + at * pixel + c;
                        a3 = (byte*)quad[3] + at * pixel + c;
                    }
                    VnniInterleave(a0, a1, a2, a3, out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3);
                    s0 = Vnni.MultiplyWideningAndAdd(s0, x0, Vector256.Load(w));
                    s1 = Vnni.MultiplyWideningAndAdd(s1, x1, Vector256.Load(w + 32));
                    s2 = Vnni.MultiplyWideningAndAdd(s2, x2, Vector256.Load(w + 64));
                    s3 = Vnni.MultiplyWideningAndAdd(s3, x3, Vector256.Load(w + 96));
                }
            }
            codes.Store(row, block, output, low, s0, s1, s2, s3);
        }
    }

    /// <summary>Of 32 channels of three rows, made unsigned: the bytes of each channel side by side, and one that is not used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VnniInterleave(
        byte* a0, byte* a1, byte* a2, out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3)
    {
        Vector256<byte> offset = Vector256.Create((byte)0x80);
        Vector256<byte> y0 = Vector256.Load(a0) ^ offset, y1 = Vector256.Load(a1) ^ offset, y2 = Vector256.Load(a2) ^ offset;
        VnniInterleave(y0, y1, y2, y2, out x0, out x1, out x2, out x3);
    }

    /// <summary>Of 32 channels of four rows, made unsigned: the bytes of each channel side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VnniInterleave(
        byte* a0, byte* a1, byte* a2, byte* a3, out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3)
    {
        Vector256<byte> offset = Vector256.Create((byte)0x80);
        Vector256<byte> y0 = Vector256.Load(a0) ^ offset, y1 = Vector256.Load(a1) ^ offset;
        Vector256<byte> y2 = Vector256.Load(a2) ^ offset, y3 = Vector256.Load(a3) ^ offset;
        VnniInterleave(y0, y1, y2, y3, out x0, out x1, out x2, out x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VnniInterleave(
        Vector256<byte> y0, Vector256<byte> y1, Vector256<byte> y2, Vector256<byte> y3,
        out Vector256<byte> x0, out Vector256<byte> x1, out Vector256<byte> x2, out Vector256<byte> x3)
    {
        Vector256<short> low01 = X64.UnpackLow(y0, y1).AsInt16(), low23 = X64.UnpackLow(y2, y3).AsInt16();
        Vector256<short> high01 = X64.UnpackHigh(y0, y1).AsInt16(), high23 = X64.UnpackHigh(y2, y3).AsInt16();
        x0 = X64.UnpackLow(low01, low23).AsByte();
        x1 = X64.UnpackHigh(low01, low23).AsByte();
        x2 = X64.UnpackLow(high01, high23).AsByte();
        x3 = X64.UnpackHigh(high01, high23).AsByte();
    }

    /// <summary>
    /// From sums to the codes of 32 channels. Sums and multipliers are in the order of interleaving, and packing within each 128 bits undoes
    /// it. Where vectors have 512 bits there are registers to keep these in; else they are read each time.
    /// </summary>
    private readonly struct VnniCodes
    {
        private readonly Vector512<float> _scale02, _scale13, _high;
        private readonly Vector512<short> _zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public VnniCodes(DepthwiseRow* row, byte* block)
        {
            if (!Avx512BW.IsSupported) return;
            _scale02 = Vector512.Load((float*)(block + VnniScale));
            _scale13 = Vector512.Load((float*)(block + VnniScale) + 16);
            _high = Vector512.Create(row->Maximum);
            _zero = Vector512.Create((short)row->OutputZeroPoint);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(
            DepthwiseRow* row, byte* block, byte* output, Vector256<sbyte> low,
            Vector256<int> s0, Vector256<int> s1, Vector256<int> s2, Vector256<int> s3)
        {
            if (Avx512BW.IsSupported)
            {
                Vector512<int> q02 = RequantizationVectors.Round(RequantizationVectors.Join(s0, s2), _scale02, _high);
                Vector512<int> q13 = RequantizationVectors.Round(RequantizationVectors.Join(s1, s3), _scale13, _high);
                Vector512<short> q = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(q02, q13), _zero);
                X64.Max(X64.PackSignedSaturate(q.GetLower(), q.GetUpper()), low).Store((sbyte*)output);
            }
            else
            {
                float* scale = (float*)(block + VnniScale);
                Vector256<float> high = Vector256.Create(row->Maximum);
                Vector256<short> zero = Vector256.Create((short)row->OutputZeroPoint);
                Vector256<int> q0 = RequantizationVectors.Round(s0, Vector256.Load(scale), high);
                Vector256<int> q2 = RequantizationVectors.Round(s2, Vector256.Load(scale + 8), high);
                Vector256<int> q1 = RequantizationVectors.Round(s1, Vector256.Load(scale + 16), high);
                Vector256<int> q3 = RequantizationVectors.Round(s3, Vector256.Load(scale + 24), high);
                Vector256<short> q01 = X64.AddSaturate(X64.PackSignedSaturate(q0, q1), zero);
                Vector256<short> q23 = X64.AddSaturate(X64.PackSignedSaturate(q2, q3), zero);
                X64.Max(X64.PackSignedSaturate(q01, q23), low).Store((sbyte*)output);
            }
        }
    }
}
