namespace EdgeNet.Vision.Tests;

public sealed class MetricsTests
{
    private static readonly Box s_a = new(0, 0, 10, 10);
    private static readonly Box s_b = new(20, 0, 30, 10);
    private static readonly Box s_c = new(40, 0, 50, 10);
    private static readonly Box s_nowhere = new(80, 80, 90, 90);

    /// <summary>Right 0.9, wrong 0.8, right 0.7, wrong 0.6; three truths, the third never found.</summary>
    private static readonly DetectionSample[] s_worked =
    [
        new([new(s_nowhere, 0, 0.6f), new(s_a, 0, 0.9f)], [new(s_a, 0)]),
        new([new(s_nowhere, 0, 0.8f), new(s_b, 0, 0.7f)], [new(s_b, 0), new(s_c, 0)]),
    ];

    [Theory]
    [InlineData(MatchingRule.Voc)]
    [InlineData(MatchingRule.Coco)]
    public void AveragePrecisionsOfAHandWorkedCurve(MatchingRule rule)
    {
        PrecisionRecallCurve curve = DetectionMetrics.PrecisionRecall(s_worked, 0, 0.5, rule);
        Assert.Equal([1, 1.0 / 2, 2.0 / 3, 2.0 / 4], curve.Precision);
        Assert.Equal([1.0 / 3, 1.0 / 3, 2.0 / 3, 2.0 / 3], curve.Recall);

        // Best precision at recall or more: 1 up to ⅓, ⅔ up to ⅔, then 0.
        // 11 points: 0, .1, .2, .3 → 1; .4, .5, .6 → ⅔; the other four 0: (4 + 2) ⁄ 11.
        Assert.Equal(6.0 / 11, curve.AveragePrecisionVoc11(), 1e-12);

        // Area: ⅓ · 1 + ⅓ · ⅔ = 5 ⁄ 9.
        Assert.Equal(5.0 / 9, curve.AveragePrecisionAllPoint(), 1e-12);

        // 101 points: 0…0.33 are 34 at 1; 0.34…0.66 are 33 at ⅔: (34 + 22) ⁄ 101.
        Assert.Equal(56.0 / 101, curve.AveragePrecisionCoco101(), 1e-12);
    }

    [Fact]
    public void CocoAveragesOverOverlapsAndClasses()
    {
        // Class 0 overlaps 0.72: 10×7.2 of 10×10, so it is found at .5, .55, .6, .65, .7 and not at the other five. Class 1 is exact.
        // Class 2 is detected but has no truth and does not count: (½ + 1) ⁄ 2.
        DetectionSample sample = new(
            [new(new Box(0, 0, 10, 7.2f), 0, 0.9f), new(s_b, 1, 0.5f), new(s_c, 2, 0.9f)],
            [new(s_a, 0), new(s_b, 1), new(s_c, 2, Ignore: true)]);
        Assert.Equal(0.75, DetectionMetrics.CocoAveragePrecision([sample]), 1e-12);
        Assert.Equal(1, DetectionMetrics.MeanAveragePrecision([sample], 0.5, MatchingRule.Voc, curve => curve.AveragePrecisionVoc11()), 1e-12);
    }

    [Theory]
    [InlineData(MatchingRule.Voc)]
    [InlineData(MatchingRule.Coco)]
    public void FindingIgnoredTruthsCountsNeitherWay(MatchingRule rule)
    {
        // Two detections on the ignored one, one right: precision stays 1, and the ignored one is not missed.
        DetectionSample sample = new([new(s_a, 0, 0.9f), new(s_a, 0, 0.8f), new(s_b, 0, 0.7f)], [new(s_a, 0, Ignore: true), new(s_b, 0)]);
        PrecisionRecallCurve curve = DetectionMetrics.PrecisionRecall([sample], 0, 0.5, rule);
        Assert.Equal(1, curve.Truths);
        Assert.Equal([1.0], curve.Precision);
        Assert.Equal([1.0], curve.Recall);
    }

