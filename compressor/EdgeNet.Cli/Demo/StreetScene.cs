using EdgeNet.Vision;

namespace EdgeNet.Cli.Demo;

/// <summary>
/// A drawn street with figures whose boxes are known, and with things that only share something with them: a red car, a yellow sign, a
/// traffic cone of the vests' very orange. The same number always gives the same picture.
/// </summary>
/// <param name="Image">The picture, <see cref="Width"/> × <see cref="Height"/> RGB.</param>
/// <param name="Figures">The boxes of the figures in pixels, from the left.</param>
internal sealed record StreetScene(Image Image, IReadOnlyList<Box> Figures)
{
    public const int Width = 320;
    public const int Height = 240;

    /// <summary>Where the houses end and the pavement begins.</summary>
    private const int Pavement = 128;

    private const int Road = 150;

    private static readonly Rgb[] Walls = [new(196, 184, 160), new(150, 84, 68), new(168, 172, 178), new(120, 134, 120), new(206, 188, 120)];

    // How many figures walk in scene 1, 2, 3, ...
    private static readonly int[] Crowds = [2, 1, 3, 0, 4, 2];

    /// <summary>The number of scenes that the demo shows.</summary>
    public static int Count => Crowds.Length;

    /// <summary>Draws a scene.</summary>
    /// <param name="number">From 1 on; the first <see cref="Count"/> are those of the demo.</param>
    public static StreetScene Draw(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        Image image = new(Width, Height, 3);
        Painter painter = new(image);
        Random random = new(number);
        PaintStreet(painter, random);
        Figure[] figures = Crowd(Crowds[(number - 1) % Crowds.Length], random);
        foreach (Figure figure in figures) figure.Paint(painter);
        painter.Noise(random, 5);
        return new StreetScene(image, [.. figures.Select(figure => figure.Box.ClippedTo(Width, Height))]);
    }

    // One to each stretch of the street, so that none hides another.
    private static Figure[] Crowd(int count, Random random)
    {
        float stretch = (float)Width / Math.Max(count, 1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            float height = Between(random, 44, Math.Min(96, stretch));
            float room = stretch - (Figure.Width * height) - 8;
            float x = (i * stretch) + (stretch / 2) + (Between(random, -0.5f, 0.5f) * room);
            // The nearer, the larger, and the lower in the picture.
            float feet = Road - 10 + ((height - 44) * 1.5f) + Between(random, 0, 8);
            return new Figure(x, MathF.Min(feet, Height - 2), height, Between(random, 0.06f, 0.15f));
        })];
    }

    private static void PaintStreet(Painter painter, Random random)
    {
        for (int y = 0; y < Pavement; y++) painter.Rectangle(0, y, Width, 1, new Rgb((byte)(150 + (y / 3)), (byte)(178 + (y / 4)), 214));
        for (int x = -random.Next(30); x < Width;)
        {
            int width = random.Next(46, 80);
            PaintHouse(painter, random, x, random.Next(24, 60), width);
            x += width;
        }
        painter.Rectangle(0, Pavement, Width, Road - Pavement, new Rgb(152, 150, 146));
        painter.Rectangle(0, Road, Width, Height - Road, new Rgb(92, 92, 96));
        for (int x = random.Next(40) - 40; x < Width; x += 64) painter.Rectangle(x, 192, 34, 4, new Rgb(222, 222, 216));
        PaintCar(painter, random.Next(0, 240));
        PaintCone(painter, random.Next(10, 310), random.Next(158, 230));
        PaintSign(painter, random.Next(10, 300));
    }

    private static void PaintHouse(Painter painter, Random random, int x, int top, int width)
    {
        painter.Rectangle(x, top, width, Pavement - top, Walls[random.Next(Walls.Length)]);
        for (int y = top + 8; y + 16 < Pavement; y += 24)
        {
            for (int window = x + 7; window + 10 < x + width; window += 18) painter.Rectangle(window, y, 10, 14, new Rgb(70, 84, 100));
        }
    }

    private static void PaintCar(Painter painter, int x)
    {
        Rgb red = new(186, 32, 34), dark = new(24, 24, 26);
        painter.Rectangle(x, 134, 70, 16, red);
        painter.Polygon([new(x + 12, 134), new(x + 22, 122), new(x + 50, 122), new(x + 60, 134)], red);
        painter.Rectangle(x + 24, 124, 24, 9, new Rgb(110, 130, 150));
        painter.Rectangle(x + 10, 146, 12, 8, dark);
        painter.Rectangle(x + 48, 146, 12, 8, dark);
    }

    private static void PaintCone(Painter painter, int x, int y) =>
        painter.Polygon([new(x, y - 13), new(x + 5, y), new(x - 5, y)], new Rgb(255, 118, 20));

    private static void PaintSign(Painter painter, int x)
    {
        painter.Rectangle(x + 7, 100, 2, Road - 102, new Rgb(110, 112, 114));
        painter.Rectangle(x, 84, 16, 18, new Rgb(236, 204, 40));
    }

    private static float Between(Random random, float low, float high) => low + (random.NextSingle() * (high - low));
}
