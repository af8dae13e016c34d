using System.Numerics;
using System.Runtime.CompilerServices;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>Elementary functions of vectors of either type.</summary>
internal static class Elementary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Exp<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Exp(x.As<T, float>()).As<float, T>() : Vector.Exp(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Log<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Log(x.As<T, float>()).As<float, T>() : Vector.Log(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Sin<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Sin(x.As<T, float>()).As<float, T>() : Vector.Sin(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Cos<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Cos(x.As<T, float>()).As<float, T>() : Vector.Cos(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Floor<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Floor(x.As<T, float>()).As<float, T>() : Vector.Floor(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Ceiling<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Ceiling(x.As<T, float>()).As<float, T>() : Vector.Ceiling(x.As<T, double>()).As<double, T>();

    /// <summary>The nearest integer, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Round<T>(Vector<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector.Round(x.As<T, float>()).As<float, T>() : Vector.Round(x.As<T, double>()).As<double, T>();

    /// <summary>1 ÷ (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Sigmoid<T>(Vector<T> x) where T : unmanaged => Vector<T>.One / (Vector<T>.One + Exp(-x));

    /// <summary>eˣ − 1; by its series where the difference would lose digits.</summary>
    public static Vector<T> Expm1<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> series = Vector<T>.One;
        for (int n = 13; n > 1; n--) series = Vector<T>.One + x * series / new Vector<T>(T.CreateChecked(n));
        return Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(x), new Vector<T>(T.CreateChecked(0.35))), x * series, Exp(x) - Vector<T>.One);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public static Vector<T> Tanh<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> size = Vector.Abs(x), grown = -Expm1(-(size + size)), tanh = grown / (Vector<T>.One + Vector<T>.One - grown);
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), -tanh, tanh);
    }

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static Vector<T> Softplus<T>(Vector<T> x) where T : unmanaged =>
        Vector.Max(x, Vector<T>.Zero) + Log(Vector<T>.One + Exp(-Vector.Abs(x)));

    /// <summary>
    /// The error function: in float by formula 7.1.26 of Abramowitz &amp; Stegun (1964), within 2 × 10⁻⁷, in double by its series, which is
    /// slow.
    /// </summary>
    public static Vector<T> Erf<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float)) return Lanes.Each(x, PortableMath.Erf);
        Vector<float> at = x.As<T, float>(), size = Vector.Abs(at), t = Vector<float>.One / (Vector<float>.One + size * 0.3275911f);
        Vector<float> series = t * (new Vector<float>(0.254829592f) + t * (new Vector<float>(-0.284496736f)
            + t * (new Vector<float>(1.421413741f) + t * (new Vector<float>(-1.453152027f) + t * 1.061405429f))));
        Vector<float> erf = Vector<float>.One - series * Vector.Exp(-(size * size));
        return Vector.ConditionalSelect(Vector.LessThan(at, Vector<float>.Zero), -erf, erf).As<float, T>();
    }
}
