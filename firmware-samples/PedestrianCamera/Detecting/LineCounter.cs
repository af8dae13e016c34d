namespace PedestrianCamera;

/// <summary>
/// Counts who crosses a line, by the middle of their feet. Somebody is on one side until well on the other: who stands on the line, or whose box
/// trembles, is not counted again and again.
/// </summary>
internal sealed class LineCounter
{
    /// <summary>How far from the line, in parts of the picture, feet must be to be on a side.</summary>
    private const float Clear = 0.01f;

    private readonly Dictionary<int, (float X, float Y)> _lastClear = [];
    private CountingLine? _line;

    /// <summary>Crossings to the right of the line's direction.</summary>
    public int Right { get; private set; }

    /// <summary>Crossings to the left.</summary>
    public int Left { get; private set; }

    /// <summary>Takes a frame.</summary>
    /// <param name="line">The line; null for none. Another line than that of the frame before forgets where people were.</param>
    /// <param name="present">Who is there.</param>
    /// <param name="crossed">Gets who crossed in this frame, and whether to the right.</param>
    public void Update(CountingLine? line, IReadOnlyList<Person> present, List<(Person Person, bool ToRight)> crossed)
    {
        if (line != _line)
        {
            _lastClear.Clear();
            _line = line;
        }
        if (line is not { } l) return;
        foreach (Person person in present)
        {
            if (!person.Seen) continue;
            float x = (person.Box.XMin + person.Box.XMax) / 2, y = person.Box.YMax;
            float side = Side(l, x, y);
            if (Math.Abs(side) < Clear) continue;
            if (_lastClear.TryGetValue(person.Number, out (float X, float Y) last) && Side(l, last.X, last.Y) * side < 0 && Meets(l, last.X, last.Y, x, y))
            {
                if (side > 0) Right++;
                else Left++;
                crossed.Add((person, side > 0));
            }
            _lastClear[person.Number] = (x, y);
        }
    }

    /// <summary>Forgets somebody who left.</summary>
    public void Forget(int number) => _lastClear.Remove(number);

    /// <summary>Distance from the line, in parts of the picture; positive to its right. Rows go down, so that right is where x × y turns clockwise.</summary>
    private static float Side(CountingLine line, float x, float y)
    {
        float dx = line.X2 - line.X1, dy = line.Y2 - line.Y1;
        return ((dx * (y - line.Y1)) - (dy * (x - line.X1))) / MathF.Max(1e-6f, MathF.Sqrt((dx * dx) + (dy * dy)));
    }

    /// <summary>Whether the way from one point to another, which lie on both sides of the line, meets it between its ends.</summary>
    private static bool Meets(CountingLine line, float x1, float y1, float x2, float y2)
    {
        var way = new CountingLine(x1, y1, x2, y2);
        return Side(way, line.X1, line.Y1) * Side(way, line.X2, line.Y2) <= 0;
    }
}
