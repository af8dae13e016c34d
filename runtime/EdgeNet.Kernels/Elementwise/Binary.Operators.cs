using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

// The operators. Integers wrap around where they overflow.
public static partial class Binary
{
    /// <summary>a + b.</summary>
    public readonly record struct Add<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => a + b;
    }

    /// <summary>a - b.</summary>
    public readonly record struct Sub<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => a - b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => a - b;
    }

    /// <summary>a · b.</summary>
    public readonly record struct Mul<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => a * b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => a * b;
    }

    /// <summary>a / b; integers truncate towards zero, and by zero give zero.</summary>
    public readonly record struct Div<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => Quotient(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => a / b;
    }

    /// <summary>The larger; NaN wins.</summary>
    public readonly record struct Max<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => T.Max(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => TVector.Max(a, b);
    }

    /// <summary>The smaller; NaN wins.</summary>
    public readonly record struct Min<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => T.Min(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => TVector.Min(a, b);
    }

    /// <summary>The remainder with the sign of the divisor (ONNX <c>Mod</c>, fmod = 0; TFLite <c>FLOOR_MOD</c>); integers by zero give zero.</summary>
    public readonly record struct Mod<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        public T Invoke(T a, T b) => FloorRemainder(a, b);
    }

    /// <summary>The remainder with the sign of the dividend (ONNX <c>Mod</c>, fmod = 1); integers by zero give zero.</summary>
    public readonly record struct FMod<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        public T Invoke(T a, T b) => Remainder(a, b);
    }

    /// <summary>a, or b·a where a is below zero.</summary>
    public readonly record struct PRelu<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => a < T.Zero ? a * b : a;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => TVector.Select(TVector.Less(a, default), a * b, a);
    }

    /// <summary>(a - b)².</summary>
    public readonly record struct SquaredDifference<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IBinaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T a, T b) => (a - b) * (a - b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, IFloatVector<TVector> => (a - b) * (a - b);
    }

    /// <summary>a to the power b, by <see cref="Math.Pow"/>; integers truncate towards zero and saturate.</summary>
    public readonly record struct Pow<T> : IBinaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        public T Invoke(T a, T b) => T.CreateSaturating(Math.Pow(double.CreateTruncating(a), double.CreateTruncating(b)));
    }

    /// <summary>a = b, as a byte 0 or 1.</summary>
    public readonly record struct Equal<T> : IBinaryOperator<T, byte> where T : unmanaged, INumber<T>
    {
        public byte Invoke(T a, T b) => (byte)(a == b ? 1 : 0);
    }

    /// <summary>a &lt; b, as a byte 0 or 1.</summary>
    public readonly record struct Less<T> : IBinaryOperator<T, byte> where T : unmanaged, INumber<T>
    {
        public byte Invoke(T a, T b) => (byte)(a < b ? 1 : 0);
    }

    /// <summary>a ≤ b, as a byte 0 or 1.</summary>
    public readonly record struct LessOrEqual<T> : IBinaryOperator<T, byte> where T : unmanaged, INumber<T>
    {
        public byte Invoke(T a, T b) => (byte)(a <= b ? 1 : 0);
    }

    /// <summary>a &gt; b, as a byte 0 or 1.</summary>
    public readonly record struct Greater<T> : IBinaryOperator<T, byte> where T : unmanaged, INumber<T>
    {
        public byte Invoke(T a, T b) => (byte)(a > b ? 1 : 0);
    }

    /// <summary>a ≥ b, as a byte 0 or 1.</summary>
    public readonly record struct GreaterOrEqual<T> : IBinaryOperator<T, byte> where T : unmanaged, INumber<T>
    {
        public byte Invoke(T a, T b) => (byte)(a >= b ? 1 : 0);
    }

    /// <summary>Whether both are true; bools are bytes.</summary>
    public readonly record struct And : IBinaryOperator<byte, byte>
    {
        public byte Invoke(byte a, byte b) => (byte)(a != 0 && b != 0 ? 1 : 0);
    }

    /// <summary>Whether any is true; bools are bytes.</summary>
    public readonly record struct Or : IBinaryOperator<byte, byte>
    {
        public byte Invoke(byte a, byte b) => (byte)(a != 0 || b != 0 ? 1 : 0);
    }

    /// <summary>Whether one is true; bools are bytes.</summary>
    public readonly record struct Xor : IBinaryOperator<byte, byte>
    {
        public byte Invoke(byte a, byte b) => (byte)((a != 0) != (b != 0) ? 1 : 0);
    }

    private static bool IsInteger<T>() where T : unmanaged, INumber<T> => T.One / (T.One + T.One) == T.Zero;

    // The smallest integer by -1 traps in hardware; it wraps here.
    private static T Quotient<T>(T a, T b) where T : unmanaged, INumber<T>
    {
        if (!IsInteger<T>()) return a / b;
        if (T.IsZero(b)) return T.Zero;
        return b + T.One == T.Zero && T.IsNegative(b) ? -a : a / b;
    }

    private static T Remainder<T>(T a, T b) where T : unmanaged, INumber<T>
    {
        if (!IsInteger<T>()) return a % b;
        return T.IsZero(b) || (b + T.One == T.Zero && T.IsNegative(b)) ? T.Zero : a % b;
    }

    private static T FloorRemainder<T>(T a, T b) where T : unmanaged, INumber<T>
    {
        T remainder = Remainder(a, b);
        return !T.IsZero(remainder) && T.IsNegative(remainder) != T.IsNegative(b) ? remainder + b : remainder;
    }
}
