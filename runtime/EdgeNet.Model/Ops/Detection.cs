using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>
/// Inputs: boxes [batch, n, 4], scores [batch, classes, n]. Greedy suppression per class (ONNX NonMaxSuppression). The output,
/// Int64 [batch × classes × min(n, MaxPerClass), 3] of (batch, class, box), has as many rows as there could be boxes: shapes are
/// static, and rows beyond those found hold −1.
/// </summary>
/// <param name="MaxPerClass">The most boxes per batch and class.</param>
/// <param name="IouThreshold">Overlap above which the weaker box goes.</param>
/// <param name="ScoreThreshold">Boxes must score higher.</param>
/// <param name="CenterPointBox">Boxes are [cx, cy, w, h] instead of two corners [y, x, y, x].</param>
public sealed record NonMaxSuppression(int MaxPerClass, float IouThreshold, float ScoreThreshold = float.NegativeInfinity, bool CenterPointBox = false) : Op
{
    internal override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        foreach (TensorType input in inputs) RequireFloat(input);
        Shape boxes = inputs[0].Shape, scores = inputs[1].Shape;
        Require(boxes.Rank == 3 && scores.Rank == 3 && boxes[2] == 4 && boxes[0] == scores[0] && boxes[1] == scores[2],
            $"boxes {boxes} and scores {scores}; expected [batch, n, 4] and [batch, classes, n]");
        long rows = (long)boxes[0] * scores[1] * Math.Min(boxes[1], Math.Max(MaxPerClass, 0));
        Require(rows <= Shape.MaxElements, $"{rows} rows are more than are supported");
        return [new TensorType(ElementType.Int64, [(int)rows, 3])];
    }
}

/// <summary>
/// Inputs, Float32: box codes [1, n, 4] as [ty, tx, th, tw], class scores [1, n, classes or classes + 1], anchors [n, 4] as
/// [cy, cx, h, w]. Decodes, suppresses and sorts as TFLite_Detection_PostProcess does. Outputs, all Float32: boxes
/// [1, rows, 4] as [ymin, xmin, ymax, xmax], classes and scores [1, rows], count [1], with rows = MaxDetections ×
/// MaxClassesPerDetection; the rest is zero.
/// </summary>
/// <param name="MaxDetections">The most boxes.</param>
/// <param name="MaxClassesPerDetection">Classes per box in the fast (class-agnostic) form.</param>
/// <param name="DetectionsPerClass">The most boxes per class in the regular form.</param>
/// <param name="UseRegularNms">Suppression class by class instead of over the best class of each box.</param>
/// <param name="Classes">Classes without the background.</param>
/// <param name="ScoreThreshold">Lower scores are dropped.</param>
/// <param name="IouThreshold">Overlap above which the weaker box goes.</param>
/// <param name="Scales">Divisors of ty, tx, th, tw.</param>
public sealed record DetectionPostProcess(
    int MaxDetections, int MaxClassesPerDetection, int DetectionsPerClass, bool UseRegularNms, int Classes,
    float ScoreThreshold, float IouThreshold, ValueList<float> Scales) : Op
{
    internal override (int Min, int Max) Arity => (3, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        foreach (TensorType input in inputs) RequireFloat(input);
        Shape boxes = inputs[0].Shape, scores = inputs[1].Shape, anchors = inputs[2].Shape;
        Require(boxes.Rank == 3 && scores.Rank == 3 && boxes[0] == 1 && scores[0] == 1 && boxes[2] == 4 && boxes[1] == scores[1] && anchors == new Shape([boxes[1], 4]),
            $"boxes {boxes}, scores {scores}, anchors {anchors}; expected [1, n, 4], [1, n, classes], [n, 4]");
        Require(scores[2] == Classes || scores[2] == (long)Classes + 1, $"scores {scores} for {Classes} classes; expected as many, or one more for the background");
        Require(MaxDetections is > 0 and <= 1 << 20 && MaxClassesPerDetection is > 0 and <= 1 << 10 && DetectionsPerClass > 0 && Classes > 0,
            $"limits {MaxDetections}, {MaxClassesPerDetection}, {DetectionsPerClass} for {Classes} classes; expected numbers above zero");
        Require(IouThreshold is > 0 and <= 1, $"overlap threshold {IouThreshold}; expected one above 0, at most 1");
        Require(Scales.Count == 4 && Scales.All(s => float.IsFinite(s) && s > 0), $"scales {Scales}; expected four above zero");
        int rows = MaxDetections * MaxClassesPerDetection;
        return
        [
            new TensorType(ElementType.Float32, [1, rows, 4]), new TensorType(ElementType.Float32, [1, rows]),
            new TensorType(ElementType.Float32, [1, rows]), new TensorType(ElementType.Float32, [1]),
        ];
    }
}
