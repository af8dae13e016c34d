using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Moves of pixels together with the boxes and the mask that belong to them.</summary>
internal static class ExampleGeometry
{
    /// <summary>Cuts a rectangle out, in pixels, which may reach beyond the picture.</summary>
    public static Example Window(this Example example, int x, int y, int width, int height, Rgb fill)
    {
        (int oldWidth, int oldHeight) = (example.Image.Width, example.Image.Height);
        return example with
        {
            Image = PictureGeometry.Window(example.Image, x, y, width, height, fill),
            Mask = example.Mask is null ? null : PictureGeometry.Window(example.Mask, x, y, width, height, default),
            Boxes = VisibleBoxes.Move(example.Boxes, box => new Box(
                ((box.XMin * oldWidth) - x) / width, ((box.YMin * oldHeight) - y) / height,
                ((box.XMax * oldWidth) - x) / width, ((box.YMax * oldHeight) - y) / height)),
        };
    }

    /// <summary>Stretches to a size. Bilinear, as inference does, so that networks learn on what they will see.</summary>
    public static Example Resized(this Example example, int width, int height) =>
        example.Image.Width == width && example.Image.Height == height
            ? example
            : example with
            {
                Image = PictureGeometry.Bilinear(example.Image, width, height),
                Mask = example.Mask is null ? null : PictureGeometry.Nearest(example.Mask, width, height),
            };

    /// <summary>Moves every pixel; the picture keeps its size.</summary>
    public static Example Warped(this Example example, Affine move, Rgb fill)
    {
        (int width, int height) = (example.Image.Width, example.Image.Height);
        Affine back = move.Inverse();
        return example with
        {
            Image = PictureGeometry.Warp(example.Image, back, fill),
            Mask = example.Mask is null ? null : PictureGeometry.WarpNearest(example.Mask, back),
            Boxes = VisibleBoxes.Move(example.Boxes, box => move.Enclose(box.Scaled(width, height)).Scaled(1f / width, 1f / height)),
        };
    }
}
