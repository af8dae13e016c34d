using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class LineCounterTests
{
    // From below upwards: right is where the columns grow.
    private static readonly CountingLine Upwards = new(0.5f, 1, 0.5f, 0.5f);

    private readonly List<(Person Person, bool ToRight)> _crossed = [];

    [Fact]
    public void Crossings_count_by_their_direction()
    {
        var counter = new LineCounter();
        Walk(counter, Upwards, 1, (0.3f, 0.8f), (0.45f, 0.8f), (0.55f, 0.8f), (0.7f, 0.8f));
        Walk(counter, Upwards, 2, (0.7f, 0.7f), (0.2f, 0.7f));
        Assert.Equal((1, 1), (counter.Right, counter.Left));
        Assert.Equal([(1, true), (2, false)], _crossed.Select(one => (one.Person.Number, one.ToRight)));
    }

    [Fact]
    public void Who_passes_beyond_the_ends_of_the_line_does_not_cross_it()
    {
        var counter = new LineCounter();
        Walk(counter, Upwards, 1, (0.3f, 0.4f), (0.7f, 0.4f));
        Assert.Equal((0, 0), (counter.Right, counter.Left));
    }

    [Fact]
    public void Who_stands_on_the_line_is_counted_once()
    {
        var counter = new LineCounter();
        Walk(counter, Upwards, 1, (0.4f, 0.8f), (0.495f, 0.8f), (0.505f, 0.8f), (0.496f, 0.8f), (0.504f, 0.8f), (0.52f, 0.8f), (0.505f, 0.8f), (0.495f, 0.8f), (0.53f, 0.8f));
        Assert.Equal((1, 0), (counter.Right, counter.Left));
    }

    [Fact]
    public void A_box_that_is_only_guessed_crosses_nothing()
    {
        var counter = new LineCounter();
        counter.Update(Upwards, [At(1, 0.3f, 0.8f)], _crossed);
        counter.Update(Upwards, [At(1, 0.7f, 0.8f) with { Seen = false }], _crossed);
        Assert.Equal(0, counter.Right);
    }

    [Fact]
    public void Another_line_begins_anew()
    {
        var counter = new LineCounter();
        counter.Update(Upwards, [At(1, 0.3f, 0.8f)], _crossed);
        counter.Update(new CountingLine(0.2f, 1, 0.2f, 0), [At(1, 0.1f, 0.8f)], _crossed);
        counter.Update(null, [At(1, 0.9f, 0.8f)], _crossed);
        Assert.Empty(_crossed);
    }

    [Theory, InlineData(0f, 0.5f, 1f, 0.5f, 0.4f, 0.6f, true), InlineData(1f, 0.5f, 0f, 0.5f, 0.4f, 0.6f, false)]
    public void Right_is_that_of_somebody_who_walks_along_the_line(float x1, float y1, float x2, float y2, float from, float to, bool right)
    {
        var counter = new LineCounter();
        Walk(counter, new CountingLine(x1, y1, x2, y2), 1, (0.5f, from), (0.5f, to));
        Assert.Equal(right, Assert.Single(_crossed).ToRight);
    }

    private static Person At(int number, float x, float feet) => new(number, new Box(x - 0.05f, feet - 0.3f, x + 0.05f, feet), 0.9f, true);

    private void Walk(LineCounter counter, CountingLine line, int number, params (float X, float Feet)[] way)
    {
        foreach ((float x, float feet) in way) counter.Update(line, [At(number, x, feet)], _crossed);
    }
}
