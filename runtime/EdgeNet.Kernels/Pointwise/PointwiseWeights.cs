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

    private PointwiseWeights(PointwiseKernel kernel, int panels, int panelBytes)
    {
        _kernel = kernel;
        PanelBytes = panelBytes;
        Buffer = new AlignedBuffer(checked(panels * panelBytes));
    }

    public AlignedBuffer Buffer { get; }

    public int PanelBytes { get; }

    public int HeaderBytes { get; }

    /// <summary>Room for weights in fp32; zero until <see cref="PackF32"/> or <see cref="PackFlippedF32"/>.</summary>
    public static PointwiseWeights F32(PointwiseKernel kernel, int columns, int taps, int depth) =>
        new(kernel, columns, taps, depth, sizeof(float), sizeof(float));

    /// <summary>Packs some panels of weights [columns, depth], where depth is all taps of a filter, one after the other.</summary>
    public void PackF32(int columns, int depth, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int panelBegin, int panelEnd)
    {
        int width = _kernel.TileColumns;
        for (int number = panelBegin; number < panelEnd; number++)
        {
            int first = number * width, count = Math.Min(width, columns - first);
            ReadOnlySpan<float> from = weights.Slice(first * depth, count * depth);
            Span<float> panel = Panel(number), header = Header(number)[..count];
            if (bias.IsEmpty) header.Clear();
            else bias.Slice(first, count).CopyTo(header);
            if (count == width)
            {
                Transposition.Run(in from[0], depth, ref panel[0], depth, width);
                continue;
            }
            for (int within = 0; within < count; within++)
            {
                for (int k = 0; k < depth; k++) panel[k * width + within] = from[within * depth + k];
            }
        }
    }

    /// <summary>
    /// Packs some panels of weights [sources, taps, columns] for the opposite way: columns become outputs, sources inputs, and the taps are
    /// reversed, which makes the gradient of a convolution to its input a convolution (LeCun et al. 1989).
    /// </summary>
    public void PackFlippedF32(int columns, int taps, int sources, ReadOnlySpan<float> weights, int panelBegin, int panelEnd)
    {
        int width = _kernel.TileColumns;
        for (int number = panelBegin; number < panelEnd; number++)
        {
            int first = number * width, count = Math.Min(width, columns - first);
            Span<float> panel = Panel(number);
            Header(number).Clear();
            for (int tap = 0; tap < taps; tap++)
            {
                for (int source = 0; source < sources; source++)
                    weights.Slice((source * taps + taps - 1 - tap) * columns + first, count).CopyTo(panel[((tap * sources + source) * width)..]);
            }
        }
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

    /// <summary>
    /// Weights as <see cref="WordRuns"/>. A panel is bias and multipliers as ever; then where its weights begin, in bytes from the panel, and
    /// how many runs there are; then the program of the runs and, from the next cache line, the weights.
    /// </summary>
    public static PointwiseWeights S8Runs(
        PointwiseKernel kernel, int columns, int depth, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias)
    {
        int width = kernel.TileColumns, header = width * 2 * sizeof(int);
        var panels = new WordRuns[kernel.Panels(columns)];
        int panelBytes = 0;
        for (int panel = 0; panel < panels.Length; panel++)
        {
            WordRuns runs = panels[panel] = Runs(kernel, panel, columns, depth, in quantization, weights);
            int program = AlignedBuffer.RoundUp(header + (2 + runs.ProgramLength) * sizeof(int));
            panelBytes = Math.Max(panelBytes, AlignedBuffer.RoundUp(checked(program + runs.Groups * width * kernel.DepthGroup)));
        }
        var packed = new PointwiseWeights(kernel, panels.Length, panelBytes);
        for (int column = 0; column < columns; column++)
        {
            int sum = 0, zero = quantization.WeightZeroPointAt(column);
            foreach (sbyte w in weights.Slice(column * depth, depth)) sum += w - zero;
            packed.Header<int>(column, 0)[0] = unchecked(
                (bias.IsEmpty ? 0 : bias[column]) - (quantization.InputZeroPoint + kernel.ActivationOffset) * sum);
            packed.Header<float>(column, 1)[0] = Requantization.Finite(quantization.Multipliers[column]);
        }
        for (int panel = 0; panel < panels.Length; panel++)
        {
            Span<byte> bytes = packed.Buffer.As<byte>().Slice(panel * panelBytes, panelBytes);
            Span<int> program = MemoryMarshal.Cast<byte, int>(bytes[header..]);
            program[0] = AlignedBuffer.RoundUp(header + (2 + panels[panel].ProgramLength) * sizeof(int));
            program[1] = panels[panel].Count;
            panels[panel].WriteProgram(program[2..]);
            panels[panel].WriteWeights(MemoryMarshal.Cast<byte, sbyte>(bytes[program[0]..]));
        }
        return packed;
    }

    /// <summary>
    /// Whether a layer's runs are so long that it is faster by them. A group costs one multiplication and a run one more, against two for each
    /// group where sums have 32 bits from the start; below the evens, because patches are gathered and programs read.
    /// </summary>
    public static bool FitRuns(PointwiseKernel kernel, in ConvolutionShape shape, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights)
    {
        int columns = shape.OutputChannels, depth = shape.WeightsLength / columns;
        if (shape.Groups > 1 || columns < kernel.TileColumns / 2) return false;
        int panels = kernel.Panels(columns), step = Math.Max(1, panels / 8), groups = (depth + kernel.DepthGroup - 1) / kernel.DepthGroup;
        long cost = 0, plain = 0;
        for (int panel = 0; panel < panels; panel += step)
        {
            WordRuns runs = Runs(kernel, panel, columns, depth, in quantization, weights);
            cost += runs.Groups + runs.Count;
            plain += 2 * groups;
        }
        return cost * 20 < plain * 17;
    }

    private static WordRuns Runs(
        PointwiseKernel kernel, int panel, int columns, int depth, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights)
    {
        int width = kernel.TileColumns, group = kernel.DepthGroup, first = panel * width;
        var runs = new WordRuns(width);
        Span<int> part = new int[width * group];
        for (int k = 0; k < depth; k += group)
        {
            part.Clear();
            for (int column = first; column < Math.Min(columns, first + width); column++)
            {
                int zero = quantization.WeightZeroPointAt(column);
                for (int i = 0; i < Math.Min(group, depth - k); i++) part[(column - first) * group + i] = weights[column * depth + k + i] - zero;
            }
            runs.Add(k, part);
        }
        return runs;
    }

    /// <summary>The bias of a panel in fp32.</summary>
    private Span<float> Header(int panel) => MemoryMarshal.Cast<byte, float>(Buffer.As<byte>().Slice(panel * PanelBytes, _kernel.TileColumns * sizeof(float)));

    /// <summary>The weights of a panel in fp32: [depth, columns of a tile].</summary>
    private Span<float> Panel(int panel) => MemoryMarshal.Cast<byte, float>(Buffer.As<byte>().Slice(panel * PanelBytes + HeaderBytes, PanelBytes - HeaderBytes));

    /// <summary>One column's place in row <paramref name="row"/> of its panel's header; all of them have 4 bytes.</summary>
    private Span<T> Header<T>(int column, int row) where T : unmanaged
    {
        (int panel, int within) = Math.DivRem(column, _kernel.TileColumns);
        int at = panel * PanelBytes + (row * _kernel.TileColumns + within) * sizeof(int);
        return MemoryMarshal.Cast<byte, T>(Buffer.As<byte>().Slice(at, sizeof(int)));
    }

    private void Place(int columns, int taps, int depth, ReadOnlySpan<sbyte> weights)
    {
        int width = _kernel.TileColumns, group = _kernel.DepthGroup;
        for (int panel = 0; panel * width < columns; panel++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                Span<sbyte> to = MemoryMarshal.Cast<byte, sbyte>(Buffer.As<byte>().Slice(panel * PanelBytes + HeaderBytes + tap * _depthBytes, _depthBytes));
                int valid = Math.Min(width, columns - panel * width);
                for (int within = 0; within < valid; within++)
                {
                    ReadOnlySpan<sbyte> from = weights.Slice(((panel * width + within) * taps + tap) * depth, depth);
                    for (int k = 0; k < depth; k++) to[(k / group * width + within) * group + k % group] = from[k];
                }
            }
        }
    }
}
