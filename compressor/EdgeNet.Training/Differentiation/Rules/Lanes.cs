using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeNet.Training;

/// <summary>Vectors at the end of a span, where it has fewer elements than a vector.</summary>
internal static class Lanes
{
    /// <summary>The elements from <paramref name="at"/> on; lanes beyond the end hold <paramref name="beyond"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(ReadOnlySpan<T> from, int at, T beyond) where T : unmanaged
    {
        ReadOnlySpan<T> rest = from[at..];
        return rest.Length >= Vector<T>.Count ? new Vector<T>(rest) : LoadPart(rest, beyond);
    }

    /// <summary>Writes as many lanes as there are places from <paramref name="at"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> vector, Span<T> to, int at) where T : unmanaged
    {
        Span<T> rest = to[at..];
        if (rest.Length >= Vector<T>.Count) vector.CopyTo(rest);
        else StorePart(vector, rest);
    }

    /// <summary>A function without a vector form, lane by lane.</summary>
    public static Vector<T> Each<T>(Vector<T> x, Func<double, double> function) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> lanes = stackalloc T[Vector<T>.Count];
        x.CopyTo(lanes);
        foreach (ref T lane in lanes) lane = T.CreateChecked(function(double.CreateChecked(lane)));
        return new Vector<T>(lanes);
    }

    /// <summary>A function of two numbers without a vector form, lane by lane.</summary>
    public static Vector<T> Each<T>(Vector<T> a, Vector<T> b, Func<double, double, double> function) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> lanes = stackalloc T[Vector<T>.Count];
        for (int i = 0; i < lanes.Length; i++) lanes[i] = T.CreateChecked(function(double.CreateChecked(a[i]), double.CreateChecked(b[i])));
        return new Vector<T>(lanes);
    }

    private static Vector<T> LoadPart<T>(ReadOnlySpan<T> from, T beyond) where T : unmanaged
    {
        Span<T> lanes = stackalloc T[Vector<T>.Count];
        lanes.Fill(beyond);
        from.CopyTo(lanes);
        return new Vector<T>(lanes);
    }

    private static void StorePart<T>(Vector<T> vector, Span<T> to) where T : unmanaged
    {
        Span<T> lanes = stackalloc T[Vector<T>.Count];
        vector.CopyTo(lanes);
        lanes[..to.Length].CopyTo(to);
    }
}
