using System.Runtime.InteropServices;

namespace PedestrianCamera;

/// <summary>A number for the bytes of a frame: the same bytes, the same number. Not for anybody who wants to deceive.</summary>
internal static class FrameHash
{
    private const ulong Prime = 0x9E37_79B1_85EB_CA87;

    /// <summary>Of every byte, since a picture of which little moves must not look like one that stands still; four lanes keep the multiplier busy.</summary>
    public static ulong Of(Frame frame)
    {
        ReadOnlySpan<byte> bytes = frame.Bytes;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (ulong a, ulong b, ulong c, ulong d) = (1, 2, 3, (ulong)bytes.Length);
        int i = 0;
        for (; i + 4 <= words.Length; i += 4)
        {
            a = (a ^ words[i]) * Prime;
            b = (b ^ words[i + 1]) * Prime;
            c = (c ^ words[i + 2]) * Prime;
            d = (d ^ words[i + 3]) * Prime;
        }
        foreach (byte value in bytes[(8 * i)..]) a = (a ^ value) * Prime;
        // Multiplying moves bits up only: the upper half is folded down before lanes meet.
        return (((((a ^ (a >> 32)) * Prime) ^ b ^ (b >> 32)) * Prime ^ c ^ (c >> 32)) * Prime) ^ d ^ (d >> 32);
    }
}
