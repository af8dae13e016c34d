using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class MultiboxLossTests
{
    // Four squares of 0.2 side by side.
    private static readonly float[] Row = [0.5f, 0.1f, 0.2f, 0.2f, 0.5f, 0.3f, 0.2f, 0.2f, 0.5f, 0.5f, 0.2f, 0.2f, 0.5f, 0.7f, 0.2f, 0.2f];

    private static readonly GroundTruth First = new(new Box(0, 0.4f, 0.2f, 0.6f), 1);

    public static TheoryData<string> Variants => [.. SettingsOf.Keys];

    private static readonly Dictionary<string, MultiboxSettings> SettingsOf = new()
    {
        ["paper"] = new(),
        ["other weights"] = new() { LocationWeight = 0.3, LocationDelta = 0.4, NegativesPerPositive = 1.5, MinimumNegatives = 5, Scales = new(3, 4, 5, 6), Threshold = 0.4f },
        ["no negatives"] = new() { NegativesPerPositive = 0, MinimumNegatives = 0 },
        ["focal"] = new() { Focal = new() },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Both_gradients_are_the_derivative(string variant)
    {
        float[] priors = PriorBoxes.TensorFlow([2, 1]);
        foreach ((int classes, int seed) in (ReadOnlySpan<(int, int)>)[(2, 1), (3, 2), (5, 3)])
        {
            Random random = new(seed);
            MultiboxLoss<double> loss = new(priors, classes, SettingsOf[variant]);
            GroundTruth Any(bool ignore) => new(
                Box.FromCentre(random.NextSingle(), random.NextSingle(), 0.2f + (0.5f * random.NextSingle()), 0.2f + (0.5f * random.NextSingle())),
                random.Next(1, classes), ignore);
            IReadOnlyList<GroundTruth>[] truths = [[Any(false), Any(false)], [], [Any(true)], [Any(false), Any(true), Any(false), Any(false)]];
            double[] codes = [.. Enumerable.Range(0, truths.Length * priors.Length).Select(_ => 4 * (random.NextDouble() - 0.5))];
            double[] logits = [.. Enumerable.Range(0, truths.Length * priors.Length / 4 * classes).Select(_ => 6 * (random.NextDouble() - 0.5))];
            double[] codeGradient = [.. codes.Select(_ => double.NaN)];
            double[] logitGradient = [.. logits.Select(_ => double.NaN)];
            MultiboxResult<double> result = loss.Evaluate(codes, logits, truths, codeGradient, logitGradient);
            Assert.True(result.Matched >= 4);
            Assert.Contains(codeGradient, element => element != 0);

            double[] unusedCodes = new double[codes.Length];
            double[] unusedLogits = new double[logits.Length];
            CentredDifferences.Check(
                point => loss.Evaluate(point, logits, truths, unusedCodes, unusedLogits).Total, codes, codeGradient, $"{variant}, codes, {classes} classes:");
            CentredDifferences.Check(
                point => loss.Evaluate(codes, point, truths, unusedCodes, unusedLogits).Total, logits, logitGradient, $"{variant}, logits, {classes} classes:");
        }
    }

    [Fact]
    public void The_loss_is_as_worked_by_hand()
    {
        // The first prior fits its object, so its code should be 0; background probabilities are 3/4, 1/2, 1/4 and 1/2.
        MultiboxLoss<double> loss = new(Row, 2, new() { NegativesPerPositive = 2, MinimumNegatives = 0, LocationWeight = 2 });
        double[] codes = new double[16];
        (codes[0], codes[1]) = (0.5, -3);
        double three = Math.Log(3);
        double[] codeGradient = new double[16];
        double[] logitGradient = new double[8];
        MultiboxResult<double> result = loss.Evaluate(codes, [three, 0, 0, 0, 0, three, 0, 0], [[First]], codeGradient, logitGradient);

        Assert.Equal(1, result.Matched);
        Assert.Equal(0.125 + 2.5, result.Location, 5);
        // The object's class, then the two hardest of the background: 1/4 and the first of the two 1/2.
        Assert.Equal(Math.Log(4) + Math.Log(4) + Math.Log(2), result.Classes, 12);
        Assert.Equal(result.Classes + (2 * result.Location), result.Total, 12);
        Assert.Equal(1, codeGradient[0], 4);
        Assert.Equal(-2, codeGradient[1], 4);
        Assert.All(codeGradient[4..], element => Assert.Equal(0, element));
        Assert.Equal([0.75, -0.75, -0.5, 0.5, -0.75, 0.75, 0, 0], logitGradient.Select(element => Math.Round(element, 12)));
    }

    [Fact]
    public void A_picture_without_objects_teaches_background()
    {
        double[] logitGradient = new double[8];
        MultiboxResult<double> result = new MultiboxLoss<double>(Row, 2, new() { MinimumNegatives = 2 })
            .Evaluate(new double[16], new double[8], [[]], new double[16], logitGradient);
        Assert.Equal(0, result.Matched);
        Assert.Equal(2 * Math.Log(2), result.Total, 12);
        Assert.Equal([-0.5, 0.5, -0.5, 0.5, 0, 0, 0, 0], logitGradient);
    }

    [Fact]
    public void What_is_ignored_is_neither_object_nor_background()
    {
        GroundTruth crowd = new(new Box(0.2f, 0, 0.6f, 1), 0, Ignore: true);
        foreach (MultiboxSettings settings in (MultiboxSettings[])[new() { MinimumNegatives = 4 }, new() { Focal = new() }])
        {
            double[] codeGradient = new double[16];
            double[] logitGradient = new double[8];
            // The background of the ignored ones would be the hardest.
            MultiboxResult<double> result = new MultiboxLoss<double>(Row, 2, settings)
                .Evaluate(new double[16], [0, 0, 0, 50, 0, 50, 0, 0], [[First, crowd]], codeGradient, logitGradient);
            Assert.Equal(1, result.Matched);
            Assert.All(logitGradient[2..6], element => Assert.Equal(0, element));
            Assert.All((double[])[.. logitGradient[..2], .. logitGradient[6..]], element => Assert.NotEqual(0, element));
            Assert.True(result.Classes < 2);
        }
    }

    [Fact]
    public void Pictures_are_matched_alone_and_divided_together()
    {
        Random random = new(7);
        double[] codes = [.. Enumerable.Range(0, 32).Select(_ => random.NextDouble())];
        double[] logits = [.. Enumerable.Range(0, 24).Select(_ => random.NextDouble())];
        IReadOnlyList<GroundTruth>[] truths = [[First], [First, new(new Box(0.4f, 0.4f, 0.6f, 0.6f), 2), new(new Box(0.6f, 0.4f, 0.8f, 0.6f), 1)]];
        MultiboxLoss<double> loss = new(Row, 3);
        double Of(int first, int count) => loss.Evaluate(
            codes.AsSpan(16 * first, 16 * count), logits.AsSpan(12 * first, 12 * count), truths[first..(first + count)],
            new double[16 * count], new double[12 * count]).Total;
        Assert.Equal((Of(0, 1) + (3 * Of(1, 1))) / 4, Of(0, 2), 10);
    }

    [Fact]
    public void The_code_of_the_object_itself_has_no_location_loss()
    {
        float[] priors = PriorBoxes.TensorFlow([4, 2, 1]);
        GroundTruth truth = new(new Box(0.2f, 0.3f, 0.65f, 0.8f), 1);
        int count = priors.Length / 4;
        float[] codes = new float[priors.Length];
        Box[] everywhere = [.. Enumerable.Repeat(truth.Box, count)];
        BoxEncoding.CentreSize(everywhere, priors, CentreSizeScales.Default, codes);
        MultiboxResult<float> result = new MultiboxLoss<float>(priors, 2, new() { Threshold = 0.2f }).Evaluate(
            codes, new float[count * 2], [[truth]], new float[codes.Length], new float[count * 2]);
        Assert.True(result.Matched > 1);
        Assert.Equal(0, result.Location);
    }

    [Fact]
    public void Nothing_is_allocated_once_it_has_run()
    {
        MultiboxLoss<float> loss = new(Row, 2);
        (float[] codes, float[] logits) = (new float[16], new float[8]);
        (float[] codeGradient, float[] logitGradient) = (new float[16], new float[8]);
        IReadOnlyList<GroundTruth>[] truths = [[First]];
        loss.Evaluate(codes, logits, truths, codeGradient, logitGradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loss.Evaluate(codes, logits, truths, codeGradient, logitGradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Extreme_logits_give_finite_numbers()
    {
        foreach (MultiboxSettings settings in (MultiboxSettings[])[new(), new() { Focal = new() }])
        {
            float[] logitGradient = new float[8];
            MultiboxResult<float> result = new MultiboxLoss<float>(Row, 2, settings).Evaluate(
                new float[16], [1e4f, -1e4f, -1e4f, 1e4f, 1e4f, 1e4f, 0, -1e4f], [[First]], new float[16], logitGradient);
            Assert.True(float.IsFinite(result.Total));
            Assert.All(logitGradient, element => Assert.True(float.IsFinite(element)));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_one_line()
    {
        MultiboxLoss<float> loss = new(Row, 2);
        string message = Assert.Throws<ArgumentException>(
            () => loss.Evaluate(new float[16], new float[8], [[First with { Label = 2 }]], new float[16], new float[8])).Message;
        Assert.Contains("Picture 0 of the batch has an object of label 2; expected 1 to 1", message);
        Assert.Throws<ArgumentException>(() => loss.Evaluate(new float[16], new float[7], [[First]], new float[16], new float[7]));
        Assert.Throws<ArgumentException>(() => loss.Evaluate(new float[16], new float[8], [[First]], new float[12], new float[8]));
        Assert.Equal(
            "NegativesPerPositive is -1; expected at least 0",
            Assert.Throws<TrainingSettingException>(() => new MultiboxLoss<float>(Row, 2, new() { NegativesPerPositive = -1 })).Message);
        Assert.Throws<TrainingSettingException>(() => new MultiboxLoss<float>(Row, 1));
    }
}
