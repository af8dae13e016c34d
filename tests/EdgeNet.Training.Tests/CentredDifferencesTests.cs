namespace EdgeNet.Training.Tests;

public class CentredDifferencesTests
{
    private static double Cubes(double[] x) => x.Sum(element => element * element * element);

    [Fact]
    public void A_right_gradient_passes() => CentredDifferences.Check(Cubes, [1.0, -2, 0.5], [3.0, 12, 0.75]);

    [Fact]
    public void The_worst_element_is_named()
    {
        Xunit.Sdk.FailException failure = Assert.Throws<Xunit.Sdk.FailException>(
            () => CentredDifferences.Check(Cubes, [1.0, -2, 0.5], [3.001, 13, 0.75], "cubes"));
        Assert.Contains("cubes element 1 of 3", failure.Message);
        Assert.Contains("derivative 13, by centred differences 12", failure.Message);
    }

    [Fact]
    public void A_gradient_of_no_number_fails() =>
        Assert.Throws<Xunit.Sdk.FailException>(() => CentredDifferences.Check(Cubes, [1.0, 2], [double.NaN, 12]));
}
