using EdgeNet.Vision;

namespace EdgeNet.Cli.Demo;

/// <summary>A walking figure in an orange vest. All its measures are parts of its height.</summary>
/// <param name="X">Middle, in pixels.</param>
/// <param name="Feet">Lowest row, in pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Stride">How far the feet are from the middle: 0.05 to 0.16.</param>
internal sealed record Figure(float X, float Feet, float Height, float Stride)
{
    /// <summary>Width of the whole figure, on average over a stride.</summary>
    public const float Width = 0.4f;

    /// <summary>Width of the vest.</summary>
    public const float VestWidth = 0.26f;

    /// <summary>Upper edge of the vest, from the top.</summary>
    public const float VestTop = 0.17f;

    /// <summary>Lower edge of the vest, from the top.</summary>
    public const float VestBottom = 0.51f;

    /// <summary>Height of the grey reflecting stripe across the vest.</summary>
    public const float Stripe = 0.03f;

    private static readonly Rgb Skin = new(214, 168, 140);
    private static readonly Rgb Orange = new(255, 118, 20);
    private static readonly Rgb Reflector = new(205, 210, 205);
    private static readonly Rgb Sleeve = new(50, 60, 85);
    private static readonly Rgb Trousers = new(35, 40, 60);

    private float Top => Feet - Height;

    /// <summary>The box around everything that <see cref="Paint"/> fills.</summary>
    public Box Box
    {
        get
        {
            Corner[] corners = [.. Parts().SelectMany(part => part.Corners)];
            return new Box(corners.Min(c => c.X), corners.Min(c => c.Y), corners.Max(c => c.X), corners.Max(c => c.Y));
        }
    }

    public void Paint(Painter painter)
    {
        foreach ((Corner[] corners, Rgb colour) in Parts()) painter.Polygon(corners, colour);
    }

    private IEnumerable<(Corner[] Corners, Rgb Colour)> Parts()
    {
        yield return (Limb(-0.05f, 0.5f, -Stride, 1, 0.09f), Trousers);
        yield return (Limb(0.05f, 0.5f, Stride, 1, 0.09f), Trousers);
        yield return (Limb(-0.14f, 0.18f, -0.13f - (Stride / 3), 0.5f, 0.05f), Sleeve);
        yield return (Limb(0.14f, 0.18f, 0.13f + (Stride / 3), 0.5f, 0.05f), Sleeve);
        yield return (Bar(VestWidth, VestTop, VestBottom), Orange);
        yield return (Bar(VestWidth, 0.33f, 0.33f + Stripe), Reflector);
        yield return ([.. Enumerable.Range(0, 16).Select(i => At(0.055f * MathF.Cos(i * MathF.PI / 8), 0.08f + (0.08f * MathF.Sin(i * MathF.PI / 8))))], Skin);
    }

    private Corner At(float x, float y) => new(X + (x * Height), Top + (y * Height));

    private Corner[] Bar(float width, float top, float bottom) =>
        [At(-width / 2, top), At(width / 2, top), At(width / 2, bottom), At(-width / 2, bottom)];

    private Corner[] Limb(float x, float y, float toX, float toY, float thickness) =>
        [At(x - (thickness / 2), y), At(x + (thickness / 2), y), At(toX + (thickness / 2), toY), At(toX - (thickness / 2), toY)];
}
