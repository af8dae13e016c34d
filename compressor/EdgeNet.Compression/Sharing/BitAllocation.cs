namespace EdgeNet.Compression;

/// <summary>Whole bits for each layer, within an average, so that what sharing costs is least.</summary>
internal static class BitAllocation
{
    /// <summary>The most bits of an index: codebooks have at most 256 values, zero among them.</summary>
    public const int MostBits = 8;

    /// <summary>
    /// Begins with one bit for each layer and gives the next bit to the layer where it saves most for its weights, until the average is
    /// reached: right where costs fall ever more slowly with bits.
    /// </summary>
    /// <param name="weights">Weights of each layer.</param>
    /// <param name="costs">For each layer the cost at 1 to <see cref="MostBits"/> bits.</param>
    /// <param name="average">Bits of a weight on average.</param>
    public static int[] Allocate(IReadOnlyList<int> weights, IReadOnlyList<double[]> costs, double average)
    {
        int[] bits = new int[weights.Count];
        Array.Fill(bits, 1);
        double left = (average - 1) * weights.Sum(count => (double)count);
        while (true)
        {
            int best = -1;
            double bestGain = 0;
            for (int i = 0; i < bits.Length; i++)
            {
                if (bits[i] == MostBits || weights[i] > left) continue;
                double gain = (costs[i][bits[i] - 1] - costs[i][bits[i]]) / weights[i];
                if (best < 0 || gain > bestGain) (best, bestGain) = (i, gain);
            }
            if (best < 0) return bits;
            bits[best]++;
            left -= weights[best];
        }
    }
}
