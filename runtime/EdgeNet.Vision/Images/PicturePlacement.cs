namespace EdgeNet.Vision;

/// <summary>Where a picture's pixels lie in a network's input: the way there and back for boxes.</summary>
/// <param name="ScaleX">Pixels of the picture per pixel of the input, across.</param>
/// <param name="ScaleY">Pixels of the picture per pixel of the input, down.</param>
/// <param name="OffsetX">Column of the picture at the input's left side; negative if the input shows more than the picture.</param>
/// <param name="OffsetY">Row of the picture at the input's upper side.</param>
/// <param name="Width">Width of the picture in pixels.</param>
/// <param name="Height">Height of the picture in pixels.</param>
public readonly record struct PicturePlacement(float ScaleX, float ScaleY, float OffsetX, float OffsetY, int Width, int Height)
{
    /// <summary>A box in pixels of the input, in pixels of the picture and cut at its edges.</summary>
    public Box ToPicture(Box box) => new Box(
        (box.XMin * ScaleX) + OffsetX, (box.YMin * ScaleY) + OffsetY,
        (box.XMax * ScaleX) + OffsetX, (box.YMax * ScaleY) + OffsetY).ClippedTo(Width, Height);

    /// <summary>A box in pixels of the picture, in pixels of the input; not cut, so it may reach outside the input.</summary>
    public Box FromPicture(Box box) => new(
        (box.XMin - OffsetX) / ScaleX, (box.YMin - OffsetY) / ScaleY,
        (box.XMax - OffsetX) / ScaleX, (box.YMax - OffsetY) / ScaleY);
}
