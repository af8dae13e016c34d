namespace EdgeNet.Vision.Tests;

public sealed class DrawingTests
{
    private static readonly Rgb s_white = new(255, 255, 255);

    private static string Picture(Image image) => string.Join('\n', Enumerable.Range(0, image.Height)
        .Select(y => string.Concat(image.Row(y).ToArray().Select(v => v > 0 ? '#' : '.'))));

    [Fact]
    public void AnOutlineLiesInsideItsBox()
    {
        Image image = new(6, 5, 1);
        Drawing.Outline(image, new Box(1, 1, 5, 4), s_white, 1);
        Assert.Equal("......\n.####.\n.#..#.\n.####.\n......", Picture(image));
    }

    [Fact]
    public void TextIsReadable()
    {
        Image image = new(11, 7, 1);
        Drawing.Text(image, 0, 0, "A1", s_white);
        Assert.Equal(
            "..#.....#..\n.#.#...##..\n#...#...#..\n#...#...#..\n#####...#..\n#...#...#..\n#...#..###.", Picture(image));
    }

    [Fact]
    public void EveryCharacterLooksDifferent()
    {
        HashSet<string> seen = [];
        for (char character = ' '; character <= '~'; character++)
        {
            Image image = new(5, 7, 1);
            Drawing.Text(image, 0, 0, character.ToString(), s_white);
            Assert.True(seen.Add(Picture(image)), $"'{character}' looks like another character");
        }
    }

    [Fact]
    public void DrawingOutsideIsCutOff()
    {
        float[] coordinates = [float.NegativeInfinity, float.MinValue, -5, 0, 3.5f, 9, 100, float.MaxValue, float.PositiveInfinity, float.NaN];
        Image image = new(9, 9, 3);
        foreach (float a in coordinates)
        {
            foreach (float b in coordinates)
                Drawing.Detections(image, [new Detection(new Box(a, b, b, a), 3, 0.5f), new Detection(new Box(a, a, b, b), -1, float.NaN)], ["x"], 2);
        }

        Image clean = new(9, 9, 3);
        Drawing.FilledRectangle(clean, int.MaxValue, 0, int.MaxValue, 5, s_white);
        Drawing.FilledRectangle(clean, -10, -10, 10, 10, s_white);
        Drawing.Text(clean, 9, 9, "far away", s_white, 3);
        Drawing.Text(clean, -1000, 0, "abc", s_white);
        Assert.All(clean.Pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void ClassesHaveDifferentColours() =>
        Assert.Equal(91, Enumerable.Range(0, 91).Select(Drawing.ColourOf).Distinct().Count());
}
