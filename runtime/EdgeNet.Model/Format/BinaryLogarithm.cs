using System.Numerics;

namespace EdgeNet.Model.Format;

/// <summary>Logarithms to base 2 in units of 1/65536, by whole numbers: what an encoder chooses by them is the same on every machine.</summary>
internal static class BinaryLogarithm
{
    /// <summary>One, as a logarithm.</summary>
    public const int One = 1 << 16;

    private const int TableBits = 11;

    private static readonly int[] s_table = MakeTable();

    /// <summary>Of a number above zero: exact to the unit up to 4096, beyond by its first 12 bits.</summary>
    public static int Of(long value)
    {
        int bits = BitOperations.Log2((ulong)value);
        long leading = bits <= TableBits ? value << (TableBits - bits) : value >> (bits - TableBits);
        return (bits * One) + s_table[leading - (1 << TableBits)];
    }

    // Squaring doubles a logarithm: each doubling past 2 is one more bit of it.
    private static int[] MakeTable()
    {
        int[] table = new int[1 << TableBits];
        for (int i = 0; i < table.Length; i++)
        {
            ulong x = (ulong)(table.Length + i) << (31 - TableBits);
            for (int bit = One >> 1; bit > 0; bit >>= 1)
            {
                x = (x * x) >> 31;
                if (x >= 1ul << 32)
                {
                    x >>= 1;
                    table[i] |= bit;
                }
            }
        }
        return table;
    }
}
