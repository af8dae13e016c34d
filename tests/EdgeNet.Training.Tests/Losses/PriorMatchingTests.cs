using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class PriorMatchingTests
{
    private const int Background = PriorMatching.Background;
    private const int Ignored = PriorMatching.Ignored;

    // Four squares of 0.2 side by side, and one over the first two.
    private static readonly float[] Row =
    [
        0.5f, 0.1f, 0.2f, 0.2f,
        0.5f, 0.3f, 0.2f, 0.2f,
        0.5f, 0.5f, 0.2f, 0.2f,
        0.5f, 0.7f, 0.2f, 0.2f,
        0.5f, 0.2f, 0.2f, 0.4f,
    ];

    private static int[] Match(float[] priors, params GroundTruth[] truths)
    {
        int[] matches = new int[priors.Length / 4];
        int matched = new PriorMatching(priors).Match(truths, matches);
        Assert.Equal(matches.Count(match => match >= 0), matched);
        return matches;
    }

    private static GroundTruth Object(float xMin, float xMax, bool ignore = false) => new(new Box(xMin, 0.4f, xMax, 0.6f), 1, ignore);

    [Fact]
    public void Without_objects_all_is_background() => Assert.Equal([-1, -1, -1, -1, -1], Match(Row));

    [Fact]
    public void An_object_gets_its_best_prior_however_small_the_overlap() =>
        // 0.02 of 0.1 × 0.2 lies in the last square.
        Assert.Equal([Background, Background, Background, 0, Background], Match(Row, Object(0.78f, 0.9f)));

    [Fact]
    public void An_object_gets_all_priors_that_overlap_by_the_threshold() =>
        // 0.3 ⁄ 0.4 of the wide prior; 0.2 ⁄ 0.3 of the first square; 0.1 ⁄ 0.4 of the second.
        Assert.Equal([0, Background, Background, Background, 0], Match(Row, Object(0, 0.3f)));

    [Fact]
    public void Of_two_objects_a_prior_gets_the_better() =>
        // Both overlap the wide prior by the threshold.
        Assert.Equal([0, 1, Background, Background, 1], Match(Row, Object(0, 0.21f), Object(0.02f, 0.4f)));

    [Fact]
    public void Two_objects_with_the_same_best_prior_get_one_each() =>
        // Both fit the third square best, the second one better; the first takes the next best.
        Assert.Equal([Background, Background, 1, 0, Background], Match(Row, Object(0.41f, 0.63f), Object(0.4f, 0.6f)));

    [Fact]
    public void The_best_prior_of_an_object_is_its_own_though_it_overlaps_another_more()
    {
        // One prior only: the first object overlaps it more, but there is none else for the second, which is later and worse, so it goes without.
        Assert.Equal([0], Match([0.5f, 0.5f, 0.4f, 0.4f], new(new Box(0.3f, 0.3f, 0.7f, 0.7f), 1), new(new Box(0.3f, 0.3f, 0.7f, 0.6f), 1)));
        // The second prior is by threshold the first object's (0.8 to 0.6), yet it is the best that the second object has left.
        float[] priors = [0.5f, 0.5f, 0.4f, 0.4f, 0.5f, 0.5f, 0.4f, 0.32f];
        Assert.Equal([0, 1], Match(priors, new(new Box(0.3f, 0.3f, 0.7f, 0.7f), 1), new(new Box(0.4f, 0.3f, 0.59f, 0.7f), 1)));
    }

    [Fact]
    public void Priors_on_a_box_to_ignore_do_not_count()
    {
        // Best prior by itself; then the crowd over the first three squares, in which those lie whole.
        Assert.Equal([Background, Background, Background, Ignored, Background], Match(Row, Object(0.78f, 0.9f, ignore: true)));
        Assert.Equal([Ignored, Ignored, Ignored, Background, Ignored], Match(Row, new GroundTruth(new Box(0, 0, 0.6f, 1), 0, true)));
    }

    [Fact]
    public void An_object_inside_a_crowd_still_counts() =>
        Assert.Equal([Ignored, 1, Ignored, Background, Ignored], Match(Row, new GroundTruth(new Box(0, 0, 0.6f, 1), 0, true), Object(0.2f, 0.38f)));

    [Fact]
    public void What_has_no_area_or_is_outside_matches_nothing() =>
        Assert.Equal(
            [-1, -1, -1, -1, -1],
            Match(Row, Object(0.3f, 0.3f), Object(0.4f, 0.3f), Object(2, 3), Object(float.NaN, 0.5f), Object(2, 3, ignore: true), Object(0.3f, 0.3f, ignore: true)));

    [Fact]
    public void No_priors_match_nothing() => Assert.Equal(0, new PriorMatching([]).Match([Object(0, 1), Object(0, 1, ignore: true)], []));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Matches_are_those_of_the_definition(int seed)
    {
        Random random = new(seed);
        // Of no two sizes the same, since which of two equal overlaps comes out larger is a matter of rounding.
        float[] priors = [.. PriorBoxes.TensorFlow([7, 4, 2, 1]).Select((element, i) => i % 4 < 2 ? element : element * (1 + (0.1f * random.NextSingle())))];
        PriorMatching matching = new(priors);
        int[] matches = new int[matching.Count];
        for (int picture = 0; picture < 20; picture++)
        {
            GroundTruth[] truths = [.. Enumerable.Range(0, random.Next(12)).Select(_ => new GroundTruth(
                Box.FromCentre(random.NextSingle(), random.NextSingle(), 0.02f + (0.6f * random.NextSingle()), 0.02f + (0.6f * random.NextSingle())), 1, random.Next(4) == 0))];
            matching.Match(truths, matches);
            Assert.Equal(ByDefinition(priors, truths), matches);
        }
    }

    private static int[] ByDefinition(float[] priors, GroundTruth[] truths)
    {
        Box[] boxes = [.. priors.Chunk(4).Select(prior => Box.FromCentre(prior[1], prior[0], prior[3], prior[2]))];
        int[] matches = [.. boxes.Select(_ => Background)];
        foreach (GroundTruth truth in truths.Where(truth => truth.Ignore))
        {
            int best = Enumerable.Range(0, boxes.Length).MaxBy(prior => boxes[prior].IntersectionOverUnion(truth.Box));
            if (boxes[best].IntersectionOverUnion(truth.Box) > 0) matches[best] = Ignored;
            for (int prior = 0; prior < boxes.Length; prior++)
            {
                Box shared = new(
                    Math.Max(boxes[prior].XMin, truth.Box.XMin), Math.Max(boxes[prior].YMin, truth.Box.YMin),
                    Math.Min(boxes[prior].XMax, truth.Box.XMax), Math.Min(boxes[prior].YMax, truth.Box.YMax));
                if (boxes[prior].IntersectionOverUnion(truth.Box) >= 0.5f || shared.Area / boxes[prior].Area >= 0.5f) matches[prior] = Ignored;
            }
        }

        List<(float Overlap, int Truth, int Prior)> pairs = [];
        for (int truth = 0; truth < truths.Length; truth++)
        {
            for (int prior = 0; prior < boxes.Length && !truths[truth].Ignore; prior++)
                pairs.Add((boxes[prior].IntersectionOverUnion(truths[truth].Box), truth, prior));
        }
        pairs = [.. pairs.Where(pair => pair.Overlap > 0).OrderByDescending(pair => pair.Overlap)];
        foreach ((float overlap, int truth, int prior) in pairs.Where(pair => pair.Overlap >= 0.5f))
        {
            if (matches[prior] < 0) matches[prior] = truth;
        }
        HashSet<int> served = [];
        HashSet<int> taken = [];
        foreach ((_, int truth, int prior) in pairs)
        {
            if (served.Contains(truth) || taken.Contains(prior)) continue;
            served.Add(truth);
            taken.Add(prior);
            matches[prior] = truth;
        }
        return matches;
    }

    [Fact]
    public void Priors_must_have_area()
    {
        Assert.Throws<ArgumentException>(() => new PriorMatching([0.5f, 0.5f, 0, 0.1f]));
        Assert.Throws<ArgumentException>(() => new PriorMatching([0.5f, 0.5f, float.NaN, 0.1f]));
        Assert.Throws<ArgumentException>(() => new PriorMatching([0.5f, 0.5f, 0.1f]));
        Assert.Throws<TrainingSettingException>(() => new PriorMatching([], threshold: 0));
    }
}
