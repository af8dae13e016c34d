namespace EdgeNet.Vision;

/// <summary>What the four encodings of a box were multiplied by in training; decoding divides. TensorFlow's faster_rcnn_box_coder.</summary>
/// <param name="Y">Of ty; 10 in the published SSD models.</param>
/// <param name="X">Of tx; 10.</param>
/// <param name="Height">Of th; 5.</param>
/// <param name="Width">Of tw; 5.</param>
public readonly record struct CentreSizeScales(float Y, float X, float Height, float Width)
{
    /// <summary>10, 10, 5, 5.</summary>
    public static CentreSizeScales Default => new(10, 10, 5, 5);
}

/// <summary>Turns what single-shot detectors with priors or distributions put out into boxes. For YOLO see <see cref="YoloDecoding"/>.</summary>
public static class BoxDecoding
{
    /// <summary>
    /// TensorFlow's SSD: cy = ty ⁄ scale · h_p + cy_p, h = exp(th ⁄ scale) · h_p, and likewise across.
    /// </summary>
    /// <param name="encodings">[N, 4] as [ty, tx, th, tw].</param>
    /// <param name="priors">[N, 4] as [cy, cx, h, w], see <see cref="PriorBoxes.TensorFlow"/>.</param>
    /// <param name="scales">Usually <see cref="CentreSizeScales.Default"/>.</param>
    /// <param name="boxes">[N]; in the unit of the priors, fractions of the picture; not clipped.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void CentreSize(ReadOnlySpan<float> encodings, ReadOnlySpan<float> priors, CentreSizeScales scales, Span<Box> boxes)
    {
        TensorShape.Require(encodings.Length, 4L * boxes.Length, nameof(encodings));
        TensorShape.Require(priors.Length, 4L * boxes.Length, nameof(priors));
        for (int i = 0; i < boxes.Length; i++)
        {
            ReadOnlySpan<float> code = encodings.Slice(4 * i, 4);
            ReadOnlySpan<float> prior = priors.Slice(4 * i, 4);
            boxes[i] = Box.FromCentre(
                (code[1] / scales.X * prior[3]) + prior[1],
                (code[0] / scales.Y * prior[2]) + prior[0],
                MathF.Exp(code[3] / scales.Width) * prior[3],
                MathF.Exp(code[2] / scales.Height) * prior[2]);
        }
    }

    /// <summary>Caffe-SSD's CENTER_SIZE (bbox_util.cpp): cx = variance · dx · w_p + cx_p, w = exp(variance · dw) · w_p, and likewise down.</summary>
    /// <param name="deltas">[N, 4] as [dx, dy, dw, dh].</param>
    /// <param name="priors">[N, 4] as [xmin, ymin, xmax, ymax], see <see cref="PriorBoxes.Caffe"/>.</param>
    /// <param name="variances">[4] for all priors, or [N, 4].</param>
    /// <param name="boxes">[N]; in the unit of the priors, fractions of the picture; not clipped.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void CaffeCentreSize(ReadOnlySpan<float> deltas, ReadOnlySpan<float> priors, ReadOnlySpan<float> variances, Span<Box> boxes)
    {
        TensorShape.Require(deltas.Length, 4L * boxes.Length, nameof(deltas));
        TensorShape.Require(priors.Length, 4L * boxes.Length, nameof(priors));
        if (variances.Length != 4)
            TensorShape.Require(variances.Length, 4L * boxes.Length, nameof(variances));
        for (int i = 0; i < boxes.Length; i++)
        {
            ReadOnlySpan<float> delta = deltas.Slice(4 * i, 4);
            ReadOnlySpan<float> variance = variances.Length == 4 ? variances : variances.Slice(4 * i, 4);
            Box prior = new(priors[4 * i], priors[(4 * i) + 1], priors[(4 * i) + 2], priors[(4 * i) + 3]);
            boxes[i] = Box.FromCentre(
                (variance[0] * delta[0] * prior.Width) + ((prior.XMin + prior.XMax) / 2),
                (variance[1] * delta[1] * prior.Height) + ((prior.YMin + prior.YMax) / 2),
                MathF.Exp(variance[2] * delta[2]) * prior.Width,
                MathF.Exp(variance[3] * delta[3]) * prior.Height);
        }
    }

    /// <summary>
    /// One stride of NanoDet and other heads with Generalized Focal Loss (Li et al., NeurIPS 2020): each side's distance from the cell's
    /// centre is the mean of a softmax over 0…regMax, times the stride. Class scores of the same stride go through <see cref="ClassScores"/>.
    /// </summary>
    /// <param name="distributions">[gridHeight × gridWidth, 4 × (regMax + 1)] logits: left, top, right, bottom.</param>
    /// <param name="gridWidth">Columns.</param>
    /// <param name="gridHeight">Rows.</param>
    /// <param name="stride">Pixels of the input per cell.</param>
    /// <param name="regMax">7 in NanoDet.</param>
    /// <param name="boxes">[gridHeight × gridWidth], by row, column; in pixels of the network's input; not clipped.</param>
    /// <param name="centre">Where in its cell the centre lies: 0.5 in NanoDet, 0 in NanoDet-Plus.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Distribution(
        ReadOnlySpan<float> distributions, int gridWidth, int gridHeight, int stride, int regMax, Span<Box> boxes, float centre = 0.5f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gridWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(regMax, 1);
        TensorShape.Require(boxes.Length, (long)gridWidth * gridHeight, nameof(boxes));
        TensorShape.Require(distributions.Length, 4L * (regMax + 1L) * boxes.Length, nameof(distributions));
        int bins = regMax + 1;
        for (int i = 0; i < boxes.Length; i++)
        {
            float x = ((i % gridWidth) + centre) * stride;
            float y = ((i / gridWidth) + centre) * stride;
            ReadOnlySpan<float> sides = distributions.Slice(4 * bins * i, 4 * bins);
            boxes[i] = new Box(
                x - (stride * Expectation(sides[..bins])),
                y - (stride * Expectation(sides.Slice(bins, bins))),
                x + (stride * Expectation(sides.Slice(2 * bins, bins))),
                y + (stride * Expectation(sides.Slice(3 * bins, bins))));
        }
    }

    private static float Expectation(ReadOnlySpan<float> logits)
    {
        // Less the largest logit, so that no exp overflows.
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = MathF.Max(largest, logit);
        float sum = 0;
        float weighted = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            float weight = MathF.Exp(logits[i] - largest);
            sum += weight;
            weighted += weight * i;
        }

        return weighted / sum;
    }
}
