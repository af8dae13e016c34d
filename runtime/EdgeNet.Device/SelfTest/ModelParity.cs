using System.Globalization;
using System.Runtime.InteropServices;
using EdgeNet.Runtime;

namespace EdgeNet.Device;

/// <summary>
/// Whole models on this machine against what they gave where this was written. Codes: the same to the bit, by a hash; Float32: close to
/// the scores that the reference kernels gave.
/// </summary>
internal static class ModelParity
{
    /// <summary>Of "features" and "scores" of <see cref="SmallModels.InCodes"/>.</summary>
    public const ulong CodesHash = 0x6ec0ea8f6f901f91;

    /// <summary>Scores of <see cref="SmallModels.InReals"/>.</summary>
    public static ReadOnlySpan<float> RealScores =>
        [-1.4665289f, -0.94120264f, -1.6881161f, 0.12969972f, 0.2676014f, 1.1857735f, 0.89404255f, 0.6808605f, -0.17923485f, -0.82956636f];

    /// <summary>How far a score in Float32 may be off, of the largest one.</summary>
    private const float Tolerance = 1e-5f;

    public static Outcome CheckCodes(int threads)
    {
        ulong hash = RunCodes(threads);
        return hash == CodesHash ? default : Outcome.Failed($"{threads} threads: hash {hash:x16}, expected {CodesHash:x16}");
    }

    public static Outcome CheckReals(int threads)
    {
        float[] scores = RunReals(threads);
        float largest = 0, worst = 0;
        foreach (float score in RealScores) largest = Math.Max(largest, Math.Abs(score));
        for (int i = 0; i < scores.Length; i++)
        {
            float off = Math.Abs(scores[i] - RealScores[i]) / largest;
            if (!(off <= Tolerance))
                return Outcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{threads} threads: score {i} is {scores[i]:R}, expected {RealScores[i]:R} within {Tolerance * largest:0.0e+0}"));
            worst = Math.Max(worst, off);
        }
        return new(null, worst / Tolerance);
    }

    /// <summary>FNV-1a of the outputs.</summary>
    public static ulong RunCodes(int threads)
    {
        using var session = new InferenceSession(SmallModels.InCodes(), new SessionOptions { Threads = threads });
        Span<sbyte> input = session.Input<sbyte>(0);
        new SeededNoise(1).Codes(input.Length).CopyTo(input);
        session.Run();
        ulong hash = 14695981039346656037;
        for (int output = 0; output < 2; output++)
        {
            foreach (byte code in MemoryMarshal.AsBytes(session.Output<sbyte>(output))) hash = (hash ^ code) * 1099511628211;
        }
        return hash;
    }

    public static float[] RunReals(int threads)
    {
        using var session = new InferenceSession(SmallModels.InReals(), new SessionOptions { Threads = threads });
        Span<float> input = session.Input<float>(0);
        new SeededNoise(1).Reals(input.Length, 1).CopyTo(input);
        session.Run();
        return session.Output<float>("scores").ToArray();
    }
}
