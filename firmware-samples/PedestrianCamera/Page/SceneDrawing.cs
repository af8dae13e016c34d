using System.Globalization;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>Draws what the detector saw into the picture in which it saw it.</summary>
internal static class SceneDrawing
{
    private static readonly Rgb s_regionColour = new(255, 255, 255);
    private static readonly Rgb s_lineColour = new(255, 200, 0);
    private static readonly Rgb s_expectedColour = new(160, 160, 160);

    /// <summary>Draws region and line, and each person's box with number and score; grey where a person should be but was not seen.</summary>
    public static void Draw(ScenePicture scene)
    {
        Image picture = scene.Picture;
        int scale = Math.Max(1, (picture.Width + 160) / 400);
        LiveSettings settings = scene.Settings;
        if (settings.Region != new Box(0, 0, 1, 1)) Drawing.Outline(picture, Pixels(settings.Region, picture), s_regionColour, scale);
        if (settings.Line is { } line) Draw(picture, line, scale);
        foreach (Person person in scene.People) Draw(picture, person, scale);
    }

    /// <summary>A person's box, and above it (inside, if there is no room) number and score.</summary>
    private static void Draw(Image picture, Person person, int scale)
    {
        const int advance = 6, height = 9;
        Box box = Pixels(person.Box, picture);
        Rgb colour = person.Seen ? Drawing.ColourOf(person.Number) : s_expectedColour;
        Drawing.Outline(picture, box, colour, scale);
        if (!person.Seen) return;
        string text = string.Create(CultureInfo.InvariantCulture, $"{person.Number} {person.Score:0.00}");
        (int left, int top) = ((int)MathF.Round(box.XMin), (int)MathF.Round(box.YMin));
        if (top >= height * scale) top -= height * scale;
        Drawing.FilledRectangle(picture, left, top, ((text.Length * advance) + 1) * scale, height * scale, colour);
        Drawing.Text(picture, left + scale, top + scale, text, colour.Luma > 128 ? new Rgb(0, 0, 0) : new Rgb(255, 255, 255), scale);
    }

    /// <summary>The line, and in its middle a tick to its right with an R.</summary>
    private static void Draw(Image picture, CountingLine line, int scale)
    {
        (float x1, float y1) = (line.X1 * picture.Width, line.Y1 * picture.Height);
        (float x2, float y2) = (line.X2 * picture.Width, line.Y2 * picture.Height);
        Stroke(picture, x1, y1, x2, y2, scale + 1);
        float length = MathF.Max(1, MathF.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1))));
        // With y downwards, right of (dx, dy) is (-dy, dx).
        (float rightX, float rightY) = ((y1 - y2) / length, (x2 - x1) / length);
        (float middleX, float middleY) = ((x1 + x2) / 2, (y1 + y2) / 2);
        Stroke(picture, middleX, middleY, middleX + (rightX * 12 * scale), middleY + (rightY * 12 * scale), scale + 1);
        Drawing.Text(picture, (int)(middleX + (rightX * 20 * scale)) - (2 * scale), (int)(middleY + (rightY * 20 * scale)) - (3 * scale), "R", s_lineColour, scale);
    }

    private static void Stroke(Image picture, float x1, float y1, float x2, float y2, int thickness)
    {
        int steps = (int)MathF.Max(1, MathF.Max(MathF.Abs(x2 - x1), MathF.Abs(y2 - y1)));
        for (int i = 0; i <= steps; i++)
        {
            float part = (float)i / steps;
            Drawing.FilledRectangle(
                picture, (int)(x1 + ((x2 - x1) * part)) - (thickness / 2), (int)(y1 + ((y2 - y1) * part)) - (thickness / 2), thickness, thickness, s_lineColour);
        }
    }

    private static Box Pixels(Box parts, Image picture) => parts.Scaled(picture.Width, picture.Height);
}
