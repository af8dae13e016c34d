using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace EdgeNet.Model.Format;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): reflected polynomial 0x82F63B78, initial value and final inversion of all ones.
/// The processor's own instruction does the work where there is one.
/// </summary>
public static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>
    /// The checksum of all bytes seen so far followed by <paramref name="bytes"/>, where <paramref name="crc"/> is the checksum of those
    /// seen so far (0 for none).
    /// </summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        if (Sse42.X64.IsSupported)
        {
            return AppendX64(crc, bytes);
        }

        return ArmCrc32.Arm64.IsSupported ? AppendArm64(crc, bytes) : AppendSoftware(crc, bytes);
    }

    private static uint AppendX64(uint crc, ReadOnlySpan<byte> bytes)
    {
        ulong state = ~crc;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            state = Sse42.X64.Crc32(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        uint tail = (uint)state;
        foreach (byte value in bytes)
        {
            tail = Sse42.Crc32(tail, value);
        }

        return ~tail;
    }

    private static uint AppendArm64(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            state = ArmCrc32.Arm64.ComputeCrc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            state = ArmCrc32.ComputeCrc32C(state, value);
        }

        return ~state;
    }

    /// <summary>Eight table look-ups per eight bytes: the way for processors without the instruction, and the check on those with it.</summary>
    internal static uint AppendSoftware(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> table = SliceTables.Values;
        uint state = ~crc;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = table[(7 * 256) + (byte)low]
                ^ table[(6 * 256) + (byte)(low >> 8)]
                ^ table[(5 * 256) + (byte)(low >> 16)]
                ^ table[(4 * 256) + (byte)(low >> 24)]
                ^ table[(3 * 256) + (byte)high]
                ^ table[(2 * 256) + (byte)(high >> 8)]
                ^ table[(1 * 256) + (byte)(high >> 16)]
                ^ table[(byte)(high >> 24)];
        }

        foreach (byte value in bytes)
        {
            state = table[(byte)(state ^ value)] ^ (state >> 8);
        }

        return ~state;
    }

    /// <summary>Table s holds the remainder of each byte followed by s zero bytes. Built on first use only.</summary>
    private static class SliceTables
    {
        public static readonly uint[] Values = Build();

        private static uint[] Build()
        {
            uint[] table = new uint[8 * 256];
            for (int i = 0; i < 256; i++)
            {
                uint remainder = (uint)i;
                for (int bit = 0; bit < 8; bit++)
                {
                    remainder = (remainder >> 1) ^ (Polynomial & (0 - (remainder & 1)));
                }

                table[i] = remainder;
            }

            for (int i = 256; i < table.Length; i++)
            {
                uint shorter = table[i - 256];
                table[i] = table[(byte)shorter] ^ (shorter >> 8);
            }

            return table;
        }
    }
}
