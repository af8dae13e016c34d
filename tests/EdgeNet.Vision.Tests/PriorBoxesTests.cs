namespace EdgeNet.Vision.Tests;

public sealed class PriorBoxesTests
{
    private static void AssertRow(float[] boxes, int row, params float[] expected)
    {
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], boxes[(row * 4) + i], 1e-5f);
    }

    [Fact]
    public void TensorFlowGives1917AnchorsFor300Pixels()
    {
        float[] anchors = PriorBoxes.TensorFlow([19, 10, 5, 3, 2, 1]);
        Assert.Equal(1917 * 4, anchors.Length);

        // First cell: centre ½ ⁄ 19; a square of 0.1, then 0.2 at ratios 2 and ½: 0.2 ⁄ √2 = 0.141421, 0.2 · √2 = 0.282843.
        const float centre = 0.5f / 19;
        AssertRow(anchors, 0, centre, centre, 0.1f, 0.1f);
        AssertRow(anchors, 1, centre, centre, 0.141421f, 0.282843f);
        AssertRow(anchors, 2, centre, centre, 0.282843f, 0.141421f);
        AssertRow(anchors, 3, centre, 1.5f / 19, 0.1f, 0.1f);

        // Second layer: scale 0.2 + 0.75 ⁄ 5 = 0.35, next 0.5; the square between is √(0.35 · 0.5) = 0.418330.
        AssertRow(anchors, 1083, 0.05f, 0.05f, 0.35f, 0.35f);
        AssertRow(anchors, 1088, 0.05f, 0.05f, 0.418330f, 0.418330f);

        // Last: √(0.95 · 1) = 0.974679.
        AssertRow(anchors, 1916, 0.5f, 0.5f, 0.974679f, 0.974679f);
    }

    [Fact]
    public void ThePaperGives8732BoxesForSsd300()
    {
        float[] four = [1f, 2f, 0.5f];
        float[] six = [1f, 2f, 0.5f, 3f, 1f / 3];
        float[] boxes = PriorBoxes.SsdPaper([38, 19, 10, 5, 3, 1], [four, six, six, six, four, four]);
        Assert.Equal(8732 * 4, boxes.Length);

        // s_1 = 0.2, s_2 = 0.2 + 0.7 ⁄ 5 = 0.34, √(0.2 · 0.34) = 0.260768.
        AssertRow(boxes, 0, 0.5f / 38, 0.5f / 38, 0.2f, 0.2f);
        AssertRow(boxes, 3, 0.5f / 38, 0.5f / 38, 0.260768f, 0.260768f);
    }

    [Fact]
    public void CaffeOrdersSquareLargerSquareRatios()
    {
        CaffePriorBoxSettings settings = new() { MinSizes = [60], MaxSizes = [240], AspectRatios = [1, 4, 4], Clip = false };
        float[] boxes = PriorBoxes.Caffe(settings, 2, 1, 200, 100);

        // Cells of 100×100 pixels, first centre (50, 50). √(60 · 240) = 120. Ratio 4: 120×30, and flipped 30×120.
        Assert.Equal(2 * 4 * 4, boxes.Length);
        AssertRow(boxes, 0, 0.1f, 0.2f, 0.4f, 0.8f);
        AssertRow(boxes, 1, -0.05f, -0.1f, 0.55f, 1.1f);
        AssertRow(boxes, 2, -0.05f, 0.35f, 0.55f, 0.65f);
        AssertRow(boxes, 3, 0.175f, -0.1f, 0.325f, 1.1f);
        AssertRow(boxes, 4, 0.6f, 0.2f, 0.9f, 0.8f);
        AssertRow(PriorBoxes.Caffe(settings with { Clip = true }, 2, 1, 200, 100), 1, 0, 0, 0.55f, 1);

        // Step 10, offset 0: the second centre is (10, 0).
        AssertRow(PriorBoxes.Caffe(settings with { StepX = 10, StepY = 10, Offset = 0 }, 2, 1, 200, 100), 4, -0.1f, -0.3f, 0.2f, 0.3f);
        Assert.Throws<ArgumentException>(() => PriorBoxes.Caffe(settings with { MaxSizes = [50] }, 2, 1, 200, 100));
    }
}
