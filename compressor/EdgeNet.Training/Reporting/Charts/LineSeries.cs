namespace EdgeNet.Training;

/// <summary>A point of a chart. A y that is not finite breaks the line and is shown as a cross at the upper edge.</summary>
/// <param name="X">Across; must be finite.</param>
/// <param name="Y">Up.</param>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>How a series is drawn.</summary>
public enum SeriesStyle
{
    /// <summary>A line; points that stand alone are dots.</summary>
    Line,

    /// <summary>A thin pale line, behind the others and not in the legend.</summary>
    Faint,

    /// <summary>Dots and no line.</summary>
    Dots,
}

/// <summary>Points that belong together.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">The points, in the order in which a line joins them.</param>
public sealed record LineSeries(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>How it is drawn.</summary>
    public SeriesStyle Style { get; init; }

    /// <summary>One of the colours 1 to 8; null for the next one, by the place among the series.</summary>
    public int? Color { get; init; }
}

/// <summary>A level to compare with: a dashed line across the chart.</summary>
/// <param name="Y">The level.</param>
/// <param name="Label">What stands at the line.</param>
public readonly record struct ChartLevel(double Y, string Label);

/// <summary>A point to look at: a ring, with words beside it.</summary>
/// <param name="Point">The point.</param>
/// <param name="Label">The words.</param>
public readonly record struct ChartMark(ChartPoint Point, string Label);
