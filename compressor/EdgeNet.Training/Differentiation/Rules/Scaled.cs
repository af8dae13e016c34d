using System.Numerics;

namespace EdgeNet.Training;

/// <summary>What most gradients are made of.</summary>
internal static class Scaled
{
    /// <summary>to += x × factor.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, T factor, Span<T> to) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> factors = new(factor);
        int i = 0;
        for (; i <= to.Length - Vector<T>.Count; i += Vector<T>.Count) (new Vector<T>(to[i..]) + new Vector<T>(x[i..]) * factors).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] += x[i] * factor;
    }
}
