namespace EdgeNet.Vision;

/// <summary>Precision and recall of one class after each of its detections, best score first over all pictures.</summary>
/// <param name="Precision">True detections of those so far, [counted detections].</param>
/// <param name="Recall">Truths found so far of all, [counted detections]; never falls.</param>
/// <param name="Truths">Truths that are not ignored. Without any, average precision is not defined: NaN.</param>
public sealed record PrecisionRecallCurve(IReadOnlyList<double> Precision, IReadOnlyList<double> Recall, int Truths)
{
    /// <summary>VOC 2007: the mean over recall 0, 0.1, … 1 of the best precision at that recall or more.</summary>
    public double AveragePrecisionVoc11() => Truths == 0 ? double.NaN : MeanOfEnvelope(11);

    /// <summary>COCO: as <see cref="AveragePrecisionVoc11"/> over recall 0, 0.01, … 1, at one IoU threshold.</summary>
    public double AveragePrecisionCoco101() => Truths == 0 ? double.NaN : MeanOfEnvelope(101);

    /// <summary>VOC 2010 and later: the area under the curve of the best precision at each recall or more.</summary>
    public double AveragePrecisionAllPoint()
    {
        if (Truths == 0)
            return double.NaN;
        double[] envelope = Envelope();
        double area = 0;
        for (int i = 0; i < envelope.Length; i++)
            area += envelope[i] * (Recall[i] - (i == 0 ? 0 : Recall[i - 1]));
        return area;
    }

    private double MeanOfEnvelope(int points)
    {
        double[] envelope = Envelope();
        double sum = 0;
        int at = 0;
        for (int i = 0; i < points; i++)
        {
            // Step times index, not index over count: the roundings of numpy.linspace, which the benchmarks' own tools use.
            double recall = i * (1.0 / (points - 1));
            while (at < envelope.Length && Recall[at] < recall)
                at++;
            sum += at < envelope.Length ? envelope[at] : 0;
        }

        return sum / points;
    }

    private double[] Envelope()
    {
        double[] envelope = [.. Precision];
        for (int i = envelope.Length - 2; i >= 0; i--)
            envelope[i] = Math.Max(envelope[i], envelope[i + 1]);
        return envelope;
    }
}
