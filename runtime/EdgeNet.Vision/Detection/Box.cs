namespace EdgeNet.Vision;

/// <summary>A rectangle with sides along the axes, in whatever unit its maker states: pixels, or fractions of the picture.</summary>
/// <param name="XMin">Left side.</param>
/// <param name="YMin">Upper side.</param>
/// <param name="XMax">Right side; a box with XMax below XMin is empty.</param>
/// <param name="YMax">Lower side; a box with YMax below YMin is empty.</param>
public readonly record struct Box(float XMin, float YMin, float XMax, float YMax)
{
    /// <summary>XMax − XMin.</summary>
    public float Width => XMax - XMin;

    /// <summary>YMax − YMin.</summary>
    public float Height => YMax - YMin;

    /// <summary>Width × height, in the unit squared; 0 for an empty box. No "+1" for the last pixel.</summary>
    public float Area => (float)ExactArea;

    // Two floats multiplied cannot overflow a double, so the ratios below are right for any finite box.
    private double ExactArea => Math.Max(0, (double)XMax - XMin) * Math.Max(0, (double)YMax - YMin);

    /// <summary>The box around a centre.</summary>
    public static Box FromCentre(float centreX, float centreY, float width, float height) =>
        new(centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2));

    /// <summary>Area shared by both divided by area covered by either, 0 to 1. 0 if both are empty or a coordinate is not finite.</summary>
    public float IntersectionOverUnion(Box other) => (float)ExactIntersectionOverUnion(other);

    /// <summary>The part inside [0, width] × [0, height].</summary>
    public Box ClippedTo(float width, float height) =>
        new(Math.Clamp(XMin, 0, width), Math.Clamp(YMin, 0, height), Math.Clamp(XMax, 0, width), Math.Clamp(YMax, 0, height));

    /// <summary>All coordinates multiplied, as from fractions of a picture to its pixels.</summary>
    public Box Scaled(float x, float y) => new(XMin * x, YMin * y, XMax * x, YMax * y);

    internal double ExactIntersectionOverUnion(Box other)
    {
        double shared = Shared(other);
        return Ratio(shared, ExactArea + other.ExactArea - shared);
    }

    /// <summary>The share of this box that lies inside the other: COCO's overlap with a crowd region.</summary>
    internal double ShareInside(Box other) => Ratio(Shared(other), ExactArea);

    private double Shared(Box other)
    {
        double width = (double)Math.Min(XMax, other.XMax) - Math.Max(XMin, other.XMin);
        double height = (double)Math.Min(YMax, other.YMax) - Math.Max(YMin, other.YMin);
        return Math.Max(0, width) * Math.Max(0, height);
    }

    private static double Ratio(double part, double whole) =>
        whole > 0 && double.IsFinite(whole) && double.IsFinite(part) ? Math.Min(1, part / whole) : 0;
}
