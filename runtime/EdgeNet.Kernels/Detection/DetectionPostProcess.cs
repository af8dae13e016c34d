using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>The parameters of TFLite's custom op <c>TFLite_Detection_PostProcess</c>.</summary>
public readonly record struct DetectionPostProcessShape
{
    public DetectionPostProcessShape() { }

    /// <summary>The anchors.</summary>
    public required int Boxes { get; init; }

    /// <summary>The values that encode one box; those after the first four are ignored.</summary>
    public int EncodingLength { get; init; } = 4;

    /// <summary>The classes without background.</summary>
    public required int Classes { get; init; }

    /// <summary>Whether the scores have a column for the background, before all others.</summary>
    public bool Background { get; init; } = true;

    public required int MaximumDetections { get; init; }

    /// <summary>The classes reported for each box, in the fast way.</summary>
    public int MaximumClassesPerDetection { get; init; } = 1;

    /// <summary>The most detections of one class, in the regular way.</summary>
    public int DetectionsPerClass { get; init; } = 100;

    /// <summary>Suppression class by class (true, the regular way), or once over the best class of each box (false, the fast way).</summary>
    public bool UseRegularNms { get; init; }

    /// <summary>The lowest score that counts.</summary>
    public required float ScoreThreshold { get; init; }

    /// <summary>A box that overlaps a better one by more is dropped; in (0, 1].</summary>
    public required float IouThreshold { get; init; }

    public float ScaleY { get; init; } = 10;
    public float ScaleX { get; init; } = 10;
    public float ScaleHeight { get; init; } = 5;
    public float ScaleWidth { get; init; } = 5;

    /// <summary>The places in each output: MaximumDetections × MaximumClassesPerDetection.</summary>
    public int OutputLength => MaximumDetections * MaximumClassesPerDetection;

    /// <summary>The ints of scratch a run needs.</summary>
    public int IntScratchLength => Boxes + Classes;

    /// <summary>The floats of scratch a run needs: the decoded boxes and one score for each.</summary>
    public int FloatScratchLength => 5 * Boxes;

    /// <summary>The columns of the scores.</summary>
    public int ScoreColumns => Classes + FirstClass;

    internal int FirstClass => Background ? 1 : 0;
}

/// <summary>
/// Decoding and suppression of SSD boxes as TFLite's custom op <c>TFLite_Detection_PostProcess</c> does them. Of equal scores the lower
/// box, or the lower class, goes first.
/// </summary>
public static class DetectionPostProcess
{
    /// <summary>Writes the detections, best first, and zeros after them.</summary>
    /// <param name="shape">The parameters and the lengths of the spans.</param>
    /// <param name="encodings">[Boxes, EncodingLength]: y, x, height, width relative to the anchor.</param>
    /// <param name="scores">[Boxes, ScoreColumns].</param>
    /// <param name="anchors">[Boxes, 4]: y centre, x centre, height, width.</param>
    /// <param name="detectionBoxes">[OutputLength, 4]: ymin, xmin, ymax, xmax.</param>
    /// <param name="detectionClasses">[OutputLength], the background not counted.</param>
    /// <param name="detectionScores">[OutputLength].</param>
    /// <param name="intScratch">IntScratchLength elements.</param>
    /// <param name="floatScratch">FloatScratchLength elements.</param>
    /// <returns>The number of detections; the fast way counts boxes, each with its MaximumClassesPerDetection places.</returns>
    /// <exception cref="ArgumentException">A span does not fit the shape, or a parameter is out of its range.</exception>
    public static int Scalar(
        in DetectionPostProcessShape shape, ReadOnlySpan<float> encodings, ReadOnlySpan<float> scores, ReadOnlySpan<float> anchors,
        Span<float> detectionBoxes, Span<float> detectionClasses, Span<float> detectionScores, Span<int> intScratch,
        Span<float> floatScratch)
    {
        Require.That(shape.EncodingLength >= 4, "a box takes four values");
        Require.That(shape.Classes > 0 && shape.MaximumClassesPerDetection > 0 && shape.DetectionsPerClass > 0, "counts must be positive");
        Require.That(shape.MaximumDetections >= 0, "the maximum of detections must not be negative");
        Require.That(shape.IouThreshold is > 0 and <= 1, "the threshold of overlap must be in (0, 1]");
        Require.Length(encodings.Length, shape.Boxes * shape.EncodingLength, nameof(encodings));
        Require.Length(scores.Length, shape.Boxes * shape.ScoreColumns, nameof(scores));
        Require.Length(anchors.Length, shape.Boxes * 4, nameof(anchors));
        Require.Length(detectionBoxes.Length, shape.OutputLength * 4, nameof(detectionBoxes));
        Require.Length(detectionClasses.Length, shape.OutputLength, nameof(detectionClasses));
        Require.Length(detectionScores.Length, shape.OutputLength, nameof(detectionScores));
        Require.Length(intScratch.Length, shape.IntScratchLength, nameof(intScratch));
        Require.Length(floatScratch.Length, shape.FloatScratchLength, nameof(floatScratch));

        Span<BoxCorners> boxes = MemoryMarshal.Cast<float, BoxCorners>(floatScratch[..(4 * shape.Boxes)]);
        Decode(in shape, encodings, anchors, boxes);
        detectionBoxes.Clear();
        detectionClasses.Clear();
        detectionScores.Clear();
        var found = new Detections(MemoryMarshal.Cast<float, BoxCorners>(detectionBoxes), detectionClasses, detectionScores);
        Span<float> ranking = floatScratch[(4 * shape.Boxes)..];
        Span<int> order = intScratch[..shape.Boxes], spare = intScratch[shape.Boxes..];
        return shape.UseRegularNms
            ? Regular(in shape, boxes, scores, ranking, order, found)
            : Fast(in shape, boxes, scores, ranking, order, spare[..shape.Classes], found);
    }

