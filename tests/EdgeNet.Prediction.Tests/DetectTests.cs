using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Prediction.Tests;

public class DetectTests
{
    private static readonly float Double = 5 * MathF.Log(2);

    private static readonly Detector TensorFlow = new(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors", [10, 10, 5, 5]);

    [Fact]
    public void TensorFlow_boxes_are_fractions_of_the_picture()
    {
        // Down by a tenth of the prior's height and twice as high; the second prior says nothing worth a box.
        Graph graph = Models.Constants(
            300, 300, TensorFlow, ImageFit.Stretch,
            ("scores", [1, 2, 3], [0.9f, 0.1f, 0.8f, 0.99f, 0.2f, 0.1f]),
            ("boxes", [1, 2, 4], [1, 0, Double, 0, 0, 0, 0, 0]),
            ("priors", [2, 4], [0.5f, 0.5f, 0.25f, 0.5f, 0.2f, 0.2f, 0.1f, 0.1f]));
        Detection found = Assert.Single(Models.Bind(graph).Detect(new Image(200, 400, 3)));
        Assert.Equal(2, found.Label);
        Assert.Equal(0.8f, found.Score);
        AssertBox(new Box(50, 110, 150, 310), found.Box);
    }

    [Fact]
    public void Caffe_boxes_come_from_corners_and_variances()
    {
        var detector = new Detector(BoxCoding.CaffeSsd, ["boxes"], ["scores"], "priors");
        Graph graph = Models.Constants(
            10, 20, detector, ImageFit.Stretch,
            ("boxes", [1, 4], [1, 0, 0, Double]),
            ("scores", [1, 1, 2], [0.1f, 0.9f]),
            ("priors", [1, 1, 4], [0.25f, 0.25f, 0.75f, 0.75f]));
        AssertBox(new Box(30, 0, 80, 50), Assert.Single(Models.Bind(graph).Detect(new Image(100, 50, 3))).Box);
    }

    [Theory]
    [InlineData(0.3f, 0.45f, 2)]
    [InlineData(0.3f, 1f, 3)]
    [InlineData(0.75f, 1f, 1)]
    public void Overlap_counts_within_a_class(float score, float overlap, int boxes)
    {
        // Two boxes of class 1 in one place, one of class 2 there too.
        Graph graph = Models.Constants(
            8, 8, TensorFlow with { ScoreThreshold = score, IouThreshold = overlap }, ImageFit.Stretch,
            ("scores", [1, 3, 3], [0, 0.8f, 0, 0, 0.7f, 0, 0, 0, 0.6f]),
            ("boxes", [1, 3, 4], new float[12]),
            ("priors", [3, 4], [0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.52f, 0.5f, 0.5f, 0.5f, 0.5f]));
        Detection[] found = Models.Bind(graph).Detect(new Image(8, 8, 3));
        Assert.Equal(boxes, found.Length);
        Assert.Equal(0.8f, found[0].Score);
        Assert.Equal(3, Models.Bind(graph.WithCard(graph.Card with { Detector = TensorFlow with { IouThreshold = 1 } })).Detect(new Image(8, 8, 3), 0.5f).Length);
    }

    [Theory]
    [InlineData(0, new[] { 2, 1 })]
    [InlineData(2, new[] { 0, 1 })]
    [InlineData(-1, new[] { 0, 2, 1 })]
    public void The_background_is_left_out_wherever_it_is(int background, int[] labels)
    {
        Graph graph = Models.Constants(
            8, 8, TensorFlow with { Background = background }, ImageFit.Stretch,
            ("scores", [1, 1, 3], [0.9f, 0.5f, 0.6f]), ("boxes", [1, 1, 4], new float[4]), ("priors", [1, 4], [0.5f, 0.5f, 0.5f, 0.5f]));
        Assert.Equal(labels, Models.Bind(graph).Detect(new Image(8, 8, 3)).Select(found => found.Label));
    }

    [Theory]
    [InlineData(ImageFit.Letterbox, 200, 100, 50f, 0f, 150f, 100f)]
    [InlineData(ImageFit.CenterCrop, 400, 128, 170f, 34f, 230f, 94f)]
    public void Boxes_find_their_way_back(ImageFit fit, int width, int height, float left, float top, float right, float bottom)
    {
        // The middle half of an input of 112; its crop would come from 128.
        Graph graph = Models.Constants(
            112, 112, TensorFlow, fit,
            ("scores", [1, 1, 2], [0, 1]), ("boxes", [1, 1, 4], new float[4]),
            ("priors", [1, 4], [0.5f, 0.5f, fit == ImageFit.Letterbox ? 0.5f : 60 / 112f, fit == ImageFit.Letterbox ? 0.5f : 60 / 112f]));
        AssertBox(new Box(left, top, right, bottom), Assert.Single(Models.Bind(graph).Detect(new Image(width, height, 3))).Box);
    }

    [Fact]
    public void Distributions_are_distances_in_strides()
    {
        // One cell of stride 8: its centre is (4, 4). Left 0, top ½, right 1, bottom 1 strides.
        var detector = new Detector(BoxCoding.Distribution, ["boxes"], ["scores"], Strides: [8], Background: -1);
        Graph graph = Models.Constants(
            8, 8, detector, ImageFit.Stretch, ("scores", [1, 1, 2], [0.2f, 0.9f]), ("boxes", [1, 1, 8], [99, 0, 0, 0, 0, 99, 0, 99]));
        Detection found = Assert.Single(Models.Bind(graph).Detect(new Image(8, 16, 3)));
        Assert.Equal(1, found.Label);
        AssertBox(new Box(4, 0, 8, 16), found.Box);
    }

    [Fact]
    public void Yolo_rows_are_pixels_of_the_input()
    {
        var detector = new Detector(BoxCoding.YoloRows, ["rows"], [], Background: -1);
        Graph graph = Models.Constants(10, 10, detector, ImageFit.Stretch, ("rows", [1, 2, 7], [5, 5, 4, 2, 0.5f, 0.1f, 0.8f, 5, 5, 4, 2, 0.1f, 1, 1]));
        Detection found = Assert.Single(Models.Bind(graph).Detect(new Image(20, 10, 3)));
        Assert.Equal((1, 0.4f), (found.Label, found.Score));
        AssertBox(new Box(6, 4, 14, 6), found.Box);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decoded_boxes_are_taken_as_they_are(bool namesAll)
    {
        // Class 0 is a class there, and the third row is beyond the count.
        string[] order = namesAll ? ["scores", "boxes", "count", "classes"] : ["boxes", "classes", "scores", "count"];
        Detector detector = namesAll ? new(BoxCoding.Decoded, ["boxes", "classes"], ["scores", "count"]) : new(BoxCoding.Decoded, ["boxes"], ["scores"]);
        Graph graph = Models.Constants(4, 4, detector, ImageFit.Stretch, [.. order.Select(name => name switch
        {
            "boxes" => (name, new[] { 1, 3, 4 }, new[] { 0, 0, 0.5f, 1, 0, 0, 0.5f, 1, 0, 0, 1, 1 }),
            "classes" => (name, new[] { 1, 3 }, new float[] { 0, 0, 0 }),
            "scores" => (name, new[] { 1, 3 }, new[] { 0.6f, 0.5f, 0.9f }),
            _ => (name, new[] { 1 }, new float[] { 2 }),
        })]);
        Detection[] found = Models.Bind(graph).Detect(new Image(40, 20, 3));
        Assert.Equal(2, found.Length);
        Assert.Equal((0, 0.6f), (found[0].Label, found[0].Score));
        AssertBox(new Box(0, 0, 40, 10), found[0].Box);
    }

    [Theory]
    [InlineData("'nowhere'")]
    [InlineData("names no output with boxes")]
    [InlineData("names no output with priors")]
    [InlineData("scales")]
    [InlineData("iouThreshold")]
    [InlineData("priors")]
    [InlineData("as many for each")]
    [InlineData("strides")]
    [InlineData("classes")]
    [InlineData("rows")]
    public void A_detector_that_does_not_fit_is_refused(string why)
    {
        Detector detector = why switch
        {
            "'nowhere'" => TensorFlow with { Scores = ["nowhere"] },
            "names no output with boxes" => TensorFlow with { Boxes = [] },
            "names no output with priors" => TensorFlow with { Priors = null },
            "scales" => TensorFlow with { Scales = [1, 2] },
            "iouThreshold" => TensorFlow with { IouThreshold = 45 },
            "priors" => TensorFlow with { Priors = "scores" },
            "as many for each" => TensorFlow with { Scores = ["count"] },
            "strides" => TensorFlow with { Coding = BoxCoding.Distribution },
            "classes" => new(BoxCoding.Decoded, ["count"], ["scores"]),
            _ => new(BoxCoding.YoloRows, ["boxes"], []),
        };
        Graph graph = Models.Constants(
            8, 8, detector, ImageFit.Stretch,
            ("scores", [1, 2, 3], new float[6]), ("boxes", [1, 2, 4], new float[8]), ("priors", [2, 4], new float[8]), ("count", [1], [1]));
        Assert.Contains(why, Assert.Throws<ModelFormatException>(() => PictureModel.CheckCard(graph)).Message, StringComparison.Ordinal);
    }

    private static void AssertBox(Box expected, Box actual)
    {
        Assert.Equal(expected.XMin, actual.XMin, 1e-3);
        Assert.Equal(expected.YMin, actual.YMin, 1e-3);
        Assert.Equal(expected.XMax, actual.XMax, 1e-3);
        Assert.Equal(expected.YMax, actual.YMax, 1e-3);
    }
}
