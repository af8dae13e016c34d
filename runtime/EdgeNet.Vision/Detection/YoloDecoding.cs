namespace EdgeNet.Vision;

/// <summary>How a YOLO head's class logits become probabilities.</summary>
public enum YoloClassScore
{
    /// <summary>Each for itself: YOLOv3 and later.</summary>
    Sigmoid,

    /// <summary>Over all classes: YOLOv2.</summary>
    Softmax,
}

/// <summary>Turns what YOLO networks put out into detections, boxes in pixels of the network's input, not clipped.</summary>
public static class YoloDecoding
{
    /// <summary>
    /// One head of YOLOv2 or v3 (Redmon and Farhadi 2016, 2018): x = (σ(tx) + column) · stride, w = anchor · exp(tw), score = σ(objectness) · class.
    /// </summary>
    /// <param name="head">[gridHeight, gridWidth, anchors × (5 + classes)] logits, per anchor [tx, ty, tw, th, objectness, classes…].</param>
    /// <param name="gridWidth">Columns.</param>
    /// <param name="gridHeight">Rows.</param>
    /// <param name="stride">Pixels of the input per cell.</param>
    /// <param name="anchors">[anchors, 2] as [width, height] in pixels; YOLOv2 writes them in cells, so multiply those by the stride.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="classScore">Softmax for v2, sigmoid for v3.</param>
    /// <param name="threshold">The lowest score kept; NaN scores are dropped.</param>
    /// <param name="into">Where detections are added, by row, column, anchor, class.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Head(
        ReadOnlySpan<float> head, int gridWidth, int gridHeight, int stride, ReadOnlySpan<float> anchors, int classes,
        YoloClassScore classScore, float threshold, List<Detection> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int anchorCount = anchors.Length / 2;
        TensorShape.Require(anchors.Length, 2L * anchorCount, nameof(anchors));
        TensorShape.Require(head.Length, (long)gridWidth * gridHeight * anchorCount * (5L + classes), nameof(head));

        float[] probabilities = new float[classes];
        for (int i = 0; i < gridWidth * gridHeight * anchorCount; i++)
        {
            ReadOnlySpan<float> logits = head.Slice(i * (5 + classes), 5 + classes);
            float objectness = Sigmoid(logits[4]);

            // No class can be above 1, so most cells end here.
            if (!(objectness >= threshold))
                continue;
            (int cell, int anchor) = (i / anchorCount, i % anchorCount);
            Box box = Box.FromCentre(
                (Sigmoid(logits[0]) + (cell % gridWidth)) * stride,
                (Sigmoid(logits[1]) + (cell / gridWidth)) * stride,
                anchors[2 * anchor] * MathF.Exp(logits[2]),
                anchors[(2 * anchor) + 1] * MathF.Exp(logits[3]));
            Probabilities(logits[5..], classScore, probabilities);
            AddClasses(box, objectness, probabilities, threshold, into);
        }
    }

    /// <summary>Rows as YOLOv5 exports them: [cx, cy, w, h, objectness, classes…], already in pixels and probabilities.</summary>
    /// <param name="rows">[N, 5 + classes].</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="threshold">The lowest objectness × class kept; NaN scores are dropped.</param>
    /// <param name="into">Where detections are added, by row, then by class.</param>
    /// <exception cref="ArgumentException">The length is no multiple of 5 + classes.</exception>
    public static void RowsWithObjectness(ReadOnlySpan<float> rows, int classes, float threshold, List<Detection> into) =>
        AddRows(rows, classes, 5, threshold, into);

    /// <summary>Rows as YOLOv8 has them: [cx, cy, w, h, classes…], already in pixels and probabilities. Its export is the transpose, [4 + classes, N]: transpose before.</summary>
    /// <param name="rows">[N, 4 + classes].</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="threshold">The lowest class score kept; NaN scores are dropped.</param>
    /// <param name="into">Where detections are added, by row, then by class.</param>
    /// <exception cref="ArgumentException">The length is no multiple of 4 + classes.</exception>
    public static void Rows(ReadOnlySpan<float> rows, int classes, float threshold, List<Detection> into) =>
        AddRows(rows, classes, 4, threshold, into);

    private static void AddRows(ReadOnlySpan<float> rows, int classes, int firstClass, float threshold, List<Detection> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int length = firstClass + classes;
        int count = rows.Length / length;
        TensorShape.Require(rows.Length, (long)count * length, nameof(rows));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = rows.Slice(i * length, length);
            float objectness = firstClass == 5 ? row[4] : 1;
            AddClasses(Box.FromCentre(row[0], row[1], row[2], row[3]), objectness, row[firstClass..], threshold, into);
        }
    }

    private static void AddClasses(Box box, float objectness, ReadOnlySpan<float> probabilities, float threshold, List<Detection> into)
    {
        for (int label = 0; label < probabilities.Length; label++)
        {
            float score = objectness * probabilities[label];
            if (score >= threshold)
                into.Add(new Detection(box, label, score));
        }
    }

    private static void Probabilities(ReadOnlySpan<float> logits, YoloClassScore classScore, Span<float> probabilities)
    {
        if (classScore == YoloClassScore.Sigmoid)
        {
            for (int i = 0; i < logits.Length; i++)
                probabilities[i] = Sigmoid(logits[i]);
            return;
        }

        // Less the largest logit, so that no exp overflows.
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = MathF.Max(largest, logit);
        float sum = 0;
        for (int i = 0; i < logits.Length; i++)
            sum += probabilities[i] = MathF.Exp(logits[i] - largest);
        for (int i = 0; i < logits.Length; i++)
            probabilities[i] /= sum;
    }

    private static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));
}
