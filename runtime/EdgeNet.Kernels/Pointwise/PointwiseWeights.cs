using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>Weights [columns, taps, source depth] in the panels of a kernel (see <see cref="PointwiseBlock"/>), packed once at plan time; zero where the kernel's
/// depth goes beyond the source's.</summary>
internal sealed class PointwiseWeights
{
    private readonly PointwiseKernel _kernel;
    private readonly int _depthBytes;

    private PointwiseWeights(PointwiseKernel kernel, int columns, int taps, int depth, int elementSize, int headerSize)
    {
        _kernel = kernel;
        int groups = (depth + kernel.DepthGroup - 1) / kernel.DepthGroup;
        HeaderBytes = kernel.TileColumns * headerSize;
        _depthBytes = groups * kernel.DepthGroup * kernel.TileColumns * elementSize;
        PanelBytes = AlignedBuffer.RoundUp(checked(HeaderBytes + taps * _depthBytes));
        Buffer = new AlignedBuffer(checked(kernel.Panels(columns) * PanelBytes));
    }

    public AlignedBuffer Buffer { get; }

    public int PanelBytes { get; }

    public int HeaderBytes { get; }

    public static PointwiseWeights F32(PointwiseKernel kernel, int columns, int taps, int sourceDepth, int depth, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        var packed = new PointwiseWeights(kernel, columns, taps, depth, sizeof(float), sizeof(float));
        packed.Place(columns, taps, sourceDepth, weights);
        for (int column = 0; column < bias.Length; column++) packed.Header<float>(column, 0)[0] = bias[column];
        return packed;
    }

    public static PointwiseWeights S8(
        PointwiseKernel kernel, int columns, int taps, int sourceDepth, int depth, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias)
    {
        var packed = new PointwiseWeights(kernel, columns, taps, depth, sizeof(sbyte), 3 * sizeof(int));
        packed.Place(columns, taps, sourceDepth, weights);
        int filter = taps * sourceDepth;
        for (int column = 0; column < columns; column++)
        {
            int sum = 0;
            foreach (sbyte w in weights.Slice(column * filter, filter)) sum += w;
            int zero = quantization.WeightZeroPointAt(column);
            // Σ(x - zx)(w - zw) = Σ(x + offset)w - (zx + offset)Σw - zw Σx + n zx zw: all but the first and third are known now.
            // Sums wrap modulo 2^32, as the accumulators do.
            packed.Header<int>(column, 0)[0] = unchecked((bias.IsEmpty ? 0 : bias[column])
                - (quantization.InputZeroPoint + kernel.ActivationOffset) * sum + filter * quantization.InputZeroPoint * zero);
            packed.Header<float>(column, 1)[0] = Requantization.Finite(quantization.Multipliers[column]);
            packed.Header<int>(column, 2)[0] = zero;
        }
        return packed;
    }

    /// <summary>One column's place in row <paramref name="row"/> of its panel's header; all of them have 4 bytes.</summary>
    private Span<T> Header<T>(int column, int row) where T : unmanaged
    {
        (int panel, int within) = Math.DivRem(column, _kernel.TileColumns);
        int at = panel * PanelBytes + (row * _kernel.TileColumns + within) * sizeof(int);
        return MemoryMarshal.Cast<byte, T>(Buffer.As<byte>().Slice(at, sizeof(int)));
    }

    private void Place<T>(int columns, int taps, int depth, ReadOnlySpan<T> weights) where T : unmanaged
    {
        int width = _kernel.TileColumns, group = _kernel.DepthGroup;
        for (int panel = 0; panel * width < columns; panel++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                Span<T> to = MemoryMarshal.Cast<byte, T>(Buffer.As<byte>().Slice(panel * PanelBytes + HeaderBytes + tap * _depthBytes, _depthBytes));
                int valid = Math.Min(width, columns - panel * width);
                for (int within = 0; within < valid; within++)
                {
                    ReadOnlySpan<T> from = weights.Slice(((panel * width + within) * taps + tap) * depth, depth);
                    for (int k = 0; k < depth; k++) to[(k / group * width + within) * group + k % group] = from[k];
                }
            }
        }
    }
}
