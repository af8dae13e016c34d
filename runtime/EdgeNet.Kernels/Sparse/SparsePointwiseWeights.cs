namespace EdgeNet.Kernels;

/// <summary>
/// The weights [columns, depth] that are not zero, in the order in which a sparse kernel takes them: strip of input channels by strip, in
/// each column by column, in each by input channel.
/// </summary>
internal sealed class SparsePointwiseWeights
{
    private readonly int _columns, _strips, _panels;
    private readonly AlignedBuffer _weights, _counts, _bias;
    private readonly int[] _starts;

    public unsafe SparsePointwiseWeights(SparsePointwiseKernel kernel, int stripDepth, int columns, int depth, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _columns = columns;
        _strips = Math.Max(1, (depth + stripDepth - 1) / stripDepth);
        _panels = (columns + SparsePointwiseF32.PanelColumns - 1) / SparsePointwiseF32.PanelColumns;
        _starts = new int[_strips * _panels];
        _weights = new AlignedBuffer(checked((depth * columns - weights.Count(0f)) * sizeof(SparseWeight)));
        _counts = new AlignedBuffer(checked(_strips * columns * sizeof(int)));
        _bias = new AlignedBuffer(columns * sizeof(float));
        bias.CopyTo(_bias.As<float>());
        Span<SparseWeight> to = _weights.As<SparseWeight>();
        int next = 0;
        for (int strip = 0; strip < _strips; strip++)
        {
            int begin = strip * stripDepth, end = Math.Min(begin + stripDepth, depth);
            for (int column = 0; column < columns; column++)
            {
                if (column % SparsePointwiseF32.PanelColumns == 0) _starts[strip * _panels + column / SparsePointwiseF32.PanelColumns] = next;
                int first = next;
                for (int k = begin; k < end; k++)
                {
                    float value = weights[column * depth + k];
                    if (value != 0) to[next++] = new SparseWeight { Offset = (k - begin) * kernel.TilePixels * sizeof(float), Value = value };
                }
                _counts.As<int>()[strip * columns + column] = next - first;
            }
        }
        NonZeros = next;
    }

    public int NonZeros { get; }

    public int Strips => _strips;

    public int Panels => _panels;

    public long Bytes => (long)_weights.Length + _counts.Length + _bias.Length;

    /// <summary>Points a block at a panel's weights of a strip; the bias belongs to the first.</summary>
    public unsafe void Select(SparsePointwiseBlock* block, int strip, int panel)
    {
        int column = panel * SparsePointwiseF32.PanelColumns;
        block->Weights = (SparseWeight*)_weights.Address + _starts[strip * _panels + panel];
        block->Counts = (int*)_counts.Address + strip * _columns + column;
        block->Bias = strip == 0 ? (float*)_bias.Address + column : null;
        block->Columns = Math.Min(SparsePointwiseF32.PanelColumns, _columns - column);
    }
}
