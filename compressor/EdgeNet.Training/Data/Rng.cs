namespace EdgeNet.Training;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): the same numbers on every machine and
/// in every version, which <see cref="Random"/> does not promise.
/// </summary>
public sealed class Rng
{
    private ulong _state;

    /// <summary>Starts from a seed.</summary>
    public Rng(ulong seed) => _state = seed;

    /// <summary>The generator of one place: other parts give unrelated numbers, however close.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="parts">What it is for, like epoch and index.</param>
    public static Rng For(int seed, params ReadOnlySpan<int> parts)
    {
        ulong mixed = Mix((uint)seed);
        foreach (int part in parts) mixed = Mix(mixed ^ Mix((uint)part + 0x9E3779B97F4A7C15));
        return new Rng(mixed);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A whole number from 0 to below <paramref name="bound"/>, which is at least 1.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // A bias of 2^-32 × bound at most, which no training sees.
        return (int)(((NextBits() >> 32) * (ulong)bound) >> 32);
    }

    /// <summary>A number from 0 to below 1, 24 bits of it.</summary>
    public float Unit() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>A number between two.</summary>
    public float Between(float low, float high) => low + ((high - low) * Unit());

    /// <summary>True with this probability.</summary>
    public bool Chance(float probability) => Unit() < probability;

    /// <summary>A number of mean 0 and deviation 1 (Box and Muller).</summary>
    public float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - Unit())) * MathF.Cos(2 * MathF.PI * Unit());

    /// <summary>Puts things into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
