namespace EdgeNet.Device.Bench;

/// <summary>Times of one thing, measured often.</summary>
internal readonly record struct Sample(double Median, double P10, double P90)
{
    /// <summary>Sorts the times and takes their quantiles, interpolated between neighbours.</summary>
    public static Sample Of(Span<double> times)
    {
        times.Sort();
        return new Sample(Quantile(times, 0.5), Quantile(times, 0.1), Quantile(times, 0.9));
    }

    private static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        double place = q * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
