using EdgeNet.Vision;

namespace EdgeNet.Cli.Demo;

/// <summary>A corner of a shape, in pixels.</summary>
internal readonly record struct Corner(float X, float Y);

/// <summary>Fills shapes in a picture; a pixel belongs to a shape if its centre does.</summary>
internal sealed class Painter(Image image)
{
    public void Rectangle(float x, float y, float width, float height, Rgb colour) =>
        Drawing.FilledRectangle(image, (int)x, (int)y, (int)width, (int)height, colour);

    /// <summary>Fills a polygon by the even-odd rule.</summary>
    public void Polygon(ReadOnlySpan<Corner> corners, Rgb colour)
    {
        List<float> crossings = [];
        for (int y = 0; y < image.Height; y++)
        {
            float centre = y + 0.5f;
            crossings.Clear();
            for (int i = 0; i < corners.Length; i++)
            {
                Corner a = corners[i], b = corners[(i + 1) % corners.Length];
                if (a.Y <= centre != b.Y <= centre) crossings.Add(a.X + ((centre - a.Y) / (b.Y - a.Y) * (b.X - a.X)));
            }
            crossings.Sort();
            for (int i = 0; i + 1 < crossings.Count; i += 2)
            {
                int begin = (int)MathF.Ceiling(crossings[i] - 0.5f), end = (int)MathF.Ceiling(crossings[i + 1] - 0.5f);
                Drawing.FilledRectangle(image, begin, y, end - begin, 1, colour);
            }
        }
    }

    /// <summary>Adds up to <paramref name="amplitude"/> to each sample, up or down, as a sensor does.</summary>
    public void Noise(Random random, int amplitude)
    {
        byte[] pixels = image.Pixels;
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)Math.Clamp(pixels[i] + random.Next(-amplitude, amplitude + 1), 0, 255);
    }
}