    private static void Decode(
        in DetectionPostProcessShape shape, ReadOnlySpan<float> encodings, ReadOnlySpan<float> anchors, Span<BoxCorners> boxes)
    {
        for (int box = 0; box < boxes.Length; box++)
        {
            ReadOnlySpan<float> e = encodings.Slice(box * shape.EncodingLength, 4);
            ReadOnlySpan<float> anchor = anchors.Slice(box * 4, 4);
            float y = (float)((double)e[0] / shape.ScaleY * anchor[2] + anchor[0]);
            float x = (float)((double)e[1] / shape.ScaleX * anchor[3] + anchor[1]);
            float halfHeight = (float)(0.5 * PortableMath.Exp((double)e[2] / shape.ScaleHeight) * anchor[2]);
            float halfWidth = (float)(0.5 * PortableMath.Exp((double)e[3] / shape.ScaleWidth) * anchor[3]);
            boxes[box] = new(y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth);
        }
    }

    /// <summary>Suppresses class by class and keeps the best of all classes.</summary>
    private static int Regular(
        in DetectionPostProcessShape shape, ReadOnlySpan<BoxCorners> boxes, ReadOnlySpan<float> scores, Span<float> ranking,
        Span<int> order, Detections found)
    {
        int count = 0;
        for (int label = 0; label < shape.Classes; label++)
        {
            for (int box = 0; box < boxes.Length; box++) ranking[box] = scores[box * shape.ScoreColumns + shape.FirstClass + label];
            int selected = Suppress(in shape, boxes, ranking, order, shape.DetectionsPerClass);
            foreach (int box in order[..selected]) count = found.Insert(count, shape.MaximumDetections, boxes[box], label, ranking[box]);
        }
        return count;
    }

    /// <summary>Suppresses once, by the best score of each box, and reports the best classes of the boxes that stay.</summary>
    private static int Fast(
        in DetectionPostProcessShape shape, ReadOnlySpan<BoxCorners> boxes, ReadOnlySpan<float> scores, Span<float> ranking,
        Span<int> order, Span<int> classes, Detections found)
    {
        for (int box = 0; box < boxes.Length; box++)
        {
            ReadOnlySpan<float> score = scores.Slice(box * shape.ScoreColumns + shape.FirstClass, shape.Classes);
            float best = score[0];
            foreach (float other in score) best = other > best ? other : best;
            ranking[box] = best;
        }
        int selected = Suppress(in shape, boxes, ranking, order, shape.MaximumDetections);
        for (int i = 0; i < selected; i++)
        {
            ReadOnlySpan<float> score = scores.Slice(order[i] * shape.ScoreColumns + shape.FirstClass, shape.Classes);
            for (int label = 0; label < classes.Length; label++) classes[label] = label;
            Ranking.Sort(classes, score);
            int place = i * shape.MaximumClassesPerDetection;
            foreach (int label in classes[..Math.Min(shape.MaximumClassesPerDetection, classes.Length)])
            {
                found.Set(place++, boxes[order[i]], label, score[label]);
            }
        }
        return selected;
    }

    /// <summary>Leaves in front of <paramref name="order"/> the boxes that stay, best first, and returns their number.</summary>
    private static int Suppress(
        in DetectionPostProcessShape shape, ReadOnlySpan<BoxCorners> boxes, ReadOnlySpan<float> scores, Span<int> order, int maximum)
    {
        int candidates = 0, selected = 0;
        for (int box = 0; box < boxes.Length; box++)
        {
            if (scores[box] >= shape.ScoreThreshold) order[candidates++] = box;
        }
        Ranking.Sort(order[..candidates], scores);
        for (int i = 0; i < candidates && selected < maximum; i++)
        {
            bool suppressed = false;
            foreach (int kept in order[..selected]) suppressed |= boxes[kept].Iou(boxes[order[i]]) > shape.IouThreshold;
            if (!suppressed) order[selected++] = order[i];
        }
        return selected;
    }

    /// <summary>The three outputs.</summary>
    private readonly ref struct Detections(Span<BoxCorners> boxes, Span<float> classes, Span<float> scores)
    {
        private readonly Span<BoxCorners> _boxes = boxes;
        private readonly Span<float> _classes = classes, _scores = scores;

        public void Set(int place, BoxCorners box, int label, float score)
        {
            _boxes[place] = box;
            _classes[place] = label;
            _scores[place] = score;
        }

        /// <summary>Puts a detection after all that score as high or higher; the last makes room where all places are taken.</summary>
        public int Insert(int count, int maximum, BoxCorners box, int label, float score)
        {
            int place = count;
            while (place > 0 && score > _scores[place - 1]) place--;
            if (place >= maximum) return count;
            int moved = Math.Min(count, maximum - 1) - place;
            _boxes.Slice(place, moved).CopyTo(_boxes[(place + 1)..]);
            _classes.Slice(place, moved).CopyTo(_classes[(place + 1)..]);
            _scores.Slice(place, moved).CopyTo(_scores[(place + 1)..]);
            Set(place, box, label, score);
            return Math.Min(count + 1, maximum);
        }
    }
}
