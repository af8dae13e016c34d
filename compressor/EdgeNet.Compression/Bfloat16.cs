namespace EdgeNet.Compression;

/// <summary>Numbers of 8 significant bits, as bfloat16 has them.</summary>
internal static class Bfloat16
{
    /// <summary>The nearest of them, half to even; zero without a sign.</summary>
    public static float Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return value == 0 ? 0f : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
