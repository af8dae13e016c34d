using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>Sixteen fp32 lanes.</summary>
internal readonly struct FloatVector512(Vector512<float> lanes) : IFloatVector<FloatVector512>
{
    private readonly Vector512<float> _lanes = lanes;

    public static int Count => Vector512<float>.Count;

    public float First => _lanes.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Load(ref readonly float from, nuint at) => new(Vector512.LoadUnsafe(in from, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to, nuint at) => _lanes.StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadCodes(
        ref readonly sbyte from, nuint at, out FloatVector512 a, out FloatVector512 b, out FloatVector512 c, out FloatVector512 d)
    {
        a = new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(in from, at))));
        b = new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(in from, at + 16))));
        c = new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(in from, at + 32))));
        d = new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(in from, at + 48))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(ref sbyte to, nuint at, FloatVector512 a, FloatVector512 b, FloatVector512 c, FloatVector512 d)
    {
        Vector512<short> ab = Avx512BW.PackSignedSaturate(Vector512.ConvertToInt32Native(a._lanes), Vector512.ConvertToInt32Native(b._lanes));
        Vector512<short> cd = Avx512BW.PackSignedSaturate(Vector512.ConvertToInt32Native(c._lanes), Vector512.ConvertToInt32Native(d._lanes));
        // Packing works within 128 bits: fours of a, b, c, d, four times.
        Vector512<int> mixed = Avx512BW.PackSignedSaturate(ab, cd).AsInt32();
        Avx512F.PermuteVar16x32(mixed, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
            .AsSByte().StoreUnsafe(ref to, at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Max(FloatVector512 a, FloatVector512 b) => new(Vector512.Max(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Min(FloatVector512 a, FloatVector512 b) => new(Vector512.Min(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Clamp(FloatVector512 x, FloatVector512 low, FloatVector512 high) =>
        new(Vector512.MaxNative(Vector512.MinNative(x._lanes, high._lanes), low._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Abs(FloatVector512 x) => new(Vector512.Abs(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Sqrt(FloatVector512 x) => new(Vector512.Sqrt(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Floor(FloatVector512 x) => new(Vector512.Floor(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Ceiling(FloatVector512 x) => new(Vector512.Ceiling(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Round(FloatVector512 x) => new(Vector512.Round(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 TwoTo(FloatVector512 k) =>
        new(((Vector512.ConvertToInt32Native(k._lanes) + Vector512.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Less(FloatVector512 a, FloatVector512 b) => new(Vector512.LessThan(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Equal(FloatVector512 a, FloatVector512 b) => new(Vector512.Equals(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 Select(FloatVector512 condition, FloatVector512 a, FloatVector512 b) =>
        new(Vector512.ConditionalSelect(condition._lanes, a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(FloatVector512 x) => Vector512.Sum(x._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator +(FloatVector512 a, FloatVector512 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator -(FloatVector512 a, FloatVector512 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator *(FloatVector512 a, FloatVector512 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator /(FloatVector512 a, FloatVector512 b) => new(a._lanes / b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector512 operator -(FloatVector512 x) => new(-x._lanes);
}
