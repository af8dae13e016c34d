using EdgeNet.Model;

namespace EdgeNet.Cli.Demo;

/// <summary>
/// A single-shot detector small enough that its weights can be written down by hand: it finds figures in orange vests, of the shape of
/// <see cref="Figure"/>, and shows that what is drawn is found. Its parts are those of a trained one: convolutions, priors of several sizes
/// on a grid, a head for scores and a head for boxes.
/// </summary>
/// <remarks>
/// Colour → how much vest is in each cell of 4 × 4 pixels → for each size of figure, how much of it lies inside the window of a vest,
/// where its middle is, and how much lies around the window → scores and boxes on a grid of 8 × 8 pixels.
/// </remarks>
internal static class DemoNetwork
{
    private const int Cell = 4;
    private const int GridStep = 8;
    private const int Rows = StreetScene.Height / GridStep;
    private const int Columns = StreetScene.Width / GridStep;
    private const int Priors = Rows * Columns * 3;

    /// <summary>Side of the window kernels, in cells.</summary>
    private const int Reach = 15;

    /// <summary>Where the pixels lie that the first cell sees: a stride-2 window of 3 and a mean of 2, from the corner on.</summary>
    private const float FirstCentre = 2.5f;

    /// <summary>TensorFlow's usual scales of box codes: centre, size.</summary>
    private const float CentreScale = 10, SizeScale = 5;

    /// <summary>Heights of the figures that the priors stand for, in pixels.</summary>
    private static readonly float[] Heights = [48, 66, 90];

    // What the window kernels measure, per size.
    private enum Measure { Inside, MomentX, MomentY, Around }

    /// <summary>Builds the network.</summary>
    public static Graph Build()
    {
        GraphBuilder builder = new() { Card = Card() };
        Value image = builder.Input("image", new TensorType(ElementType.Float32, [1, StreetScene.Height, StreetScene.Width, 3]));

        Value colour = builder.Add(new Relu(), "colour", builder.Add(
            new Conv2D([2, 2], [1, 1], [0, 0, 1, 1]), "colour/conv", image, ColourWeights(builder), Floats(builder, "colour/bias", [3], -0.4f, 0, 0)));
        Value vest = builder.Add(new Clip(0, 1), "vest", Pointwise(builder, "vest/conv", colour, [4, -12, -12], 1, [0]));
        Value cells = builder.Add(new Pool2D(PoolKind.Average, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), "cells", vest);
        Value windows = builder.Add(new Conv2D([2, 2], [1, 1], [Reach / 2, Reach / 2, Reach / 2, Reach / 2]), "windows", cells, WindowWeights(builder));

        Value evidence = builder.Add(new Relu(), "evidence", Evidence(builder, windows));
        Value scores = builder.Add(new Sigmoid(), "scores", builder.Add(new Reshape([1, Priors, 2]), "scores/rows", ScoreHead(builder, evidence)));
        Value boxes = builder.Add(new Reshape([1, Priors, 4]), "boxes", BoxHead(builder, windows));
        builder.Output("boxes", boxes);
        builder.Output("scores", scores);
        builder.Output("priors", PriorGrid(builder));
        return builder.Build();
    }

