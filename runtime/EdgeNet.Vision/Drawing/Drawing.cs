using System.Globalization;

namespace EdgeNet.Vision;

/// <summary>Draws into pictures, in place. Whatever lies outside the picture is cut off; grey pictures take a colour's luma.</summary>
public static class Drawing
{
    /// <summary>Dots from one character's left side to the next one's.</summary>
    private const int Advance = BitmapFont.GlyphWidth + 1;

    /// <summary>A colour for a class: the hues of consecutive labels lie a golden angle apart, so that neighbours differ.</summary>
    public static Rgb ColourOf(int label)
    {
        const double golden = 0.61803398874989485;
        double hue = 6 * ((((uint)label * golden) + 0.33) % 1);
        return new Rgb(Channel(hue, 5), Channel(hue, 3), Channel(hue, 1));

        // Hue to red, green and blue at 80 % saturation and full value.
        static byte Channel(double hue, int shift)
        {
            double k = (hue + shift) % 6;
            return (byte)(255 * (1 - (0.8 * Math.Clamp(Math.Min(k, 4 - k), 0, 1))));
        }
    }

    /// <summary>Fills a rectangle.</summary>
    /// <param name="image">Drawn into.</param>
    /// <param name="x">Left column; may be outside.</param>
    /// <param name="y">Top row; may be outside.</param>
    /// <param name="width">Columns; nothing if below 1.</param>
    /// <param name="height">Rows; nothing if below 1.</param>
    /// <param name="colour">Colour.</param>
    public static void FilledRectangle(Image image, int x, int y, int width, int height, Rgb colour)
    {
        ArgumentNullException.ThrowIfNull(image);
        int left = Math.Max(x, 0);
        int right = (int)Math.Min((long)x + width, image.Width);
        int bottom = (int)Math.Min((long)y + height, image.Height);
        for (int row = Math.Max(y, 0); row < bottom; row++)
        {
            Span<byte> pixels = image.Row(row);
            for (int column = left; column < right; column++)
                colour.WriteTo(pixels.Slice(column * image.Channels, image.Channels));
        }
    }

    /// <summary>Draws a box's outline, inside the box.</summary>
    /// <param name="image">Drawn into.</param>
    /// <param name="box">In pixels; rounded to whole ones. Nothing is drawn if a side is NaN or the box is empty.</param>
    /// <param name="colour">Colour.</param>
    /// <param name="thickness">In pixels, at least 1.</param>
    public static void Outline(Image image, Box box, Rgb colour, int thickness = 2)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(thickness, 1);
        if (!(box.Width > 0 && box.Height > 0))
            return;
        (int left, int top) = (Pixel(box.XMin, image.Width), Pixel(box.YMin, image.Height));
        (int right, int bottom) = (Pixel(box.XMax, image.Width), Pixel(box.YMax, image.Height));
        int line = Math.Min(thickness, Math.Min(image.Width, image.Height));
        FilledRectangle(image, left, top, right - left, line, colour);
        FilledRectangle(image, left, bottom - line, right - left, line, colour);
        FilledRectangle(image, left, top, line, bottom - top, colour);
        FilledRectangle(image, right - line, top, line, bottom - top, colour);
    }

    /// <summary>Writes a line of text, 5×7 dots a character and one dot between.</summary>
    /// <param name="image">Drawn into.</param>
    /// <param name="x">Left column; may be outside.</param>
    /// <param name="y">Top row; may be outside.</param>
    /// <param name="text">ASCII 32 to 126; other characters come out as '?'.</param>
    /// <param name="colour">Colour of the dots; what is between them stays.</param>
    /// <param name="scale">Pixels per dot, at least 1.</param>
    public static void Text(Image image, int x, int y, string text, Rgb colour, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        for (int i = 0; i < text.Length; i++)
        {
            long glyphX = x + ((long)i * Advance * scale);
            if (glyphX >= image.Width)
                break;
            for (int row = 0; row < BitmapFont.GlyphHeight; row++)
            {
                for (int column = 0; column < BitmapFont.GlyphWidth; column++)
                {
                    if (BitmapFont.HasDot(text[i], column, row))
                        FilledRectangle(image, (int)glyphX + (column * scale), y + (row * scale), scale, scale, colour);
                }
            }
        }
    }

    /// <summary>Draws each detection's outline, and above it (inside, if there is no room) its class and score on the class's colour.</summary>
    /// <param name="image">Drawn into.</param>
    /// <param name="detections">Boxes in pixels of the picture.</param>
    /// <param name="labels">Names by class index; a class without one shows its number.</param>
    /// <param name="scale">Pixels per dot of text and per step of the outline, at least 1.</param>
    public static void Detections(Image image, IEnumerable<Detection> detections, IReadOnlyList<string>? labels = null, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        foreach (Detection detection in detections)
        {
            Rgb colour = ColourOf(detection.Label);
            Outline(image, detection.Box, colour, 2 * scale);

            string name = labels is not null && detection.Label >= 0 && detection.Label < labels.Count
                ? labels[detection.Label]
                : detection.Label.ToString(CultureInfo.InvariantCulture);
            string text = string.Create(CultureInfo.InvariantCulture, $"{name} {detection.Score:0.00}");
            int height = (BitmapFont.GlyphHeight + 2) * scale;
            int left = Pixel(detection.Box.XMin, image.Width);
            int top = Pixel(detection.Box.YMin, image.Height);
            top = top >= height ? top - height : top;
            FilledRectangle(image, left, top, ((text.Length * Advance) + 1) * scale, height, colour);
            Text(image, left + scale, top + scale, text, colour.Luma > 128 ? new Rgb(0, 0, 0) : new Rgb(255, 255, 255), scale);
        }
    }

    /// <summary>A coordinate as a whole pixel, at most one picture outside, so that arithmetic on it cannot overflow.</summary>
    private static int Pixel(float coordinate, int size) =>
        float.IsNaN(coordinate) ? 0 : (int)Math.Round(Math.Clamp(coordinate, -size, 2f * size));
}
