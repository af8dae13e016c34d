namespace EdgeNet.Kernels.Tests;

public class DetectionTests
{
    private static readonly float[] Boxes =
    [
        0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, -0.1f, 1, 0.9f, 0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 0, 100, 1, 101,
    ];

    private static readonly float[] Scores = [0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f];

    private static long[] Suppress(NonMaxSuppressionShape shape, float[] boxes, float[] scores)
    {
        long[] selected = new long[3 * NonMaxSuppression.MaximumCount(shape)];
        int count = NonMaxSuppression.Scalar(shape, boxes, scores, new int[shape.Boxes], selected);
        return selected[..(3 * count)];
    }

    [Fact] // The examples of the ONNX operator.
    public void SuppressionFollowsOnnx()
    {
        var shape = new NonMaxSuppressionShape(1, 1, 6, 3, 0.5f, 0, false);
        Assert.Equal([0, 0, 3, 0, 0, 0, 0, 0, 5], Suppress(shape, Boxes, Scores));
        Assert.Equal([0, 0, 3, 0, 0, 0], Suppress(shape with { MaximumPerClass = 2 }, Boxes, Scores));
        Assert.Equal([0, 0, 3, 0, 0, 0], Suppress(shape with { ScoreThreshold = 0.4f }, Boxes, Scores));
        Assert.Equal([0, 0, 3], Suppress(shape with { ScoreThreshold = 0.9f }, Boxes, Scores));
        Assert.Empty(Suppress(shape with { MaximumPerClass = 0 }, Boxes, Scores));
        float[] flipped = [.. Boxes.Chunk(4).SelectMany(b => new[] { b[2], b[3], b[0], b[1] })];
        Assert.Equal([0, 0, 3, 0, 0, 0, 0, 0, 5], Suppress(shape, flipped, Scores));
        float[] centers = [.. Boxes.Chunk(4).SelectMany(b => new[] { (b[1] + b[3]) / 2, (b[0] + b[2]) / 2, b[3] - b[1], b[2] - b[0] })];
        Assert.Equal([0, 0, 3, 0, 0, 0, 0, 0, 5], Suppress(shape with { CenterPointBox = true }, centers, Scores));
        Assert.Equal(
            [0, 0, 3, 0, 0, 0, 0, 1, 3, 0, 1, 0],
            Suppress(shape with { Classes = 2, MaximumPerClass = 2 }, Boxes, [.. Scores, .. Scores]));
        Assert.Equal([0, 0, 0], Suppress(shape, [.. Enumerable.Repeat<float[]>([0, 0, 1, 1], 6).SelectMany(b => b)], [.. Enumerable.Repeat(0.9f, 6)]));
    }

    // The worked example of TFLite's own test of the op: six anchors, two classes and background.
    private static (int Count, float[] Boxes, float[] Classes, float[] Scores) Detect(DetectionPostProcessShape shape)
    {
        float[] encodings = [0, 0, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        float[] scores = [0, 0.9f, 0.8f, 0, 0.75f, 0.72f, 0, 0.6f, 0.5f, 0, 0.93f, 0.95f, 0, 0.5f, 0.4f, 0, 0.3f, 0.2f];
        float[] anchors = [0.5f, 0.5f, 1, 1, 0.5f, 0.5f, 1, 1, 0.5f, 0.5f, 1, 1, 0.5f, 10.5f, 1, 1, 0.5f, 10.5f, 1, 1, 0.5f, 100.5f, 1, 1];
        float[] boxes = new float[4 * shape.OutputLength], classes = new float[shape.OutputLength], found = new float[shape.OutputLength];
        Array.Fill(boxes, 99);
        int count = DetectionPostProcess.Scalar(
            shape, encodings, scores, anchors, boxes, classes, found, new int[shape.IntScratchLength], new float[shape.FloatScratchLength]);
        return (count, boxes, classes, found);
    }

    private static readonly DetectionPostProcessShape Shape = new()
    {
        Boxes = 6, Classes = 2, MaximumDetections = 3, ScoreThreshold = 0, IouThreshold = 0.5f,
    };

    [Fact]
    public void FastPostProcessingFollowsTfLite()
    {
        var (count, boxes, classes, scores) = Detect(Shape);
        Assert.Equal(3, count);
        Values.Near([0, 10, 1, 11, 0, 0, 1, 1, 0, 100, 1, 101], boxes, "boxes");
        Assert.Equal([1, 0, 0], classes);
        Assert.Equal([0.95f, 0.9f, 0.3f], scores);
    }

    [Fact]
    public void RegularPostProcessingFollowsTfLite()
    {
        var (count, boxes, classes, scores) = Detect(Shape with { UseRegularNms = true });
        Assert.Equal(3, count);
        Values.Near([0, 10, 1, 11, 0, 10, 1, 11, 0, 0, 1, 1], boxes, "boxes");
        Assert.Equal([1, 0, 0], classes);
        Assert.Equal([0.95f, 0.93f, 0.9f], scores);
    }

    [Fact]
    public void UnusedPlacesAreZero()
    {
        var (count, boxes, classes, scores) = Detect(Shape with { MaximumDetections = 4, MaximumClassesPerDetection = 3, ScoreThreshold = 0.5f });
        Assert.Equal(2, count);
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], classes);
        Assert.Equal([0.95f, 0.93f, 0, 0.9f, 0.8f, 0, 0, 0, 0, 0, 0, 0], scores);
        Assert.All(boxes[24..], v => Assert.Equal(0, v));
    }
}
