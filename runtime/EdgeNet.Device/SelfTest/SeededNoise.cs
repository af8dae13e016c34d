namespace EdgeNet.Device;

/// <summary>Pseudo-random numbers that are the same on every machine and in every version: SplitMix64 (Steele, Lea, Flood 2014).</summary>
internal sealed class SeededNoise(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)((Next() >> 32) * (ulong)count >> 32);

    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public int Between(int first, int last) => first + (int)((Next() >> 32) * (ulong)((long)last - first + 1) >> 32);

    public bool OneIn(int count) => Below(count) == 0;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>Between -magnitude and magnitude; exact products of 24 bits with it, so that every machine gives the same.</summary>
    public float Real(float magnitude) => ((int)(Next() >> 40) - (1 << 23)) * (magnitude / (1 << 23));

    public float[] Reals(int count, float magnitude)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = Real(magnitude);
        return values;
    }

    public sbyte[] Codes(int count, int first = sbyte.MinValue, int last = sbyte.MaxValue)
    {
        var values = new sbyte[count];
        for (int i = 0; i < count; i++) values[i] = (sbyte)Between(first, last);
        return values;
    }

    public int[] Integers(int count, int first, int last)
    {
        var values = new int[count];
        for (int i = 0; i < count; i++) values[i] = Between(first, last);
        return values;
    }
}
