using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>Four fp32 lanes.</summary>
internal readonly struct FloatVector128(Vector128<float> lanes) : IFloatVector<FloatVector128>
{
    private readonly Vector128<float> _lanes = lanes;

    public static int Count => Vector128<float>.Count;

    public float First => _lanes.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Load(ref readonly float from, nuint at) => new(Vector128.LoadUnsafe(in from, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to, nuint at) => _lanes.StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadCodes(
        ref readonly sbyte from, nuint at, out FloatVector128 a, out FloatVector128 b, out FloatVector128 c, out FloatVector128 d)
    {
        Vector128<sbyte> codes = Vector128.LoadUnsafe(in from, at);
        Vector128<short> low = Vector128.WidenLower(codes), high = Vector128.WidenUpper(codes);
        a = new(Vector128.ConvertToSingle(Vector128.WidenLower(low)));
        b = new(Vector128.ConvertToSingle(Vector128.WidenUpper(low)));
        c = new(Vector128.ConvertToSingle(Vector128.WidenLower(high)));
        d = new(Vector128.ConvertToSingle(Vector128.WidenUpper(high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(ref sbyte to, nuint at, FloatVector128 a, FloatVector128 b, FloatVector128 c, FloatVector128 d)
    {
        Vector128<int> a32 = Vector128.ConvertToInt32Native(a._lanes), b32 = Vector128.ConvertToInt32Native(b._lanes);
        Vector128<int> c32 = Vector128.ConvertToInt32Native(c._lanes), d32 = Vector128.ConvertToInt32Native(d._lanes);
        Vector128<sbyte> codes = Sse2.IsSupported
            ? Sse2.PackSignedSaturate(Sse2.PackSignedSaturate(a32, b32), Sse2.PackSignedSaturate(c32, d32))
            : Vector128.Narrow(Vector128.Narrow(a32, b32), Vector128.Narrow(c32, d32));
        codes.StoreUnsafe(ref to, at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Max(FloatVector128 a, FloatVector128 b) => new(Vector128.Max(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Min(FloatVector128 a, FloatVector128 b) => new(Vector128.Min(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Clamp(FloatVector128 x, FloatVector128 low, FloatVector128 high) =>
        new(Vector128.MaxNative(Vector128.MinNative(x._lanes, high._lanes), low._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Abs(FloatVector128 x) => new(Vector128.Abs(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Sqrt(FloatVector128 x) => new(Vector128.Sqrt(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Floor(FloatVector128 x) => new(Vector128.Floor(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Ceiling(FloatVector128 x) => new(Vector128.Ceiling(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Round(FloatVector128 x) => new(Vector128.Round(x._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 TwoTo(FloatVector128 k) =>
        new(((Vector128.ConvertToInt32Native(k._lanes) + Vector128.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Less(FloatVector128 a, FloatVector128 b) => new(Vector128.LessThan(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Equal(FloatVector128 a, FloatVector128 b) => new(Vector128.Equals(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 Select(FloatVector128 condition, FloatVector128 a, FloatVector128 b) =>
        new(Vector128.ConditionalSelect(condition._lanes, a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(FloatVector128 x) => Vector128.Sum(x._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator +(FloatVector128 a, FloatVector128 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator -(FloatVector128 a, FloatVector128 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator *(FloatVector128 a, FloatVector128 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator /(FloatVector128 a, FloatVector128 b) => new(a._lanes / b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatVector128 operator -(FloatVector128 x) => new(-x._lanes);
}
