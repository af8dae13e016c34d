namespace EdgeNet.Kernels;

/// <summary>The parameters of ONNX <c>NonMaxSuppression</c>.</summary>
/// <param name="Batches">The images.</param>
/// <param name="Classes">The classes.</param>
/// <param name="Boxes">The boxes of one image.</param>
/// <param name="MaximumPerClass">The most boxes kept for one class of one image; zero keeps none.</param>
/// <param name="IouThreshold">A box that overlaps a kept one by more is dropped.</param>
/// <param name="ScoreThreshold">Only scores above it count; empty (null) lets all pass.</param>
/// <param name="CenterPointBox">Boxes are [x centre, y centre, width, height] instead of two corners [y, x, y, x] in any order.</param>
public readonly record struct NonMaxSuppressionShape(
    int Batches, int Classes, int Boxes, int MaximumPerClass, float IouThreshold, float? ScoreThreshold, bool CenterPointBox);

/// <summary>Greedy suppression of overlapping boxes, class by class. ONNX <c>NonMaxSuppression</c>-11.</summary>
public static class NonMaxSuppression
{
    /// <summary>The most triples a run can write: Batches × Classes × min(Boxes, MaximumPerClass).</summary>
    public static int MaximumCount(in NonMaxSuppressionShape shape) =>
        checked(shape.Batches * shape.Classes * Math.Min(shape.Boxes, Math.Max(shape.MaximumPerClass, 0)));

    /// <summary>Writes the kept boxes as triples (batch, class, box), best first within each class, and returns their number.</summary>
    /// <param name="shape">The parameters and the lengths of the spans.</param>
    /// <param name="boxes">[Batches, Boxes, 4].</param>
    /// <param name="scores">[Batches, Classes, Boxes]; of equal scores the lower index goes first, and NaN never passes.</param>
    /// <param name="order">Scratch of Boxes elements.</param>
    /// <param name="selected">Room for <see cref="MaximumCount"/> triples.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static int Scalar(
        in NonMaxSuppressionShape shape, ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, Span<int> order, Span<long> selected)
    {
        Require.Length(boxes.Length, shape.Batches * shape.Boxes * 4, nameof(boxes));
        Require.Length(scores.Length, shape.Batches * shape.Classes * shape.Boxes, nameof(scores));
        Require.Length(order.Length, shape.Boxes, nameof(order));
        Require.That(selected.Length >= 3 * MaximumCount(in shape), "too little room for the selected boxes");
        float threshold = shape.ScoreThreshold ?? float.NegativeInfinity;
        int count = 0;
        for (int batch = 0; batch < shape.Batches; batch++)
        {
            ReadOnlySpan<float> image = boxes.Slice(batch * shape.Boxes * 4, shape.Boxes * 4);
            for (int label = 0; label < shape.Classes; label++)
            {
                ReadOnlySpan<float> score = scores.Slice((batch * shape.Classes + label) * shape.Boxes, shape.Boxes);
                int candidates = 0, first = count;
                for (int box = 0; box < shape.Boxes; box++)
                {
                    if (score[box] > threshold || (shape.ScoreThreshold is null && !float.IsNaN(score[box]))) order[candidates++] = box;
                }
                Ranking.Sort(order[..candidates], score);
                foreach (int box in order[..candidates])
                {
                    if (count - first >= shape.MaximumPerClass) break;
                    if (Overlaps(in shape, image, box, selected[(3 * first)..(3 * count)])) continue;
                    selected[3 * count] = batch;
                    selected[3 * count + 1] = label;
                    selected[3 * count + 2] = box;
                    count++;
                }
            }
        }
        return count;
    }

    private static bool Overlaps(in NonMaxSuppressionShape shape, ReadOnlySpan<float> boxes, int box, ReadOnlySpan<long> kept)
    {
        BoxCorners candidate = Corners(boxes, box, shape.CenterPointBox);
        for (int i = 2; i < kept.Length; i += 3)
        {
            if (candidate.Iou(Corners(boxes, (int)kept[i], shape.CenterPointBox)) > shape.IouThreshold) return true;
        }
        return false;
    }

    private static BoxCorners Corners(ReadOnlySpan<float> boxes, int box, bool center)
    {
        ReadOnlySpan<float> b = boxes.Slice(box * 4, 4);
        return center
            ? new(b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2)
            : new(MathF.Min(b[0], b[2]), MathF.Min(b[1], b[3]), MathF.Max(b[0], b[2]), MathF.Max(b[1], b[3]));
    }
}
