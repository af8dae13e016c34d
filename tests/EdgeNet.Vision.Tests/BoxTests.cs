namespace EdgeNet.Vision.Tests;

public sealed class BoxTests
{
    [Fact]
    public void OverlapOfHandWorkedBoxes()
    {
        // Shared 1×1, covered 4 + 4 − 1.
        Assert.Equal(1f / 7, new Box(0, 0, 2, 2).IntersectionOverUnion(new Box(1, 1, 3, 3)));
        Assert.Equal(0, new Box(0, 0, 1, 1).IntersectionOverUnion(new Box(1, 0, 2, 1)));
        Assert.Equal(0, default(Box).IntersectionOverUnion(default));
        Assert.Equal(6, new Box(1, 1, 3, 4).Area);
        Assert.Equal(0, new Box(3, 1, 1, 4).Area);
    }

    [Fact]
    public void OverlapIsSymmetricAndFromZeroToOne()
    {
        Random random = new(4);
        float[] odd = [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon];
        float Next() => random.Next(4) == 0 ? odd[random.Next(odd.Length)] : (random.NextSingle() * 20) - 10;
        for (int i = 0; i < 20000; i++)
        {
            Box a = new(Next(), Next(), Next(), Next());
            Box b = new(Next(), Next(), Next(), Next());
            Assert.InRange(a.IntersectionOverUnion(b), 0, 1);
            Assert.Equal(a.IntersectionOverUnion(b), b.IntersectionOverUnion(a));
        }
    }
}
