using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The losses by the names that recipes use.</summary>
public static class NamedLosses
{
    /// <summary>Makes the loss that a text names, as <c>name</c> or <c>name:number</c>: <c>huber:0.5</c>.</summary>
    /// <exception cref="TrainingSettingException">There is none of this name, or a number does not fit; says what there is.</exception>
    public static Loss<T> Parse<T>(string text) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of<T>.Choices.Parse(text);

    private static class Of<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly NamedChoices<Loss<T>> Choices = new(
            "loss",
            new("softmax-cross-entropy", [("smoothing", 0)], numbers => new SoftmaxCrossEntropyLoss<T>(numbers[0])),
            new("binary-cross-entropy", [], _ => new BinaryCrossEntropyLoss<T>()),
            new("focal", [("gamma", 2), ("alpha", 0.25)], numbers => new FocalLoss<T>(numbers[0], numbers[1])),
            new("distillation", [("temperature", 4)], numbers => new DistillationLoss<T>(numbers[0])),
            new("mean-squared", [], _ => new MeanSquaredLoss<T>()),
            new("mean-absolute", [], _ => new MeanAbsoluteLoss<T>()),
            new("mean-absolute-percentage", [], _ => new MeanAbsolutePercentageLoss<T>()),
            new("mean-squared-logarithmic", [], _ => new MeanSquaredLogarithmicLoss<T>()),
            new("huber", [("delta", 1)], numbers => new HuberLoss<T>(numbers[0])),
            new("log-cosh", [], _ => new LogCoshLoss<T>()),
            new("hinge", [], _ => new HingeLoss<T>()),
            new("squared-hinge", [], _ => new HingeLoss<T>(squared: true)),
            new("categorical-hinge", [], _ => new CategoricalHingeLoss<T>()),
            new("squared-categorical-hinge", [], _ => new CategoricalHingeLoss<T>(squared: true)),
            new("poisson", [], _ => new PoissonLoss<T>()),
            new("cosine-proximity", [], _ => new CosineProximityLoss<T>()));
    }
}
