using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static partial class LookupTableS8
{
    /// <summary>As <see cref="Scalar"/>.</summary>
    /// <exception cref="ArgumentException">The table has not 256 elements, the spans differ in length, or the range does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map(ReadOnlySpan<sbyte> table, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        Require.Length(table.Length, Length, nameof(table));
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        ref sbyte y = ref MemoryMarshal.GetReference(output);
        // Entry of code 0; those of negative codes lie before it.
        ref readonly sbyte zero = ref table[128];
        int i = begin;
        if (VectorWidth.Has512 && Avx512Vbmi.IsSupported)
        {
            // Two tables of 128 bytes, of negative codes and of others; the sign chooses.
            Vector512<sbyte> n0 = Vector512.LoadUnsafe(in table[0]), n1 = Vector512.LoadUnsafe(in table[64]);
            Vector512<sbyte> p0 = Vector512.LoadUnsafe(in table[128]), p1 = Vector512.LoadUnsafe(in table[192]);
            for (; i <= end - 64; i += 64)
            {
                Vector512<sbyte> codes = Vector512.LoadUnsafe(in x, (nuint)i);
                Vector512<sbyte> negative = Avx512Vbmi.PermuteVar64x8x2(n0, codes, n1), positive = Avx512Vbmi.PermuteVar64x8x2(p0, codes, p1);
                Vector512.ConditionalSelect(Vector512.LessThan(codes, Vector512<sbyte>.Zero), negative, positive).StoreUnsafe(ref y, (nuint)i);
            }
        }
        for (; i <= end - 4; i += 4)
        {
            sbyte a = Entry(in zero, in x, i), b = Entry(in zero, in x, i + 1), c = Entry(in zero, in x, i + 2), d = Entry(in zero, in x, i + 3);
            Unsafe.Add(ref y, i) = a;
            Unsafe.Add(ref y, i + 1) = b;
            Unsafe.Add(ref y, i + 2) = c;
            Unsafe.Add(ref y, i + 3) = d;
        }
        for (; i < end; i++) Unsafe.Add(ref y, i) = Entry(in zero, in x, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static sbyte Entry(ref readonly sbyte zero, ref readonly sbyte input, nint at) =>
        Unsafe.Add(ref Unsafe.AsRef(in zero), (nint)Unsafe.Add(ref Unsafe.AsRef(in input), at));
}
