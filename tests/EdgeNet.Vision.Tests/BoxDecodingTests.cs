namespace EdgeNet.Vision.Tests;

public sealed class BoxDecodingTests
{
    private static readonly float s_ln2 = MathF.Log(2);

    private static void AssertBox(Box expected, Box actual)
    {
        Assert.Equal(expected.XMin, actual.XMin, 1e-4f);
        Assert.Equal(expected.YMin, actual.YMin, 1e-4f);
        Assert.Equal(expected.XMax, actual.XMax, 1e-4f);
        Assert.Equal(expected.YMax, actual.YMax, 1e-4f);
    }

    [Fact]
    public void TensorFlowCentreSize()
    {
        // Prior centre (0.4, 0.5), 0.2 wide, 0.1 high. ty = 10 moves down by one height, tx = −5 left by half a width, th = 5 ln 2 doubles.
        Box[] boxes = new Box[2];
        BoxDecoding.CentreSize(
            [10, -5, 5 * s_ln2, 0, 0, 0, 0, 0], [0.5f, 0.4f, 0.1f, 0.2f, 0.5f, 0.4f, 0.1f, 0.2f], CentreSizeScales.Default, boxes);
        AssertBox(new Box(0.2f, 0.5f, 0.4f, 0.7f), boxes[0]);
        AssertBox(new Box(0.3f, 0.45f, 0.5f, 0.55f), boxes[1]);
        Assert.Throws<ArgumentException>(() => BoxDecoding.CentreSize([1], [1, 2, 3, 4], CentreSizeScales.Default, new Box[1]));
    }

    [Fact]
    public void CaffeCentreSize()
    {
        // Prior 0.2 wide, 0.1 high around (0.4, 0.5); 0.1 · 5 = half a width right; exp(0.2 · 5 ln 2) doubles the height.
        Box[] boxes = new Box[1];
        float[] prior = [0.3f, 0.45f, 0.5f, 0.55f];
        BoxDecoding.CaffeCentreSize([5, 0, 0, 5 * s_ln2], prior, [0.1f, 0.1f, 0.2f, 0.2f], boxes);
        AssertBox(new Box(0.4f, 0.4f, 0.6f, 0.6f), boxes[0]);
        Assert.Throws<ArgumentException>(() => BoxDecoding.CaffeCentreSize([5, 0, 0, 0], prior, [0.1f], boxes));
    }

    [Fact]
    public void DistributionsAreMeansTimesStride()
    {
        // regMax 2. Second cell of stride 8: centre (12, 4). Left: all on bin 1 → 8; top: even over 0, 1, 2 → 8;
        // right: even over bins 1 and 2 → 12; bottom: bin 0 → 0.
        const float no = -1000;
        float[] first = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        float[] second = [no, 50, no, 3, 3, 3, no, 1, 1, 900, no, no];
        Box[] boxes = new Box[2];
        BoxDecoding.Distribution([.. first, .. second], 2, 1, 8, 2, boxes);
        AssertBox(new Box(-4, -4, 12, 12), boxes[0]);
        AssertBox(new Box(4, -4, 24, 4), boxes[1]);
    }

    [Fact]
    public void YoloHeads()
    {
        // One cell at column 1 of 2, stride 16, anchor 10×20; tx = ty = 0 → centre (24, 8); tw = ln 2 → 20 wide; objectness σ(0) = ½.
        float[] empty = [0, 0, 0, 0, -100, 0, 0];
        float[] full = [0, 0, s_ln2, 0, 0, 0, MathF.Log(3)];
        List<Detection> sigmoid = [];
        YoloDecoding.Head([.. empty, .. full], 2, 1, 16, [10, 20], 2, YoloClassScore.Sigmoid, 0.3f, sigmoid);

        // σ(0) = ½ → ¼, below the threshold; σ(ln 3) = ¾ → ⅜.
        Detection found = Assert.Single(sigmoid);
        AssertBox(new Box(14, -2, 34, 18), found.Box);
        Assert.Equal((1, 0.375f), (found.Label, MathF.Round(found.Score, 5)));

        // Softmax of (0, ln 3): ¼ and ¾ → ⅛ and ⅜.
        List<Detection> softmax = [];
        YoloDecoding.Head([.. empty, .. full], 2, 1, 16, [10, 20], 2, YoloClassScore.Softmax, 0.1f, softmax);
        Assert.Equal([0.125f, 0.375f], softmax.Select(d => MathF.Round(d.Score, 5)));
    }

    [Fact]
    public void YoloRows()
    {
        List<Detection> five = [];
        YoloDecoding.RowsWithObjectness([10, 20, 4, 6, 0.5f, 1, 0.2f, 0, 0, 1, 1, float.NaN, 1, 1], 2, 0.25f, five);
        Assert.Equal([new Detection(new Box(8, 17, 12, 23), 0, 0.5f)], five);
        List<Detection> eight = [];
        YoloDecoding.Rows([10, 20, 4, 6, 0.1f, 0.9f], 2, 0.25f, eight);
        Assert.Equal([new Detection(new Box(8, 17, 12, 23), 1, 0.9f)], eight);
        Assert.Throws<ArgumentException>(() => YoloDecoding.Rows([1, 2, 3], 2, 0.25f, eight));
    }

    [Fact]
    public void ClassScoresSkipBackgroundLowAndNaN()
    {
        Box box = new(0, 0, 1, 1);
        List<Detection> found = [];
        ClassScores.Collect([box, box], [0.9f, 0.5f, 0.4f, 0, float.NaN, 0.6f], 3, 0.5f, found, firstClass: 1);
        Assert.Equal([new Detection(box, 1, 0.5f), new Detection(box, 2, 0.6f)], found);
    }
}
