namespace EdgeNet.Model.Format;

/// <summary>
/// Unsigned LEB128: seven bits a byte, least significant group first, the top bit set on all bytes but the last. Values are 0..2^31-1,
/// so at most five bytes; the shortest form is the only valid one.
/// </summary>
internal static class Varint
{
    public static int Length(int value)
    {
        int length = 1;
        for (uint rest = (uint)value >> 7; rest != 0; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    /// <summary>Writes <paramref name="value"/> at the start of <paramref name="destination"/> and returns the number of bytes written.</summary>
    public static int Write(Span<byte> destination, int value)
    {
        int length = 0;
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            destination[length++] = (byte)(rest | 0x80);
        }

        destination[length++] = (byte)rest;
        return length;
    }

    /// <summary>Reads the value at <paramref name="position"/> and moves past it; <paramref name="what"/> names it in errors.</summary>
    public static int Read(ReadOnlySpan<byte> source, ref int position, string what)
    {
        int start = position;
        ulong value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (position >= source.Length)
            {
                throw new ModelFormatException($"{what} at byte {start}: the section ends inside this number.");
            }

            byte group = source[position++];
            value |= (ulong)(group & 0x7F) << shift;
            if (group < 0x80)
            {
                return value <= int.MaxValue && (group != 0 || shift == 0)
                    ? (int)value
                    : throw new ModelFormatException($"{what} at byte {start}: expected the shortest form of a number below 2^31.");
            }
        }

        throw new ModelFormatException($"{what} at byte {start}: expected a number of at most five bytes.");
    }
}
