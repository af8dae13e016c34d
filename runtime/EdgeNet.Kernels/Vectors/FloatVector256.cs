using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>Eight fp32 lanes.</summary>
internal readonly struct FloatVector256(Vector256<float> lanes) : IFloatVector<FloatVector256>
{
    private readonly Vector256<float> _lanes = lanes;

    public static int Count => Vector256<float>.Count;

    public float First => _lanes.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Load(ref readonly float from, nuint at) => new(Vector256.LoadUnsafe(in from, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to, nuint at) => _lanes.StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadCodes(
        ref readonly sbyte from, nuint at, out FloatVector256 a, out FloatVector256 b, out FloatVector256 c, out FloatVector256 d)
    {
        Vector128<sbyte> low = Vector128.LoadUnsafe(in from, at), high = Vector128.LoadUnsafe(in from, at + 16);
        a = new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(low)));
        b = new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(low, 8))));
        c = new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(high)));
        d = new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(high, 8))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(ref sbyte to, nuint at, FloatVector256 a, FloatVector256 b, FloatVector256 c, FloatVector256 d)
    {
        Vector256<short> ab = Avx2.PackSignedSaturate(Vector256.ConvertToInt32Native(a._lanes), Vector256.ConvertToInt32Native(b._lanes));
        Vector256<short> cd = Avx2.PackSignedSaturate(Vector256.ConvertToInt32Native(c._lanes), Vector256.ConvertToInt32Native(d._lanes));
        // Packing works within 128 bits: fours of a, b, c, d, then again.
        Vector256<int> mixed = Avx2.PackSignedSaturate(ab, cd).AsInt32();
        Avx2.PermuteVar8x32(mixed, Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte().StoreUnsafe(ref to, at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Max(FloatVector256 a, FloatVector256 b) => new(Vector256.Max(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Min(FloatVector256 a, FloatVector256 b) => new(Vector256.Min(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Clamp(FloatVector256 x, FloatVector256 low, FloatVector256 high) =>
        new(Vector256.MaxNative(Vector256.MinNative(x._lanes, high._lanes), low._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Abs(FloatVector256 x) => new(Vector256.Abs(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Sqrt(FloatVector256 x) => new(Vector256.Sqrt(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Floor(FloatVector256 x) => new(Vector256.Floor(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Ceiling(FloatVector256 x) => new(Vector256.Ceiling(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Round(FloatVector256 x) => new(Vector256.Round(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 TwoTo(FloatVector256 k) =>
        new(((Vector256.ConvertToInt32Native(k._lanes) + Vector256.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Less(FloatVector256 a, FloatVector256 b) => new(Vector256.LessThan(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Equal(FloatVector256 a, FloatVector256 b) => new(Vector256.Equals(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 Select(FloatVector256 condition, FloatVector256 a, FloatVector256 b) =>
        new(Vector256.ConditionalSelect(condition._lanes, a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(FloatVector256 x) => Vector256.Sum(x._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator +(FloatVector256 a, FloatVector256 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator -(FloatVector256 a, FloatVector256 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator *(FloatVector256 a, FloatVector256 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator /(FloatVector256 a, FloatVector256 b) => new(a._lanes / b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector256 operator -(FloatVector256 x) => new(-x._lanes);
}
