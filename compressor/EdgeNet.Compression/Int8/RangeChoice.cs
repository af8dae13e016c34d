using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>The part of the real line that codes stand for; what lies outside is cut off.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct ActivationRange(double Low, double High)
{
    /// <summary>
    /// Int8 parameters for the range: 256 codes over it, widened to zero where it does not hold it, so that zero has a code of its own.
    /// </summary>
    public Quantization ToQuantization()
    {
        double low = Math.Min(Low, 0), high = Math.Max(High, 0);
        float scale = (float)((high - low) / 255);
        // Of values that are all zero, any scale will do.
        if (!float.IsNormal(scale)) return Quantization.PerTensor(scale > 1 ? float.MaxValue / 256 : 1f / 128, 0);
        int zero = (int)Math.Round(-128 - low / scale, MidpointRounding.ToEven);
        return Quantization.PerTensor(scale, Math.Clamp(zero, -128, 127));
    }
}

/// <summary>Chooses the range of an activation from a histogram of its values.</summary>
public static class RangeChoice
{
    /// <summary>What <see cref="Calibration.Percentile"/> cuts off on either side.</summary>
    public const double CutOff = 0.0001;

    private const int Candidates = 100;

    /// <summary>The range that a method finds.</summary>
    public static ActivationRange Of(ActivationHistogram histogram, Calibration method)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return method switch
        {
            _ when histogram.Count == 0 => new ActivationRange(0, 0),
            Calibration.Percentile => Percentile(histogram, CutOff),
            Calibration.MeanSquaredError => MeanSquaredError(histogram),
            Calibration.Entropy => Entropy(histogram),
            _ => MinMax(histogram),
        };
    }

    /// <summary>All that was seen.</summary>
    public static ActivationRange MinMax(ActivationHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return new(histogram.Minimum, histogram.Maximum);
    }

    /// <summary>All but a part of the values at either end, to the width of a bin.</summary>
    /// <param name="histogram">The values.</param>
    /// <param name="cutOff">The part, 0 up to, not including, 0.5.</param>
    public static ActivationRange Percentile(ActivationHistogram histogram, double cutOff)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        if (!(cutOff is >= 0 and < 0.5)) throw new ArgumentOutOfRangeException(nameof(cutOff), cutOff, "expected 0 up to, not including, 0.5");
        (double[] middles, long[] counts) = histogram.Bins();
        double allowed = cutOff * histogram.Count, half = histogram.BinWidth / 2;
        return new(Math.Max(histogram.Minimum, -End(-1)), Math.Min(histogram.Maximum, End(1)));

        // The far end, on one side of zero, of the first bin from outside that cannot be cut off; zero where all can.
        double End(int side)
        {
            double seen = 0;
            for (int i = side > 0 ? middles.Length - 1 : 0; i >= 0 && i < middles.Length && side * middles[i] > 0; i -= side)
            {
                seen += counts[i];
                if (seen > allowed) return side * middles[i] + half;
            }
            return 0;
        }
    }

    /// <summary>The range of least mean squared distance between values and what their codes stand for: finer steps against cut-off ends.</summary>
    public static ActivationRange MeanSquaredError(ActivationHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        (double[] middles, long[] counts) = histogram.Bins();
        var best = new ActivationRange(Math.Min(histogram.Minimum, 0), Math.Max(histogram.Maximum, 0));
        double least = Error(best);
        // One end after the other, twice: the ends hardly depend on each other.
        for (int round = 0; round < 2; round++)
        {
            for (int i = 1; i < Candidates; i++) Try(best with { High = histogram.Maximum * (double)i / Candidates }, histogram.Maximum > 0);
            for (int i = 1; i < Candidates; i++) Try(best with { Low = histogram.Minimum * (double)i / Candidates }, histogram.Minimum < 0);
        }
        return best;

        void Try(ActivationRange range, bool applies)
        {
            if (!applies || Error(range) is var error && error >= least) return;
            (best, least) = (range, error);
        }

        double Error(ActivationRange range)
        {
            Quantization q = range.ToQuantization();
            double step = q.Scale, low = -128 - q.ZeroPoint, high = 127 - q.ZeroPoint, inverse = 1 / step, sum = 0;
            for (int i = 0; i < middles.Length; i++)
            {
                double distance = middles[i] - step * Math.Min(Math.Max(Math.Round(middles[i] * inverse), low), high);
                sum += counts[i] * distance * distance;
            }
            return sum;
        }
    }

    /// <summary>
    /// The range whose codes keep the distribution best: of all ranges that shrink both ends alike, that of least Kullback-Leibler divergence
    /// between the values, those beyond the ends moved to them, and what is left of their distribution once values of one code are alike
    /// (Migacz 2017). Zeros do not count.
    /// </summary>
    public static ActivationRange Entropy(ActivationHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        (double[] middles, long[] counts) = histogram.Bins();
        var best = new ActivationRange(Math.Min(histogram.Minimum, 0), Math.Max(histogram.Maximum, 0));
        double least = double.PositiveInfinity;
        double[] kept = new double[middles.Length], mass = new double[256];
        int[] bins = new int[256], codes = new int[middles.Length];
        // The finest first: of equal divergences the widest range stays.
        for (int candidate = Candidates / 10; candidate <= Candidates; candidate++)
        {
            var range = new ActivationRange(Math.Min(histogram.Minimum, 0) * (double)candidate / Candidates, Math.Max(histogram.Maximum, 0) * (double)candidate / Candidates);
            if (Divergence(range) is var divergence && divergence <= least) (best, least) = (range, divergence);
        }
        return best;

        double Divergence(ActivationRange range)
        {
            int first = 0, last = middles.Length - 1;
            double half = histogram.BinWidth / 2;
            while (first < middles.Length && middles[first] + half < range.Low) first++;
            while (last >= 0 && middles[last] - half > range.High) last--;
            if (first > last) return double.PositiveInfinity;
            Array.Clear(mass);
            Array.Clear(bins);
            Array.Clear(kept);
            Quantization q = range.ToQuantization();
            double total = 0, inside = 0;
            for (int i = 0; i < middles.Length; i++)
            {
                kept[Math.Clamp(i, first, last)] += counts[i];
                total += counts[i];
                if (i < first || i > last) continue;
                codes[i] = Math.Clamp((int)Math.Round(middles[i] / q.Scale) + q.ZeroPoint, -128, 127) + 128;
                mass[codes[i]] += counts[i];
                bins[codes[i]]++;
                inside += counts[i];
            }
            double sum = 0;
            for (int i = first; i <= last; i++)
            {
                double p = kept[i] / total, alike = mass[codes[i]] / bins[codes[i]] / inside;
                sum += p * Math.Log(p / alike);
            }
            return sum;
        }
    }
}
