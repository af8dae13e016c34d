using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <summary>What each output pixel of a convolution sees, gathered into a patch of its own: taps one after the other, then zeros up to the depth.</summary>
internal sealed unsafe class PatchGathering
{
    private readonly ConvolutionShape _shape;
    private readonly AlignedBuffer _zeros;
    private readonly int _elementSize, _groupDepth, _depth, _patchBytes;

    /// <param name="shape">The convolution.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="depth">Elements of a patch, at least those of all its taps.</param>
    /// <param name="patchBytes">From one patch to the next.</param>
    /// <param name="zeros">What padding holds, for one tap.</param>
    public PatchGathering(in ConvolutionShape shape, int elementSize, int depth, int patchBytes, AlignedBuffer zeros)
    {
        _shape = shape;
        _groupDepth = shape.InputChannels / shape.Groups;
        (_elementSize, _depth, _patchBytes, _zeros) = (elementSize, depth, patchBytes, zeros);
    }

    /// <summary>The patches of some pixels, one line of the output at a time, row of the window by row of the window.</summary>
    public void Gather(in ImageView input, int begin, int pixels, int group, byte* patches)
    {
        (int row, int x) = Math.DivRem(begin, _shape.OutputWidth);
        for (int count; pixels > 0; pixels -= count, patches += (nint)count * _patchBytes, row++, x = 0)
        {
            count = Math.Min(pixels, _shape.OutputWidth - x);
            GatherRow(in input, row, x, count, group, patches);
        }
    }

    /// <summary>The patches of neighbouring pixels of one row: for each row of the window, its runs of taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherRow(in ImageView input, int row, int x, int count, int group, byte* patches)
    {
        int tap = _groupDepth * _elementSize, run = _shape.KernelWidth * tap;
        byte* zeros = (byte*)_zeros.Address;
        (int image, int y) = Math.DivRem(row, _shape.OutputHeight);
        // Pixels whose window lies inside the row, where taps side by side in the image are side by side in the patch.
        bool joined = _shape.DilationWidth == 1 && input.PixelBytes == tap;
        int room = _shape.InputWidth + _shape.PadLeft - _shape.KernelWidth;
        int first = joined && room >= 0 ? Math.Clamp((_shape.PadLeft + _shape.StrideWidth - 1) / _shape.StrideWidth, x, x + count) : x + count;
        int last = joined && room >= 0 ? Math.Clamp(room / _shape.StrideWidth + 1, first, x + count) : x + count;
        for (int ky = 0; ky < _shape.KernelHeight; ky++, patches += run)
        {
            int iy = y * _shape.StrideHeight - _shape.PadTop + ky * _shape.DilationHeight;
            byte* line = (uint)iy < (uint)_shape.InputHeight ? (byte*)input.Row(image * _shape.InputHeight + iy) + group * tap : null;
            byte* to = patches;
            for (int px = x; px < x + count; px++, to += _patchBytes)
            {
                int left = px * _shape.StrideWidth - _shape.PadLeft;
                if (line != null && px == first && first < last)
                {
                    CopyRuns(line + (nint)left * tap, _shape.StrideWidth * tap, to, _patchBytes, last - first, run);
                    to += (nint)(last - first - 1) * _patchBytes;
                    px = last - 1;
                    continue;
                }
                for (int kx = 0; kx < _shape.KernelWidth; kx++)
                {
                    int ix = left + kx * _shape.DilationWidth;
                    CopyRuns(line != null && (uint)ix < (uint)_shape.InputWidth ? line + (nint)ix * input.PixelBytes : zeros, 0, to + kx * tap, 0, 1, tap);
                }
            }
        }
        int rest = (_depth - _shape.KernelHeight * _shape.KernelWidth * _groupDepth) * _elementSize;
        // Of fp32 always whole elements, of codes at most a few bytes: not worth a call for each pixel.
        for (; rest >= sizeof(int); rest -= sizeof(int), patches += sizeof(int))
        {
            for (int i = 0; i < count; i++) Unsafe.WriteUnaligned(patches + (nint)i * _patchBytes, 0);
        }
        for (; rest > 0; rest--, patches++)
        {
            for (int i = 0; i < count; i++) patches[(nint)i * _patchBytes] = 0;
        }
    }

    /// <summary>Copies of some tens of bytes at even distances: two vectors or words that may overlap cost less than a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRuns(byte* from, nint fromStep, byte* to, nint toStep, int count, int bytes)
    {
        if (bytes is >= 32 and <= 64)
        {
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                Vector256<byte> begin = Vector256.Load(from), end = Vector256.Load(from + bytes - 32);
                begin.Store(to);
                end.Store(to + bytes - 32);
            }
        }
        else if (bytes is >= 8 and <= 16)
        {
            for (; count > 0; count--, from += fromStep, to += toStep)
            {
                ulong begin = Unsafe.ReadUnaligned<ulong>(from), end = Unsafe.ReadUnaligned<ulong>(from + bytes - 8);
                Unsafe.WriteUnaligned(to, begin);
                Unsafe.WriteUnaligned(to + bytes - 8, end);
            }
        }
        else
        {
            for (; count > 0; count--, from += fromStep, to += toStep) Unsafe.CopyBlockUnaligned(to, from, (uint)bytes);
        }
    }
}
