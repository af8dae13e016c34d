namespace EdgeNet.Kernels.Tests;

public class PortableMathTests
{
    private static double Ulps(double expected, double actual)
    {
        if (expected.Equals(actual)) return 0;
        return Math.Abs(expected - actual) / (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected));
    }

    private static void Within(double ulps, Func<double, double> expected, Func<double, double> actual, double low, double high)
    {
        var random = new Random(9);
        for (int i = 0; i < 50_000; i++)
        {
            double x = low + random.NextDouble() * (high - low);
            double distance = Ulps(expected(x), actual(x));
            Assert.True(distance <= ulps, $"{distance} units at {x:R}");
        }
    }

    [Fact]
    public void ExpIsWithinTwoUnits()
    {
        Within(2, Math.Exp, PortableMath.Exp, -708, 709);
        Within(2, Math.Exp, PortableMath.Exp, -1, 1);
        Assert.Equal(1, PortableMath.Exp(0));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(710));
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
        Assert.True(double.IsNaN(PortableMath.Exp(double.NaN)));
        Assert.Equal(Math.Exp(-740), PortableMath.Exp(-740), 1e-322);
    }

    [Fact]
    public void LogIsWithinTwoUnits()
    {
        Within(2, Math.Log, PortableMath.Log, 0, 3);
        Within(2, Math.Log, PortableMath.Log, 0.99, 1.01);
        Within(2, x => Math.Log(Math.Exp(x)), x => PortableMath.Log(Math.Exp(x)), -700, 700);
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.True(double.IsNaN(PortableMath.Log(-1)));
        Assert.True(Ulps(Math.Log(double.Epsilon), PortableMath.Log(double.Epsilon)) <= 2);
    }

    [Fact]
    public void TheOthersAreClose()
    {
        Within(5, Math.Tanh, PortableMath.Tanh, -3, 3);
        Within(5, Math.Tanh, PortableMath.Tanh, -30, 30);
        Within(4, Math.Sin, PortableMath.Sin, 0.01, 3.1);
        for (double x = -50; x < 50; x += 0.013)
        {
            Assert.Equal(Math.Sin(x), PortableMath.Sin(x), 1e-15);
            Assert.Equal(Math.Cos(x), PortableMath.Cos(x), 1e-15);
        }
    }

    [Theory]
    [InlineData(0.1, 0.11246291601828489)]
    [InlineData(0.5, 0.52049987781304654)]
    [InlineData(1, 0.84270079294971487)]
    [InlineData(-2, -0.99532226501895273)]
    [InlineData(3.5, 0.99999925690162766)]
    [InlineData(7, 1)]
    [InlineData(0, 0)]
    public void ErfKnowsItsTable(double x, double expected) => Assert.Equal(expected, PortableMath.Erf(x), 1e-15);

    [Theory] // The bits every machine must give.
    [InlineData(0.3)]
    [InlineData(-11.7)]
    public void LogUndoesExp(double x) => Assert.Equal(x, PortableMath.Log(PortableMath.Exp(x)), 1e-14);
}
