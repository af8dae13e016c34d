namespace EdgeNet.Vision;

/// <summary>The five row filters of PNG, both ways. PNG specification, section 9.</summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Filters a row into <paramref name="filtered"/>.</summary>
    /// <param name="type">0 none, 1 sub, 2 up, 3 average, 4 Paeth.</param>
    /// <param name="row">The row's bytes.</param>
    /// <param name="above">The bytes of the row above; zeros above the first.</param>
    /// <param name="distance">Bytes to the same sample of the pixel on the left, at least 1.</param>
    /// <param name="filtered">As long as <paramref name="row"/>.</param>
    public static void Apply(int type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int distance, Span<byte> filtered)
    {
        for (int i = 0; i < row.Length; i++)
            filtered[i] = (byte)(row[i] - Predict(type, row, above, distance, i));
    }

    /// <summary>Undoes <see cref="Apply"/> in place.</summary>
    public static void Undo(int type, Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        if (type == 0)
            return;
        for (int i = 0; i < row.Length; i++)
            row[i] = (byte)(row[i] + Predict(type, row, above, distance, i));
    }

    private static int Predict(int type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int distance, int i)
    {
        int left = i >= distance ? row[i - distance] : 0;
        return type switch
        {
            0 => 0,
            1 => left,
            2 => above[i],
            3 => (left + above[i]) / 2,
            _ => Paeth(left, above[i], i >= distance ? above[i - distance] : 0),
        };
    }

    private static int Paeth(int left, int above, int aboveLeft)
    {
        int estimate = left + above - aboveLeft;
        int toLeft = Math.Abs(estimate - left);
        int toAbove = Math.Abs(estimate - above);
        int toAboveLeft = Math.Abs(estimate - aboveLeft);
        if (toLeft <= toAbove && toLeft <= toAboveLeft)
            return left;
        return toAbove <= toAboveLeft ? above : aboveLeft;
    }
}
