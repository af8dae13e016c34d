using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class BoxEncodingTests
{
    [Fact]
    public void A_code_is_as_worked_by_hand()
    {
        double[] code = new double[4];
        // The prior is centred at (0.5, 0.5), 0.2 high and 0.4 wide; the box at x 0.6, y 0.55, 0.4 high and 0.2 wide.
        BoxEncoding.CentreSize([new Box(0.5f, 0.35f, 0.7f, 0.75f)], [0.5f, 0.5f, 0.2f, 0.4f], CentreSizeScales.Default, code);
        Assert.Equal(10 * 0.05 / 0.2, code[0], 5);
        Assert.Equal(10 * 0.1 / 0.4, code[1], 5);
        Assert.Equal(5 * Math.Log(2), code[2], 5);
        Assert.Equal(5 * Math.Log(0.5), code[3], 5);
    }

    [Fact]
    public void Decoding_gives_the_box_back()
    {
        float[] priors = PriorBoxes.TensorFlow([5, 3, 1]);
        Random random = new(1);
        Box[] boxes = [.. Enumerable.Range(0, priors.Length / 4).Select(_ => Box.FromCentre(
            random.NextSingle(), random.NextSingle(), 0.01f + random.NextSingle(), 0.01f + random.NextSingle()))];
        foreach (CentreSizeScales scales in (CentreSizeScales[])[CentreSizeScales.Default, new(1, 2, 3, 4)])
        {
            float[] codes = new float[priors.Length];
            Box[] decoded = new Box[boxes.Length];
            BoxEncoding.CentreSize(boxes, priors, scales, codes);
            BoxDecoding.CentreSize(codes, priors, scales, decoded);
            for (int i = 0; i < boxes.Length; i++)
            {
                Assert.Equal(boxes[i].XMin, decoded[i].XMin, 1e-5f);
                Assert.Equal(boxes[i].YMin, decoded[i].YMin, 1e-5f);
                Assert.Equal(boxes[i].XMax, decoded[i].XMax, 1e-5f);
                Assert.Equal(boxes[i].YMax, decoded[i].YMax, 1e-5f);
            }
        }
    }
}
