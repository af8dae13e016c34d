namespace EdgeNet.Model.Format;

/// <summary>
/// What the adaptive coder knows of one binary decision: the probability that it is 1, in the upper 16 bits of a number, and how often it
/// was taken, in the lower. The more often, the less one decision changes it. Whole numbers alone: the same on every machine.
/// </summary>
internal static class AdaptiveModel
{
    /// <summary>Nothing known: both ways are as likely.</summary>
    public const uint Start = 0x8000_0000;

    /// <summary>Models of a number: a tree of 32 bit lengths, and the two bits below the leading one for each.</summary>
    public const int NumberModels = 32 + (32 * 4);

    /// <summary>Numbers have at most this many bits below the leading one; the greatest is 2^31 - 2.</summary>
    public const int MaximumNumberBits = 30;

    // A decision is counted this often at most: what is far back is forgotten.
    private const int MaximumCount = 60;
    private const int Least = 32;

    private static ReadOnlySpan<ushort> Rates => s_rates;

    private static readonly ushort[] s_rates = MakeRates();

    private static ushort[] MakeRates()
    {
        ushort[] rates = new ushort[MaximumCount + 1];
        for (int count = 0; count < rates.Length; count++) rates[count] = (ushort)(131072 / ((2 * count) + 3));
        return rates;
    }

    /// <summary>The share of <paramref name="range"/> that stands for 1; neither share is empty if the range is 2^24 or more.</summary>
    public static uint Share(uint range, uint model) => (range >> 16) * (model >> 16);

    /// <summary>The model after one more decision.</summary>
    public static uint After(uint model, int bit)
    {
        int probability = (int)(model >> 16), count = (int)(model & 0xFFFF);
        int target = bit != 0 ? 65536 - Least : Least;
        // The product of 17 and 16 bits may need 33.
        probability += (int)(((long)(target - probability) * Rates[count]) >> 16);
        return ((uint)probability << 16) | (uint)Math.Min(count + 1, MaximumCount);
    }
}
