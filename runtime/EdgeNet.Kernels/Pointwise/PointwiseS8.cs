using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <summary>
/// Pointwise kernels on 8-bit codes: exact sums in int32, then <see cref="Requantization"/>. Inputs are codes as they are, or made unsigned
/// (<see cref="PointwiseKernel.ActivationOffset"/>); zero points are in the packed bias.
/// </summary>
internal static unsafe partial class PointwiseS8
{
    /// <summary>The last 1 to 3 codes of a tap, of which no byte beyond may be read; the weights are zero there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Tail(byte* from, nint count)
    {
        uint codes = from[0];
        if (count > 1) codes |= (uint)from[1] << 8;
        if (count > 2) codes |= (uint)from[2] << 16;
        return codes;
    }

    /// <summary>The codes of one pixel of a tile of 16 columns: all, or of its first vector of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(Vector128<sbyte> codes, byte* to) where TVectors : struct, ICount
    {
        if (TVectors.Value > 1) codes.Store((sbyte*)to);
        else *(ulong*)to = codes.AsUInt64().ToScalar();
    }
}
