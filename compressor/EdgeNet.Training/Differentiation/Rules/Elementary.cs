using System.Numerics;
using System.Runtime.CompilerServices;

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
}
