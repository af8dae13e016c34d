using System.Numerics;
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
            a = Mix(a, words[i]);
            b = Mix(b, words[i + 1]);
            c = Mix(c, words[i + 2]);
            d = Mix(d, words[i + 3]);
        }
        foreach (byte value in bytes[(8 * i)..]) a = Mix(a, value);
        return Mix(Mix(Mix(a, b), c), d);
    }

    /// <summary>Multiplying moves bits up only; turning brings the upper ones down for the next time.</summary>
    private static ulong Mix(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * Prime, 31);
}
