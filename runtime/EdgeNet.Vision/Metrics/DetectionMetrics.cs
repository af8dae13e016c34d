namespace EdgeNet.Vision;

/// <summary>Accuracy of detectors, as PASCAL VOC (Everingham et al., IJCV 2010) and COCO (Lin et al., ECCV 2014; pycocotools) measure it.</summary>
public static class DetectionMetrics
{
    private const int CocoDetectionsPerPicture = 100;

    private enum Outcome
    {
        Wrong,
        Right,
        Ignored,
    }

    /// <summary>Precision and recall of one class. Equal scores keep the order of pictures and of detections within them; NaN scores are dropped.</summary>
    /// <param name="samples">The pictures.</param>
    /// <param name="label">The class.</param>
    /// <param name="overlapThreshold">The lowest intersection over union that counts as found, above 0 and at most 1.</param>
    /// <param name="rule">How detections are paired with truths.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not in that range.</exception>
    public static PrecisionRecallCurve PrecisionRecall(
        IReadOnlyList<DetectionSample> samples, int label, double overlapThreshold, MatchingRule rule)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckThreshold(overlapThreshold);
        List<(float Score, Outcome Outcome)> outcomes = [];
        int truthCount = 0;
        foreach (DetectionSample sample in samples)
        {
            GroundTruth[] truths = [.. sample.Truths.Where(truth => truth.Label == label)];
            Detection[] detections = [.. sample.Detections
                .Where(detection => detection.Label == label && !float.IsNaN(detection.Score))
                .OrderByDescending(detection => detection.Score)
                .Take(rule == MatchingRule.Coco ? CocoDetectionsPerPicture : int.MaxValue)];
            truthCount += truths.Count(truth => !truth.Ignore);
            bool[] taken = new bool[truths.Length];
            foreach (Detection detection in detections)
            {
                outcomes.Add((detection.Score, rule == MatchingRule.Voc
                    ? MatchVoc(detection.Box, truths, taken, overlapThreshold)
                    : MatchCoco(detection.Box, truths, taken, overlapThreshold)));
            }
        }

        List<double> precision = [];
        List<double> recall = [];
        int right = 0;
        foreach ((_, Outcome outcome) in outcomes.Where(entry => entry.Outcome != Outcome.Ignored).OrderByDescending(entry => entry.Score))
        {
            right += outcome == Outcome.Right ? 1 : 0;
            precision.Add((double)right / (precision.Count + 1));
            recall.Add(truthCount == 0 ? 0 : (double)right / truthCount);
        }

        return new PrecisionRecallCurve(precision, recall, truthCount);
    }

    /// <summary>COCO's headline AP: <see cref="PrecisionRecallCurve.AveragePrecisionCoco101"/> averaged over IoU 0.5, 0.55, … 0.95 and the classes that have truths.</summary>
    /// <returns>0…1; NaN if no class has a truth.</returns>
    public static double CocoAveragePrecision(IReadOnlyList<DetectionSample> samples)
    {
        double sum = 0;
        for (int i = 0; i < 10; i++)
            sum += MeanAveragePrecision(samples, 0.5 + (i * 0.05), MatchingRule.Coco, static curve => curve.AveragePrecisionCoco101());
        return sum / 10;
    }

    /// <summary>Average precision at one IoU threshold, averaged over the classes that have truths: VOC's mAP.</summary>
    /// <param name="samples">The pictures.</param>
    /// <param name="overlapThreshold">0.5 in VOC.</param>
    /// <param name="rule">How detections are paired with truths.</param>
    /// <param name="averagePrecision">Which average, as <c>curve =&gt; curve.AveragePrecisionVoc11()</c>.</param>
    /// <returns>0…1; NaN if no class has a truth.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not above 0 and at most 1.</exception>
    public static double MeanAveragePrecision(
        IReadOnlyList<DetectionSample> samples, double overlapThreshold, MatchingRule rule, Func<PrecisionRecallCurve, double> averagePrecision)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(averagePrecision);
        IEnumerable<int> labels = samples
            .SelectMany(sample => sample.Truths).Where(truth => !truth.Ignore).Select(truth => truth.Label).Distinct().Order();
        return labels
            .Select(label => averagePrecision(PrecisionRecall(samples, label, overlapThreshold, rule)))
            .DefaultIfEmpty(double.NaN)
            .Average();
    }

    /// <summary>The share of truths (not ignored, of any class) that some proposal overlaps enough, whatever its label: what a first stage can reach.</summary>
    /// <param name="samples">The pictures; their detections are the proposals.</param>
    /// <param name="overlapThreshold">The lowest intersection over union that counts.</param>
    /// <param name="proposalsPerPicture">Only so many best-scored proposals count.</param>
    /// <returns>0…1; NaN without truths.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not above 0 and at most 1.</exception>
    public static double ProposalRecall(IReadOnlyList<DetectionSample> samples, double overlapThreshold, int proposalsPerPicture = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckThreshold(overlapThreshold);
        int found = 0;
        int count = 0;
        foreach (DetectionSample sample in samples)
        {
            Detection[] proposals = [.. sample.Detections.OrderByDescending(detection => detection.Score).Take(proposalsPerPicture)];
            foreach (GroundTruth truth in sample.Truths.Where(truth => !truth.Ignore))
            {
                count++;
                found += proposals.Any(proposal => proposal.Box.ExactIntersectionOverUnion(truth.Box) >= overlapThreshold) ? 1 : 0;
            }
        }

        return count == 0 ? double.NaN : (double)found / count;
    }

    private static Outcome MatchVoc(Box box, GroundTruth[] truths, bool[] taken, double threshold)
    {
        int best = -1;
        double bestOverlap = 0;
        for (int i = 0; i < truths.Length; i++)
        {
            double overlap = box.ExactIntersectionOverUnion(truths[i].Box);
            if (overlap > bestOverlap)
                (best, bestOverlap) = (i, overlap);
        }

        if (best < 0 || bestOverlap < threshold)
            return Outcome.Wrong;
        if (truths[best].Ignore)
            return Outcome.Ignored;
        if (taken[best])
            return Outcome.Wrong;
        taken[best] = true;
        return Outcome.Right;
    }

    private static Outcome MatchCoco(Box box, GroundTruth[] truths, bool[] taken, double threshold)
    {
        int best = -1;
        double bestOverlap = 0;
        for (int i = 0; i < truths.Length; i++)
        {
            if (truths[i].Ignore || taken[i])
                continue;

            // At least as good, not better: of equals pycocotools takes the last.
            double overlap = box.ExactIntersectionOverUnion(truths[i].Box);
            if (overlap >= threshold && overlap >= bestOverlap)
                (best, bestOverlap) = (i, overlap);
        }

        if (best >= 0)
        {
            taken[best] = true;
            return Outcome.Right;
        }

        return truths.Any(truth => truth.Ignore && box.ShareInside(truth.Box) >= threshold) ? Outcome.Ignored : Outcome.Wrong;
    }

    private static void CheckThreshold(double threshold)
    {
        if (!(threshold is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "Expected above 0 and at most 1.");
    }
}