    [Fact]
    public void ASecondDetectionOfATruthIsWrong()
    {
        DetectionSample sample = new([new(s_a, 0, 0.9f), new(s_a, 0, 0.8f)], [new(s_a, 0)]);
        foreach (MatchingRule rule in Enum.GetValues<MatchingRule>())
            Assert.Equal([1, 0.5], DetectionMetrics.PrecisionRecall([sample], 0, 0.5, rule).Precision);
    }

    [Fact]
    public void TheRulesDifferWhereTheBestTruthIsTaken()
    {
        // Truths 0–10 and 2–12. Both detections overlap the first most: one fully; 0.8–10.8 by 9.2 ⁄ 10.8 = 0.85, the second by 8.8 ⁄ 11.2 = 0.79.
        Box second = new(2, 0, 12, 10);
        Box shifted = new(0.8f, 0, 10.8f, 10);
        DetectionSample sample = new([new(s_a, 0, 0.9f), new(shifted, 0, 0.8f)], [new(s_a, 0), new(second, 0)]);
        Assert.Equal([1, 0.5], DetectionMetrics.PrecisionRecall([sample], 0, 0.5, MatchingRule.Voc).Precision);
        Assert.Equal([1.0, 1.0], DetectionMetrics.PrecisionRecall([sample], 0, 0.5, MatchingRule.Coco).Precision);
    }

    [Fact]
    public void ADetectionInsideACrowdIsIgnoredByCocoAndWrongByVoc()
    {
        // The detection is a twentieth of the crowd: IoU 0.05, but all of it lies inside.
        DetectionSample sample = new([new(new Box(0, 0, 10, 5), 0, 0.9f)], [new(new Box(0, 0, 100, 10), 0, Ignore: true), new(s_nowhere, 0)]);
        Assert.Empty(DetectionMetrics.PrecisionRecall([sample], 0, 0.5, MatchingRule.Coco).Precision);
        Assert.Equal([0.0], DetectionMetrics.PrecisionRecall([sample], 0, 0.5, MatchingRule.Voc).Precision);
    }

    [Fact]
    public void WithoutTruthsNothingIsDefined()
    {
        DetectionSample[] none = [new([new(s_a, 0, 1)], [])];
        Assert.True(double.IsNaN(DetectionMetrics.CocoAveragePrecision(none)));
        Assert.True(double.IsNaN(DetectionMetrics.ProposalRecall(none, 0.5)));
        Assert.True(double.IsNaN(DetectionMetrics.PrecisionRecall(none, 0, 0.5, MatchingRule.Voc).AveragePrecisionVoc11()));
        Assert.Throws<ArgumentOutOfRangeException>(() => DetectionMetrics.PrecisionRecall(none, 0, 0, MatchingRule.Voc));
    }

    [Fact]
    public void ProposalRecallLooksAtBoxesOnly()
    {
        // Of three truths a and b are covered, b by a proposal of another class that is second best in its picture.
        Assert.Equal(2.0 / 3, DetectionMetrics.ProposalRecall(s_worked, 0.5), 1e-12);
        Assert.Equal(1.0 / 3, DetectionMetrics.ProposalRecall(s_worked, 0.5, proposalsPerPicture: 1), 1e-12);
        DetectionSample other = new([new(s_a, 7, 0.1f)], [new(s_a, 0), new(s_b, 0, Ignore: true)]);
        Assert.Equal(1, DetectionMetrics.ProposalRecall([other], 0.9));
    }

    [Fact]
    public void TopKCountsRanksAndTiesGoToTheLowerClass()
    {
        float[] scores =
        [
            0.1f, 0.7f, 0.2f, // label 1: first
            0.5f, 0.1f, 0.4f, // label 2: second
            0.3f, 0.3f, 0.3f, // label 1: tied with all, second
            float.NaN, 0f, 0f, // label 0: NaN, last
        ];
        int[] labels = [1, 2, 1, 0];
        Assert.Equal(0.25, ClassificationMetrics.Top1(scores, labels));
        Assert.Equal(0.75, ClassificationMetrics.TopK(scores, labels, 2));
        Assert.Equal(1, ClassificationMetrics.TopK(scores, labels, 3));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Top1(scores, [1, 2, 1, 3]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Top1(scores, []));
    }
}
