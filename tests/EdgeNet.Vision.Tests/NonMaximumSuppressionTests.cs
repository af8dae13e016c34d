namespace EdgeNet.Vision.Tests;

public sealed class NonMaximumSuppressionTests
{
    private static Detection[] RandomDetections(int seed, int count)
    {
        Random random = new(seed);
        Detection[] detections = new Detection[count];
        for (int i = 0; i < count; i++)
        {
            float x = random.NextSingle() * 8, y = random.NextSingle() * 8;

            // Few different scores, so that there are ties.
            detections[i] = new(new Box(x, y, x + 1 + (random.NextSingle() * 4), y + 1 + (random.NextSingle() * 4)), random.Next(3), random.Next(20) / 20f);
        }

        return detections;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatStaysIsSortedApartAndCoversWhatGoes(bool acrossClasses)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Detection[] all = RandomDetections(seed, seed);
            int[] kept = NonMaximumSuppression.Select(all, 0.2f, 0.3f, acrossClasses: acrossClasses);
            for (int i = 1; i < kept.Length; i++)
            {
                Assert.True(all[kept[i - 1]].Score > all[kept[i]].Score || (all[kept[i - 1]].Score == all[kept[i]].Score && kept[i - 1] < kept[i]));
                for (int j = 0; j < i; j++)
                {
                    if (acrossClasses || all[kept[i]].Label == all[kept[j]].Label)
                        Assert.True(all[kept[i]].Box.IntersectionOverUnion(all[kept[j]].Box) <= 0.3f);
                }
            }

            foreach (Detection gone in all.Except(kept.Select(i => all[i])).Where(d => d.Score >= 0.2f))
            {
                Assert.Contains(kept, i => all[i].Score >= gone.Score && (acrossClasses || all[i].Label == gone.Label)
                    && all[i].Box.IntersectionOverUnion(gone.Box) > 0.3f);
            }
        }
    }

    [Fact]
    public void TiesGoToTheLowerIndexAndNaNIsDropped()
    {
        Box box = new(0, 0, 1, 1);
        Detection[] detections = [new(box, 0, float.NaN), new(box, 0, 0.5f), new(box, 0, 0.5f), new(box, 1, 0.5f), new(box, 1, 0.1f)];
        Assert.Equal([1, 3], NonMaximumSuppression.Select(detections, 0.2f, 0.5f));
        Assert.Equal([1], NonMaximumSuppression.Select(detections, 0.2f, 0.5f, acrossClasses: true));
        Assert.Equal([1], NonMaximumSuppression.Select(detections, 0.2f, 0.5f, maximum: 1));
        Assert.Equal([1, 2, 3, 4], NonMaximumSuppression.Select(detections, float.NegativeInfinity, 1));
        Assert.Empty(NonMaximumSuppression.Apply(detections, 0.6f, 0.5f));
        Assert.Throws<ArgumentOutOfRangeException>(() => NonMaximumSuppression.Select(detections, 0, float.NaN));
    }
}
