namespace EdgeNet.Model.Tests.Format;

/// <summary>Runs a decoder over damaged copies of good bytes.</summary>
internal static class Damage
{
    /// <summary>Every shorter prefix, every byte changed by each of several masks, and one byte more.</summary>
    public static IEnumerable<byte[]> Of(byte[] good)
    {
        for (int length = 0; length < good.Length; length++)
        {
            yield return good[..length];
        }

        foreach (byte mask in new byte[] { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF })
        {
            for (int i = 0; i < good.Length; i++)
            {
                byte[] flipped = [.. good];
                flipped[i] ^= mask;
                yield return flipped;
            }
        }

        yield return [.. good, 0];
        yield return [.. good, 1];
    }

    /// <summary>True if refused in one line; false if accepted. Any other exception fails the test.</summary>
    public static bool IsRefused(Action decode)
    {
        try
        {
            decode();
            return false;
        }
        catch (ModelFormatException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.NotEmpty(refused.Message);
            return true;
        }
    }

    /// <summary>Whether two texts of the adaptive coder differ in nothing but the four bytes with which such a text ends: some say the same.</summary>
    public static bool IsInTheEnd(byte[] good, byte[] bad, int end)
    {
        int same = good.AsSpan().CommonPrefixLength(bad);
        return same >= end - 4 && (same >= bad.Length || bad.Length != good.Length || good.AsSpan(end).SequenceEqual(bad.AsSpan(end)));
    }
}
