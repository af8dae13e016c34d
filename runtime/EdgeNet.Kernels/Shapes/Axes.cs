using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary>One integer for each axis of a tensor of at most eight axes.</summary>
[InlineArray(MaximumRank)]
internal struct Axes
{
    public const int MaximumRank = 8;
#pragma warning disable IDE0044, IDE0051 // the element of an inline array
    private int _first;
#pragma warning restore IDE0044, IDE0051

    public static Axes Of(ReadOnlySpan<int> values)
    {
        Require.That(values.Length <= MaximumRank, "more than 8 axes");
        Axes axes = default;
        values.CopyTo(axes);
        return axes;
    }

    /// <summary>The strides of a dense tensor whose last axis is contiguous.</summary>
    public static Axes DenseStrides(ReadOnlySpan<int> shape)
    {
        Require.That(shape.Length <= MaximumRank, "more than 8 axes");
        Axes strides = default;
        int stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }
}
