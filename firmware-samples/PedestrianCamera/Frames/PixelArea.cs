namespace PedestrianCamera;

/// <summary>A rectangle of whole pixels in a frame.</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
internal readonly record struct PixelArea(int X, int Y, int Width, int Height);
