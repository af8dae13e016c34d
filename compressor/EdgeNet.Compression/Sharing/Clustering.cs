using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>One-dimensional k-means over weights (Lloyd 1957), as Deep Compression shares them (Han et al. 2016). Zeros stay zero and are no cluster's.</summary>
internal static class Clustering
{
    private const int MostIterations = 100;

    /// <summary>Shares weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="count">Different values beside zero, at least 1.</param>
    /// <param name="start">Where centroids begin.</param>
    /// <param name="seed">For a random start.</param>
    /// <returns>As many weights, of at most <paramref name="count"/> values and zero.</returns>
    public static float[] Share(ReadOnlySpan<float> weights, int count, CentroidStart start, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        float[] sorted = [.. weights];
        sorted = [.. sorted.Where(weight => weight != 0).Order()];
        if (sorted.Length == 0) return weights.ToArray();
        float[] centroids = Centroids(sorted, count, start, seed);
        float[] result = weights.ToArray();
        for (int i = 0; i < result.Length; i++)
        {
            if (result[i] != 0) result[i] = centroids[Nearest(centroids, result[i])];
        }
        return result;
    }

    /// <summary>The squared error of sharing, summed over the weights.</summary>
    public static double Error(ReadOnlySpan<float> weights, ReadOnlySpan<float> shared)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++) sum += ((double)weights[i] - shared[i]) * ((double)weights[i] - shared[i]);
        return sum;
    }

    /// <summary>Centroids in ascending order, all different, none of them zero.</summary>
    private static float[] Centroids(float[] sorted, int count, CentroidStart start, int seed)
    {
        // Sums from the beginning on, so that the mean of any run of sorted weights takes two look-ups.
        double[] sums = new double[sorted.Length + 1];
        for (int i = 0; i < sorted.Length; i++) sums[i + 1] = sums[i] + sorted[i];
        float[] centroids = [.. Start(sorted, count, start, seed).Distinct().Order()];
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            float[] moved = new float[centroids.Length];
            int begin = 0;
            for (int k = 0; k < centroids.Length; k++)
            {
                int end = k + 1 == centroids.Length ? sorted.Length : Below(sorted, Middle(centroids[k], centroids[k + 1]));
                moved[k] = end > begin ? (float)((sums[end] - sums[begin]) / (end - begin)) : centroids[k];
                begin = end;
            }
            if (moved.AsSpan().SequenceEqual(centroids)) break;
            centroids = [.. moved.Distinct().Order()];
        }
        // A cluster around zero would join the zeros, which pruning left out on purpose.
        return Array.ConvertAll(centroids, centroid => centroid == 0 ? float.Epsilon : centroid);
    }

    private static IEnumerable<float> Start(float[] sorted, int count, CentroidStart start, int seed)
    {
        float low = sorted[0], high = sorted[^1];
        if (start == CentroidStart.Random)
        {
            var random = Rng.For(seed, sorted.Length);
            return Enumerable.Range(0, count).Select(_ => sorted[random.Below(sorted.Length)]).ToArray();
        }
        return start == CentroidStart.Linear
            ? Enumerable.Range(0, count).Select(k => count == 1 ? (low + high) / 2 : low + ((high - low) * k / (count - 1)))
            : Enumerable.Range(0, count).Select(k => sorted[(int)((k + 0.5) * sorted.Length / count)]);
    }

    private static int Nearest(float[] centroids, float weight)
    {
        int at = Array.BinarySearch(centroids, weight);
        if (at >= 0) return at;
        at = ~at;
        if (at == 0) return 0;
        if (at == centroids.Length) return at - 1;
        return weight < Middle(centroids[at - 1], centroids[at]) ? at - 1 : at;
    }

    private static float Middle(float a, float b) => a + ((b - a) / 2);

    /// <summary>How many of sorted weights lie below a bound.</summary>
    private static int Below(float[] sorted, float bound)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] < bound) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
