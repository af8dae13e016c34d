using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>x' = XX·x + XY·y + X, y' = YX·x + YY·y + Y, in pixels measured from the upper left corner of the picture.</summary>
internal readonly record struct Affine(float XX, float XY, float X, float YX, float YY, float Y)
{
    /// <summary>Turns by an angle and scales, about one point.</summary>
    public static Affine About(float x, float y, float radians, float scale)
    {
        float cos = MathF.Cos(radians) * scale, sin = MathF.Sin(radians) * scale;
        return new Affine(cos, -sin, x - (cos * x) + (sin * y), sin, cos, y - (sin * x) - (cos * y));
    }

    public (float X, float Y) Map(float x, float y) => ((XX * x) + (XY * y) + X, (YX * x) + (YY * y) + Y);

    public Affine Inverse()
    {
        float determinant = (XX * YY) - (XY * YX);
        (float xx, float xy, float yx, float yy) = (YY / determinant, -XY / determinant, -YX / determinant, XX / determinant);
        return new Affine(xx, xy, -((xx * X) + (xy * Y)), yx, yy, -((yx * X) + (yy * Y)));
    }

    /// <summary>The smallest box around the corners of a box once moved.</summary>
    public Box Enclose(Box box)
    {
        ReadOnlySpan<(float X, float Y)> corners = [Map(box.XMin, box.YMin), Map(box.XMax, box.YMin), Map(box.XMin, box.YMax), Map(box.XMax, box.YMax)];
        Box enclosing = new(corners[0].X, corners[0].Y, corners[0].X, corners[0].Y);
        foreach ((float x, float y) in corners[1..])
            enclosing = new(Math.Min(enclosing.XMin, x), Math.Min(enclosing.YMin, y), Math.Max(enclosing.XMax, x), Math.Max(enclosing.YMax, y));
        return enclosing;
    }
}
