using EdgeNet.Model;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public class LossTests
{
    private const double LogTwo = 0.6931471805599453;

    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(1, 3);

    [Fact]
    public void Softmax_cross_entropy_is_as_worked_by_hand()
    {
        // Probabilities 1/4 and 3/4.
        Expect(new SoftmaxCrossEntropyLoss<double>(), [0, Math.Log(3)], [0, 1], [1, 2], Math.Log(4.0 / 3), [0.25, -0.25]);
        Expect(new SoftmaxCrossEntropyLoss<double>(), [0, 0, 0, 0], [1, 0, 0, 1], [2, 2], LogTwo, [-0.25, 0.25, 0.25, -0.25]);
        // Smoothed by 0.2, the target is 0.1 and 0.9.
        Expect(new SoftmaxCrossEntropyLoss<double>(0.2), [0, Math.Log(3)], [0, 1], [1, 2], (0.1 * Math.Log(4)) + (0.9 * Math.Log(4.0 / 3)), [0.15, -0.15]);
    }

    [Fact]
    public void Binary_cross_entropy_is_as_worked_by_hand() =>
        Expect(new BinaryCrossEntropyLoss<double>(), [0, Math.Log(3)], [1, 0], [2], (LogTwo + Math.Log(4)) / 2, [-0.25, 0.375]);

    [Fact]
    public void Focal_loss_is_as_worked_by_hand()
    {
        // σ = 3/4: ¼ · (¼)² · log 4/3 for an object, ¾ · (¾)² · log 4 for none.
        double one = Math.Log(4.0 / 3) / 64;
        double zero = 27.0 / 64 * Math.Log(4);
        Expect(new FocalLoss<double>(), [Math.Log(3)], [1], [1], one, null);
        Expect(new FocalLoss<double>(), [Math.Log(3)], [0], [1], zero, null);
        // Without focus and with equal weights it is half the cross-entropy.
        Expect(new FocalLoss<double>(0, 0.5), [0, Math.Log(3)], [1, 0], [2], (LogTwo + Math.Log(4)) / 4, [-0.125, 0.1875]);
    }

    [Fact]
    public void Distillation_is_as_worked_by_hand()
    {
        // At temperature 2 the student says 1/2, 1/2 and the teacher 1/4, 3/4.
        double divergence = (0.25 * Math.Log(0.5)) + (0.75 * Math.Log(1.5));
        Expect(new DistillationLoss<double>(2), [0, 0], [0, 2 * Math.Log(3)], [1, 2], 4 * divergence, [0.5, -0.5]);
    }

    [Fact]
    public void Elementwise_losses_are_as_worked_by_hand()
    {
        Expect(new MeanSquaredLoss<double>(), [1, 2, 3, 4], [1, 0, 6, 4], [2, 2], 13.0 / 4, [0, 1, -1.5, 0]);
        Expect(new MeanAbsoluteLoss<double>(), [1, 2, 3, 4], [1, 0, 6, 4], [2, 2], 5.0 / 4, [0, 0.25, -0.25, 0]);
        Expect(new MeanAbsolutePercentageLoss<double>(), [1, 3], [2, -4], [2], (50 + 175) / 2.0, [-25, 12.5]);
        Expect(new MeanSquaredLogarithmicLoss<double>(), [1, -5], [0, 0], [2], LogTwo * LogTwo / 2, [LogTwo / 2, 0]);
        Expect(new HuberLoss<double>(2), [1, -3], [0, 1], [2], (0.5 + 6) / 2, [0.5, -1]);
        Expect(new LogCoshLoss<double>(), [1, 0], [0, 0], [2], Math.Log(Math.Cosh(1)) / 2, [Math.Tanh(1) / 2, 0]);
        Expect(new HingeLoss<double>(), [0.25, 2, -1], [1, 1, 1], [3], (0.75 + 0 + 2) / 3, [-1.0 / 3, 0, -1.0 / 3]);
        Expect(new HingeLoss<double>(squared: true), [0.25, 0.5], [1, -1], [2], (0.5625 + 2.25) / 2, [-0.75, 1.5]);
        Expect(new PoissonLoss<double>(), [2, 1], [4, 0], [2], (2 - (4 * LogTwo) + 1) / 2, [-0.5, 0.5]);
    }

    [Fact]
    public void Rowwise_losses_are_as_worked_by_hand()
    {
        // The best wrong class is 0.5 below the right one, then the right one is far ahead.
        Expect(new CategoricalHingeLoss<double>(), [1, 1.5, -2, 9, 0, 0], [0, 1, 0, 1, 0, 0], [2, 3], 0.25, [0.5, -0.5, 0, 0, 0, 0]);
        Expect(new CategoricalHingeLoss<double>(squared: true), [1, 1.5, -2], [0, 1, 0], [1, 3], 0.25, [1, -1, 0]);
        // 45° apart.
        Expect(new CosineProximityLoss<double>(), [2, 0], [3, 3], [1, 2], -Math.Sqrt(0.5), [0, -Math.Sqrt(0.5) / 2]);
        Expect(new CosineProximityLoss<double>(), [0, 0], [3, 3], [1, 2], 0, [0, 0]);
    }

    [Fact]
    public void Weights_say_how_much_a_row_counts()
    {
        double[] gradient = new double[6];
        double loss = new MeanSquaredLoss<double>().Evaluate([1, 1, double.NaN, double.NaN, 2, 0], new double[6], [3, 2], [1, 0, 3], gradient);
        Assert.Equal(((1 * 1) + (3 * 2)) / 4.0, loss, 12);
        Assert.Equal([0.25, 0.25, 0, 0, 1.5, 0], gradient);

        Assert.Equal(0, new MeanSquaredLoss<double>().Evaluate([1, 2], [0, 0], [2, 1], [0, 0], gradient.AsSpan(0, 2)));
        Assert.Equal([0, 0], gradient[..2]);
    }

    [Fact]
    public void Weights_of_one_change_nothing()
    {
        double[] prediction = [1, -2, 0.5, 4];
        double[] target = [0, 1, 1, 0];
        double[] plain = new double[4];
        double[] weighted = new double[4];
        SoftmaxCrossEntropyLoss<double> loss = new(0.1);
        Assert.Equal(loss.Evaluate(prediction, target, [2, 2], plain), loss.Evaluate(prediction, target, [2, 2], [1, 1], weighted));
        Assert.Equal(plain, weighted);
    }

    [Fact]
    public void Nothing_has_no_loss()
    {
        Assert.Equal(0, new MeanSquaredLoss<float>().Evaluate([], [], [0, 4], []));
        Assert.Equal(0, new SoftmaxCrossEntropyLoss<float>().Evaluate([], [], [4, 0], []));
    }

    [Fact]
    public void Lengths_must_fit_the_shape()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new HuberLoss<float>().Evaluate(new float[6], new float[5], [2, 3], new float[6]));
        Assert.Contains("5 values; expected 6", error.Message);
        Assert.Throws<ArgumentException>(() => new HuberLoss<float>().Evaluate(new float[6], new float[6], [2, 3], new float[3], new float[6]));
        Assert.Throws<ArgumentException>(() => new CategoricalHingeLoss<float>().Evaluate(new float[2], new float[2], [2, 1], new float[2]));
    }

    [Theory]
    [InlineData("softmax-cross-entropy")]
    [InlineData("softmax-cross-entropy:0.1")]
    [InlineData("binary-cross-entropy")]
    [InlineData("focal")]
    [InlineData("distillation")]
    [InlineData("distillation:1")]
    public void Extreme_logits_give_finite_numbers(string name)
    {
        Loss<float> loss = NamedLosses.Parse<float>(name);
        float[] extremes = [-1e4f, 1e4f, 0];
        float[] gradient = new float[3];
        foreach (float[] target in (float[][])[[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        {
            Assert.True(float.IsFinite(loss.Evaluate(extremes, name.StartsWith("dist") ? [1e4f * target[0], -1e4f, 1e4f * target[2]] : target, [1, 3], gradient)));
            Assert.All(gradient, element => Assert.True(float.IsFinite(element)));
        }
    }

    [Fact]
    public void Surely_right_logits_lose_little_and_surely_wrong_ones_their_distance()
    {
        float[] gradient = new float[2];
        Assert.Equal(0, new SoftmaxCrossEntropyLoss<float>().Evaluate([1e4f, -1e4f], [1, 0], [1, 2], gradient));
        Assert.Equal(2e4f, new SoftmaxCrossEntropyLoss<float>().Evaluate([1e4f, -1e4f], [0, 1], [1, 2], gradient));
        Assert.Equal([1, -1], gradient);
        Assert.Equal(1e4f, new BinaryCrossEntropyLoss<float>().Evaluate([1e4f, -1e4f], [0, 1], [2], gradient));
        // Not rounded to 0, as log(1 + e^-30) would be in float.
        Assert.Equal(9.357623e-14f, new BinaryCrossEntropyLoss<float>().Evaluate([30], [1], [1], gradient.AsSpan(0, 1)), 1e-18f);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        float[] prediction = [.. Enumerable.Range(0, 64).Select(i => 0.1f + (i % 7))];
        float[] target = [.. Enumerable.Range(0, 64).Select(i => i % 8 == 0 ? 1f : 0)];
        float[] gradient = new float[64];
        Shape shape = [8, 8];
        foreach (string name in LossNames)
        {
            Loss<float> loss = NamedLosses.Parse<float>(name);
            loss.Evaluate(prediction, target, shape, gradient);
            long before = GC.GetAllocatedBytesForCurrentThread();
            loss.Evaluate(prediction, target, shape, gradient);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void The_gradient_of_softmax_cross_entropy_sums_to_0_in_each_row() =>
        CheckRows((logits, targets, width) =>
        {
            double[] gradient = new double[logits.Length];
            new SoftmaxCrossEntropyLoss<double>(0.1).Evaluate(logits, targets, [logits.Length / width, width], gradient);
            return gradient.Chunk(width).All(row => Math.Abs(row.Sum()) < 1e-10);
        });

    [Fact]
    public void Distillation_is_never_negative_and_0_from_an_equal_teacher() =>
        CheckRows((logits, teacher, width) =>
        {
            double[] gradient = new double[logits.Length];
            DistillationLoss<double> loss = new(3);
            return loss.Evaluate(logits, teacher, [logits.Length / width, width], gradient) >= -1e-12
                && loss.Evaluate(logits, logits, [logits.Length / width, width], gradient) == 0
                && gradient.All(element => element == 0);
        });

    [Fact]
    public void Adding_a_number_to_all_logits_changes_no_softmax_loss() =>
        CheckRows((logits, teacher, width) =>
        {
            double[] gradient = new double[logits.Length];
            Shape shape = [logits.Length / width, width];
            double[] moved = [.. logits.Select(logit => logit + 17)];
            DistillationLoss<double> loss = new(3);
            return Math.Abs(loss.Evaluate(logits, teacher, shape, gradient) - loss.Evaluate(moved, teacher, shape, gradient)) < 1e-9;
        });

    [Theory]
    [InlineData("huber:0.5:1", "loss 'huber:0.5:1': 2 numbers given; expected huber[:delta=1]")]
    [InlineData("huber:x", "loss 'huber:x': delta 'x' is no number; expected huber[:delta=1]")]
    [InlineData("huber:-1", "loss 'huber:-1': delta is -1; expected above 0")]
    [InlineData("softmax-cross-entropy:1", "loss 'softmax-cross-entropy:1': smoothing is 1; expected at least 0 and below 1")]
    public void A_loss_that_cannot_be_is_refused_in_one_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TrainingSettingException>(() => NamedLosses.Parse<float>(text)).Message);

    [Fact]
    public void An_unknown_loss_is_told_what_there_is()
    {
        string message = Assert.Throws<TrainingSettingException>(() => NamedLosses.Parse<float>("hubert")).Message;
        Assert.StartsWith("no loss is called 'hubert'; there are softmax-cross-entropy[:smoothing=0], ", message);
        Assert.All(LossNames, name => Assert.Contains(name, message));
    }

    [Fact]
    public void Every_loss_has_a_name()
    {
        HashSet<Type> named = [.. LossNames.Select(name => NamedLosses.Parse<float>(name).GetType().GetGenericTypeDefinition())];
        Assert.Superset(LossGradientTests.AllLosses.ToHashSet(), named);
    }

    private static readonly string[] LossNames =
    [
        "softmax-cross-entropy", "binary-cross-entropy", "focal", "distillation", "mean-squared", "mean-absolute", "mean-absolute-percentage",
        "mean-squared-logarithmic", "huber", "log-cosh", "hinge", "squared-hinge", "categorical-hinge", "squared-categorical-hinge", "poisson",
        "cosine-proximity",
    ];

    private static void Expect(Loss<double> loss, double[] prediction, double[] target, Shape shape, double value, double[]? slopes)
    {
        double[] gradient = new double[prediction.Length];
        Assert.Equal(value, loss.Evaluate(prediction, target, shape, gradient), 12);
        for (int i = 0; i < slopes?.Length; i++)
            Assert.Equal(slopes[i], gradient[i], 12);
    }

    private static void CheckRows(Func<double[], double[], int, bool> law)
    {
        Gen<(double[], double[], int)> rows =
            from width in Gen.Choose(1, 9)
            from count in Gen.Choose(1, 4)
            from first in Gen.Choose(-2000, 2000).ArrayOf(width * count)
            from second in Gen.Choose(-2000, 2000).ArrayOf(width * count)
            select (first.Select(element => element / 50.0).ToArray(), second.Select(element => element / 50.0).ToArray(), width);
        Prop.ForAll(rows.ToArbitrary(), sample => law(sample.Item1, sample.Item2, sample.Item3)).Check(Seeded);
    }
}
