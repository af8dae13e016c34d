using EdgeNet.Kernels;
using K = EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>Suppression and the detection head of TFLite.</summary>
internal static partial class Lowering
{
    private static Work Suppress(EdgeNet.Model.NonMaxSuppression op, Tensor boxes, Tensor scores, Tensor y)
    {
        var shape = new NonMaxSuppressionShape(
            boxes.Shape[0], scores.Shape[1], boxes.Shape[1], op.MaxPerClass, op.IouThreshold,
            float.IsNegativeInfinity(op.ScoreThreshold) ? null : op.ScoreThreshold, op.CenterPointBox);
        int[] order = new int[shape.Boxes];
        return new(1, (_, _) =>
        {
            Span<long> rows = y.As<long>();
            int count = K.NonMaxSuppression.Scalar(shape, boxes.As<float>(), scores.As<float>(), order, rows);
            rows[(3 * count)..].Fill(-1);
        });
    }

    private static Work PostProcess(EdgeNet.Model.DetectionPostProcess op, Tensor[] inputs, Tensor[] outputs)
    {
        (Tensor codes, Tensor scores, Tensor anchors) = (inputs[0], inputs[1], inputs[2]);
        var shape = new DetectionPostProcessShape
        {
            Boxes = codes.Shape[1],
            Classes = op.Classes,
            Background = scores.Shape[2] > op.Classes,
            MaximumDetections = op.MaxDetections,
            MaximumClassesPerDetection = op.MaxClassesPerDetection,
            DetectionsPerClass = op.DetectionsPerClass,
            UseRegularNms = op.UseRegularNms,
            ScoreThreshold = op.ScoreThreshold,
            IouThreshold = op.IouThreshold,
            ScaleY = op.Scales[0],
            ScaleX = op.Scales[1],
            ScaleHeight = op.Scales[2],
            ScaleWidth = op.Scales[3],
        };
        int[] integers = new int[shape.IntScratchLength];
        float[] reals = new float[shape.FloatScratchLength];
        return new(1, (_, _) => outputs[3].As<float>()[0] = DetectionPostProcess.Scalar(
            shape, codes.As<float>(), scores.As<float>(), anchors.As<float>(),
            outputs[0].As<float>(), outputs[1].As<float>(), outputs[2].As<float>(), integers, reals));
    }
}
