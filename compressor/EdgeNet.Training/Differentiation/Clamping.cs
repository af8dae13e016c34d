using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeNet.Training;

/// <summary>An activation that rides on the node before it: ReLU, ReLU6 and other clamps need no memory of their own.</summary>
internal static class Clamping
{
    /// <summary>Clamps values in place.</summary>
    public static void Run<T>(Span<T> y, T minimum, T maximum) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> low = new(minimum), high = new(maximum);
        Span<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(y);
        for (int i = 0; i < vectors.Length; i++) vectors[i] = Vector.Min(Vector.Max(vectors[i], low), high);
        for (int i = vectors.Length * Vector<T>.Count; i < y.Length; i++) y[i] = T.Min(T.Max(y[i], minimum), maximum);
    }

    /// <summary>Takes the gradient where a value was clamped; at the bound itself, too.</summary>
    public static void Mask<T>(ReadOnlySpan<T> y, Span<T> gradient, T minimum, T maximum) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> low = new(minimum), high = new(maximum);
        ReadOnlySpan<Vector<T>> values = MemoryMarshal.Cast<T, Vector<T>>(y);
        Span<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        for (int i = 0; i < vectors.Length && i < values.Length; i++)
        {
            Vector<T> inside = (Vector.GreaterThan(values[i], low) & Vector.LessThan(values[i], high)).As<T, T>();
            vectors[i] = Vector.ConditionalSelect(inside, vectors[i], Vector<T>.Zero);
        }
        for (int i = vectors.Length * Vector<T>.Count; i < y.Length; i++)
        {
            if (!(y[i] > minimum && y[i] < maximum)) gradient[i] = T.Zero;
        }
    }
}