    private static ModelCard Card() => new(
        "orange-vests",
        new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [255]),
        ["background", "person"],
        new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors", [CentreScale, CentreScale, SizeScale, SizeScale], ScoreThreshold: 0.5f, IouThreshold: 0.3f),
        ["built by edgenet demo; weights set by hand, nothing trained"]);

    // Three colours, each a mean over 3 × 3 pixels: how orange; how much too red for it; how much too yellow.
    private static Value ColourWeights(GraphBuilder builder)
    {
        float[][] mixes = [[1, 0, -1], [0.35f, -1, 0], [-0.65f, 1, 0]];
        return Floats(builder, "colour/weights", [3, 3, 3, 3], [.. mixes.SelectMany(mix => Enumerable.Repeat(mix, 9)).SelectMany(mix => mix).Select(weight => weight / 9)]);
    }

    // Small whole numbers, so they are stored as a codebook: 15 values, 4 bits an index before entropy coding.
    private static Value WindowWeights(GraphBuilder builder)
    {
        const int Centre = Reach / 2;
        List<byte> indices = [];
        foreach (float height in Heights)
        {
            foreach (Measure measure in Enum.GetValues<Measure>())
            {
                for (int y = -Centre; y <= Centre; y++)
                {
                    for (int x = -Centre; x <= Centre; x++) indices.Add((byte)(Centre + Weight(measure, x, y, height)));
                }
            }
        }
        return builder.Constant(
            Constant.Codebook([4 * Heights.Length, Reach, Reach, 1], indices.ToArray(), Enumerable.Range(-Centre, Reach).Select(i => (float)i).ToValueList()), "windows/weights");

        static int Weight(Measure measure, int x, int y, float height)
        {
            // A vest a little too large still counts, and so does one that lies between two points of the grid.
            const float Tolerance = 1.12f, Slack = 1.5f, Margin = 2;
            float halfWidth = (Tolerance * Figure.VestWidth / 2 * height / Cell) + Slack;
            float halfHeight = (Tolerance * (Figure.VestBottom - Figure.VestTop) / 2 * height / Cell) + Slack;
            float beyond = MathF.Max(MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);
            return measure switch
            {
                Measure.Inside => beyond <= 0 ? 1 : 0,
                Measure.MomentX => beyond <= 0 ? x : 0,
                Measure.MomentY => beyond <= 0 ? y : 0,
                _ => beyond is > 0 and <= Margin ? 1 : 0,
            };
        }
    }

    // Per size: how full the window is of vest, by how much it is too full, how much vest is around it; 1 is one vest.
    private static Value Evidence(GraphBuilder builder, Value windows)
    {
        const float Full = 1.15f;
        float[,] weights = new float[9, 12];
        float[] biases = new float[9];
        for (int size = 0; size < 3; size++)
        {
            float one = 1 / VestCells(Heights[size]);
            weights[3 * size, Channel(size, Measure.Inside)] = one;
            weights[(3 * size) + 1, Channel(size, Measure.Inside)] = one;
            biases[(3 * size) + 1] = -Full;
            weights[(3 * size) + 2, Channel(size, Measure.Around)] = one;
        }
        return Pointwise(builder, "evidence/conv", windows, [.. weights.Cast<float>()], 9, biases);
    }

    // Logits: even odds for a window that is 62 % full, 20 : 1 for a full one.
    private static Value ScoreHead(GraphBuilder builder, Value evidence)
    {
        float[,] weights = new float[6, 9];
        float[] biases = new float[6];
        for (int size = 0; size < 3; size++)
        {
            for (int label = 0; label < 2; label++)
            {
                int row = (2 * size) + label, sign = label == 1 ? 1 : -1;
                (weights[row, 3 * size], weights[row, (3 * size) + 1], weights[row, (3 * size) + 2]) = (8 * sign, -16 * sign, -12 * sign);
                biases[row] = -5 * sign;
            }
        }
        return Pointwise(builder, "scores/conv", evidence, [.. weights.Cast<float>()], 6, biases);
    }

    // The vest's middle moves the box; how full the window is grows it: area goes with the square of the height, so by half of that.
    private static Value BoxHead(GraphBuilder builder, Value windows)
    {
        float[,] weights = new float[12, 12];
        float[] biases = new float[12];
        for (int size = 0; size < 3; size++)
        {
            float height = Heights[size], one = 1 / VestCells(height);
            int ty = 4 * size, tx = ty + 1, th = ty + 2, tw = ty + 3;
            weights[ty, Channel(size, Measure.MomentY)] = CentreScale * Cell * one / height;
            weights[tx, Channel(size, Measure.MomentX)] = CentreScale * Cell * one / (Figure.Width * height);
            weights[ty, Channel(size, Measure.Inside)] = CentreScale * MiddleBelowVest / 2 * one;
            biases[ty] = -CentreScale * MiddleBelowVest / 2;
            weights[th, Channel(size, Measure.Inside)] = weights[tw, Channel(size, Measure.Inside)] = SizeScale / 2 * one;
            biases[th] = biases[tw] = -SizeScale / 2;
        }
        return Pointwise(builder, "boxes/conv", windows, [.. weights.Cast<float>()], 12, biases);
    }

    // [cy, cx, h, w] in fractions: rows + columns + sizes by broadcasting, since the grid written out would outweigh the network.
    private static Value PriorGrid(GraphBuilder builder)
    {
        float[] rows = [.. Enumerable.Range(0, Rows).SelectMany(row => new[] { ((row * GridStep) + FirstCentre) / StreetScene.Height, 0, 0, 0 })];
        float[] columns = [.. Enumerable.Range(0, Columns).SelectMany(column => new[] { 0, ((column * GridStep) + FirstCentre) / StreetScene.Width, 0, 0 })];
        float[] sizes = [.. Heights.SelectMany(height => new[]
        {
            MiddleBelowVest * height / StreetScene.Height, 0, height / StreetScene.Height, Figure.Width * height / StreetScene.Width,
        })];
        Value grid = builder.Add(
            new Add(), "priors/grid", Floats(builder, "priors/rows", [Rows, 1, 1, 4], rows), Floats(builder, "priors/columns", [1, Columns, 1, 4], columns));
        Value all = builder.Add(new Add(), "priors/sizes", grid, Floats(builder, "priors/figures", [1, 1, 3, 4], sizes));
        return builder.Add(new Reshape([Priors, 4]), "priors", all);
    }

    // From the vest's middle down to the figure's, in heights.
    private const float MiddleBelowVest = 0.5f - ((Figure.VestTop + Figure.VestBottom) / 2);

    /// <summary>Cells that a vest fills.</summary>
    private static float VestCells(float height) =>
        Figure.VestWidth * (Figure.VestBottom - Figure.VestTop - Figure.Stripe) * height * height / (Cell * Cell);

    private static int Channel(int size, Measure measure) => (4 * size) + (int)measure;

    private static Value Pointwise(GraphBuilder builder, string name, Value input, float[] weights, int outputs, float[] biases) => builder.Add(
        new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), name, input,
        Floats(builder, $"{name}/weights", [outputs, 1, 1, input.Type.Shape[3]], weights), Floats(builder, $"{name}/bias", [outputs], biases));

    private static Value Floats(GraphBuilder builder, string name, Shape shape, params float[] values) =>
        builder.Constant(Constant.Of<float>(shape, values), name);
}
