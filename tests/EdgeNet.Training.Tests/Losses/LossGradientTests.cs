using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

public class LossGradientTests
{
    private delegate double Draw(Random random);

    private static readonly Shape[] Shapes = [[1, 2], [4, 3], [2, 3, 5], [2, 2, 2, 7], [3]];

    private static readonly Case[] Cases =
    [
        new("softmax cross-entropy", new SoftmaxCrossEntropyLoss<double>(), Normal(3), Probabilities),
        new("softmax cross-entropy, one-hot", new SoftmaxCrossEntropyLoss<double>(), Normal(3), OneHot),
        new("softmax cross-entropy, smoothed", new SoftmaxCrossEntropyLoss<double>(0.1), Normal(3), OneHot),
        new("softmax cross-entropy, any targets", new SoftmaxCrossEntropyLoss<double>(0.3), Normal(3), Each(Normal(1))),
        new("binary cross-entropy", new BinaryCrossEntropyLoss<double>(), Normal(4), Each(Uniform(0, 1))),
        new("focal", new FocalLoss<double>(), Normal(4), Each(Bit)),
        new("focal, soft targets, other parameters", new FocalLoss<double>(0.7, 0.6), Normal(4), Each(Uniform(0, 1))),
        new("distillation", new DistillationLoss<double>(4), Normal(5), Each(Normal(5))),
        new("distillation, sharp", new DistillationLoss<double>(0.5), Normal(2), Each(Normal(2))),
        new("mean squared", new MeanSquaredLoss<double>(), Normal(2), Each(Normal(2))),
        new("mean absolute", new MeanAbsoluteLoss<double>(), Normal(2), Each(Normal(2))),
        new("mean absolute percentage", new MeanAbsolutePercentageLoss<double>(), Normal(2), Each(AwayFromZero)),
        new("mean squared logarithmic", new MeanSquaredLogarithmicLoss<double>(), Uniform(0.1, 9), Each(Uniform(0, 9))),
        new("mean squared logarithmic, negative", new MeanSquaredLogarithmicLoss<double>(), Uniform(-9, -0.1), Each(Uniform(-1, 9))),
        new("Huber", new HuberLoss<double>(), Normal(2), Each(Normal(1))),
        new("Huber, narrow", new HuberLoss<double>(0.2), Normal(1), Each(Normal(1))),
        new("log-cosh", new LogCoshLoss<double>(), Normal(3), Each(Normal(3))),
        new("hinge", new HingeLoss<double>(), Normal(2), Each(Sign)),
        new("squared hinge", new HingeLoss<double>(squared: true), Normal(2), Each(Sign)),
        new("categorical hinge", new CategoricalHingeLoss<double>(), Normal(1), OneHot),
        new("squared categorical hinge", new CategoricalHingeLoss<double>(squared: true), Normal(1), OneHot),
        new("Poisson", new PoissonLoss<double>(), Uniform(0.2, 9), Each(random => random.Next(5))),
        new("Poisson, negative", new PoissonLoss<double>(), Uniform(-9, -0.2), Each(random => random.Next(5))),
        new("cosine proximity", new CosineProximityLoss<double>(), Normal(2), Each(Normal(2))),
    ];

    internal static Type[] AllLosses { get; } = [.. typeof(Loss<>).Assembly.GetTypes().Where(type => !type.IsAbstract && IsLoss(type))];

    public static TheoryData<string> Names => [.. Cases.Select(@case => @case.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_the_derivative(string name) => CheckAll(name, weighted: false);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_of_weighted_rows_is_the_derivative(string name) => CheckAll(name, weighted: true);

    [Fact]
    public void Every_loss_is_checked()
    {
        HashSet<Type> tested = [.. Cases.Select(@case => @case.Loss.GetType().GetGenericTypeDefinition())];
        Assert.NotEmpty(AllLosses);
        Assert.Superset(AllLosses.ToHashSet(), tested);
    }

    private static bool IsLoss(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Loss<>)) return true;
        }
        return false;
    }

    private static void CheckAll(string name, bool weighted)
    {
        Case @case = Cases.Single(candidate => candidate.Name == name);
        foreach (Shape shape in Shapes)
        {
            for (int seed = 1; seed <= 3; seed++)
            {
                Random random = new(seed);
                int rows = shape.ElementCount / shape[^1];
                double[] prediction = [.. Enumerable.Range(0, shape.ElementCount).Select(_ => @case.Prediction(random))];
                double[] target = [.. Enumerable.Range(0, rows).SelectMany(_ => @case.Target(random, shape[^1]))];
                // The first of several rows is left out.
                double[] weights = !weighted ? [] : [.. Enumerable.Range(0, rows).Select(row => row == 0 && rows > 1 ? 0 : random.NextDouble() + 0.1)];

                // What is there before must not matter.
                double[] gradient = [.. prediction.Select(_ => double.NaN)];
                @case.Loss.Evaluate(prediction, target, shape, weights, gradient);
                double[] unused = new double[gradient.Length];
                CentredDifferences.Check(
                    point => @case.Loss.Evaluate(point, target, shape, weights, unused), prediction, gradient, $"{name}, {shape}, seed {seed}:", 1e-5);
            }
        }
    }

    private static Draw Uniform(double low, double high) => random => low + ((high - low) * random.NextDouble());

    private static Draw Normal(double deviation) => random =>
        deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Bit(Random random) => random.Next(2);

    private static double Sign(Random random) => (2 * random.Next(2)) - 1;

    private static double AwayFromZero(Random random) => Sign(random) * (0.5 + random.NextDouble());

    private static Func<Random, int, double[]> Each(Draw draw) => (random, width) => [.. Enumerable.Range(0, width).Select(_ => draw(random))];

    private static double[] OneHot(Random random, int width)
    {
        double[] row = new double[width];
        row[random.Next(width)] = 1;
        return row;
    }

    private static double[] Probabilities(Random random, int width)
    {
        double[] row = Each(Uniform(0, 1))(random, width);
        double sum = row.Sum();
        return [.. row.Select(element => element / sum)];
    }

    private sealed record Case(string Name, Loss<double> Loss, Draw Prediction, Func<Random, int, double[]> Target);
}
