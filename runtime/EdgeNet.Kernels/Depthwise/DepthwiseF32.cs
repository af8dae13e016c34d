using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>Depthwise 2-D convolution in fp32. ONNX <c>Conv</c> with as many groups as channels, TFLite <c>DEPTHWISE_CONV_2D</c>.</summary>
/// <remarks>
/// Packed weights of the fast kernels: for each vector of channels the bias, then the weights of each tap in order; zero beyond the last
/// channel. Sums start from the bias and run over the taps in order, by fused multiply-add.
/// </remarks>
public static unsafe partial class DepthwiseF32
{
    private static bool AcceptsAny(in DepthwiseShape shape) => true;

    private static int PackBlocks(DepthwisePacking packing, byte* to, int channelTile)
    {
        int channels = packing.Shape.Channels, taps = packing.Shape.KernelHeight * packing.Shape.KernelWidth;
        int blocks = (channels + channelTile - 1) / channelTile, length = checked(blocks * (1 + taps) * channelTile * sizeof(float));
        if (to == null) return length;
        Span<float> packed = MemoryMarshal.Cast<byte, float>(new Span<byte>(to, length));
        for (int c = 0; c < channels; c++)
        {
            Span<float> lane = packed[(c / channelTile * (1 + taps) * channelTile + c % channelTile)..];
            lane[0] = packing.Bias.IsEmpty ? 0 : packing.Bias[c];
            for (int tap = 0; tap < taps; tap++) lane[(1 + tap) * channelTile] = packing.Weights[tap * channels + c];
        }
        return length;
    }

    /// <summary>The output pixels first..last whose whole window lies inside the row: no tap needs a check.</summary>
    internal static (int First, int Last) Interior(DepthwiseRow* row)
    {
        int reach = (row->KernelWidth - 1) * row->Dilation + 1;
        int first = (row->PadLeft + row->Stride - 1) / row->Stride;
        int room = row->InputWidth + row->PadLeft - reach;
        int last = room < 0 ? 0 : room / row->Stride + 1;
        first = Math.Min(first, row->OutputWidth);
        return (first, Math.Clamp(last, first, row->OutputWidth));
    }
}
