namespace EdgeNet.Kernels;

/// <summary>
/// A dense tensor seen from one axis: [Outer, Length, Inner], the products of the extents before and after it. Work along the axis is
/// split into Outer × Inner lines.
/// </summary>
public readonly record struct AxisShape(int Outer, int Length, int Inner)
{
    /// <summary>The number of lines that ranges are made of.</summary>
    public int Lines => Outer * Inner;

    /// <summary>The elements of the tensor.</summary>
    public int Elements => Outer * Length * Inner;

    /// <summary>The view of <paramref name="shape"/> from <paramref name="axis"/>, negative counting from the end.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public static AxisShape Of(ReadOnlySpan<int> shape, int axis)
    {
        if (axis < 0) axis += shape.Length;
        Require.That(0 <= axis && axis < shape.Length, $"there is no axis {axis} in a tensor of {shape.Length}");
        int outer = 1, inner = 1;
        foreach (int extent in shape[..axis]) outer *= extent;
        foreach (int extent in shape[(axis + 1)..]) inner *= extent;
        return new AxisShape(outer, shape[axis], inner);
    }

    /// <summary>Where line <paramref name="line"/> begins; its elements are Inner apart.</summary>
    internal int StartOf(int line) => line / Inner * Length * Inner + line % Inner;

    internal void Check(int input, int output, int begin, int end)
    {
        Require.Length(input, Elements, nameof(input));
        Require.Length(output, Elements, nameof(output));
        Require.Range(begin, end, Lines);
    }
}
