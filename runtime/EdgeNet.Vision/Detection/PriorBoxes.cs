namespace EdgeNet.Vision;

/// <summary>The boxes that SSD-style detectors correct, as fractions of the input picture.</summary>
public static class PriorBoxes
{
    /// <summary>The aspect ratios of TensorFlow's SSD configurations, as written there.</summary>
    public static IReadOnlyList<float> TensorFlowAspectRatios { get; } = [1f, 2f, 0.5f, 3f, 0.3333f];

    /// <summary>
    /// The default boxes of the SSD paper (Liu et al., ECCV 2016, section 2.2): layer k of m has scale
    /// s_k = min + (max − min)(k − 1) ⁄ (m − 1), for each ratio a box (s·√a, s ⁄ √a), and last a square of √(s_k · s_(k+1)).
    /// </summary>
    /// <param name="gridSizes">Side of each layer's square grid, first layer first.</param>
    /// <param name="aspectRatios">Ratios width ⁄ height of each layer, in the order wanted; {1, 2, ½} gives the paper's four boxes, {1, 2, ½, 3, ⅓} its six.</param>
    /// <param name="minScale">s_1.</param>
    /// <param name="maxScale">s_m.</param>
    /// <returns>[cells of all layers × boxes, 4] as [cy, cx, h, w], by layer, row, column, box.</returns>
    /// <exception cref="ArgumentException">No layer, a grid or ratio not above 0, or not one list of ratios per layer.</exception>
    public static float[] SsdPaper(
        IReadOnlyList<int> gridSizes, IReadOnlyList<IReadOnlyList<float>> aspectRatios, float minScale = 0.2f, float maxScale = 0.9f)
    {
        CheckGrids(gridSizes);
        ArgumentNullException.ThrowIfNull(aspectRatios);
        if (aspectRatios.Count != gridSizes.Count)
            throw new ArgumentException($"{aspectRatios.Count} lists of ratios for {gridSizes.Count} layers; expected one each.", nameof(aspectRatios));

        List<float> boxes = [];
        for (int layer = 0; layer < gridSizes.Count; layer++)
        {
            double scale = Scale(minScale, maxScale, layer, gridSizes.Count);
            double nextScale = Scale(minScale, maxScale, layer + 1, gridSizes.Count);
            List<(double Height, double Width)> shapes = Shapes(scale, aspectRatios[layer]);
            double between = Math.Sqrt(scale * nextScale);
            shapes.Add((between, between));
            AddGrid(boxes, gridSizes[layer], shapes);
        }

        return [.. boxes];
    }

    /// <summary>
    /// The anchors of TensorFlow Object Detection's ssd_anchor_generator (multiple_grid_anchor_generator.py) for a square input: per layer one
    /// box for each ratio, then a square between this layer's scale and the next (1 after the last).
    /// </summary>
    /// <param name="gridSizes">Side of each layer's square grid; 19, 10, 5, 3, 2, 1 for 300×300 gives 1917 anchors.</param>
    /// <param name="aspectRatios">Ratios width ⁄ height; null for <see cref="TensorFlowAspectRatios"/>.</param>
    /// <param name="minScale">Scale of the first layer.</param>
    /// <param name="maxScale">Scale of the last layer.</param>
    /// <param name="reduceBoxesInLowestLayer">Three boxes in the first layer: a square of 0.1, then ratios 2 and ½.</param>
    /// <returns>[anchors, 4] as [cy, cx, h, w], by layer, row, column, box.</returns>
    /// <exception cref="ArgumentException">No layer, or a grid or ratio not above 0.</exception>
    public static float[] TensorFlow(
        IReadOnlyList<int> gridSizes, IReadOnlyList<float>? aspectRatios = null,
        float minScale = 0.2f, float maxScale = 0.95f, bool reduceBoxesInLowestLayer = true)
    {
        CheckGrids(gridSizes);
        List<float> boxes = [];
        for (int layer = 0; layer < gridSizes.Count; layer++)
        {
            double scale = Scale(minScale, maxScale, layer, gridSizes.Count);
            List<(double Height, double Width)> shapes;
            if (layer == 0 && reduceBoxesInLowestLayer)
            {
                shapes = [(0.1, 0.1), .. Shapes(scale, [2f, 0.5f])];
            }
            else
            {
                double nextScale = layer + 1 < gridSizes.Count ? Scale(minScale, maxScale, layer + 1, gridSizes.Count) : 1;
                double between = Math.Sqrt(scale * nextScale);
                shapes = [.. Shapes(scale, aspectRatios ?? TensorFlowAspectRatios), (between, between)];
            }

            AddGrid(boxes, gridSizes[layer], shapes);
        }

        return [.. boxes];
    }

    /// <summary>The boxes of one PriorBox layer of Caffe-SSD (prior_box_layer.cpp).</summary>
    /// <param name="settings">The layer's parameters.</param>
    /// <param name="layerWidth">Columns of the feature map.</param>
    /// <param name="layerHeight">Rows of the feature map.</param>
    /// <param name="imageWidth">Pixels of the network's input.</param>
    /// <param name="imageHeight">Pixels of the network's input.</param>
    /// <returns>[layerHeight × layerWidth × boxes, 4] as [xmin, ymin, xmax, ymax]; per cell and min size: the square, the square to max size, the ratios.</returns>
    /// <exception cref="ArgumentException">A size or ratio is not above 0, or max sizes do not pair with min sizes.</exception>
    public static float[] Caffe(CaffePriorBoxSettings settings, int layerWidth, int layerHeight, int imageWidth, int imageHeight)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(layerWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layerHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageHeight, 1);
        List<(float Width, float Height)> shapes = CaffeShapes(settings);

        float stepX = settings.StepX > 0 ? settings.StepX : (float)imageWidth / layerWidth;
        float stepY = settings.StepY > 0 ? settings.StepY : (float)imageHeight / layerHeight;
        List<float> boxes = [];
        for (int row = 0; row < layerHeight; row++)
        {
            for (int column = 0; column < layerWidth; column++)
            {
                float x = (column + settings.Offset) * stepX;
                float y = (row + settings.Offset) * stepY;
                foreach ((float width, float height) in shapes)
                {
                    Box box = Box.FromCentre(x, y, width, height).Scaled(1f / imageWidth, 1f / imageHeight);
                    box = settings.Clip ? box.ClippedTo(1, 1) : box;
                    boxes.AddRange([box.XMin, box.YMin, box.XMax, box.YMax]);
                }
            }
        }

        return [.. boxes];
    }

    private static List<(float Width, float Height)> CaffeShapes(CaffePriorBoxSettings settings)
    {
        if (settings.MinSizes.Count == 0 || settings.MinSizes.Any(size => !(size > 0)))
            throw new ArgumentException("Expected one or more min sizes above 0.", nameof(settings));
        if (settings.MaxSizes.Count > 0 && settings.MaxSizes.Count != settings.MinSizes.Count)
            throw new ArgumentException($"{settings.MaxSizes.Count} max sizes for {settings.MinSizes.Count} min sizes; expected none or one each.", nameof(settings));
        CheckRatios(settings.AspectRatios);

        // Caffe keeps a list that starts with 1 and skips what is already in it.
        List<float> ratios = [1f];
        foreach (float ratio in settings.AspectRatios)
        {
            if (ratios.Exists(known => Math.Abs(known - ratio) < 1e-6f))
                continue;
            ratios.Add(ratio);
            if (settings.Flip)
                ratios.Add(1f / ratio);
        }

        List<(float Width, float Height)> shapes = [];
        for (int i = 0; i < settings.MinSizes.Count; i++)
        {
            float size = settings.MinSizes[i];
            shapes.Add((size, size));
            if (settings.MaxSizes.Count > 0)
            {
                if (!(settings.MaxSizes[i] > size))
                    throw new ArgumentException($"Max size {settings.MaxSizes[i]} is not above min size {size}.", nameof(settings));
                float between = MathF.Sqrt(size * settings.MaxSizes[i]);
                shapes.Add((between, between));
            }

            foreach (float ratio in ratios.Skip(1))
                shapes.Add((size * MathF.Sqrt(ratio), size / MathF.Sqrt(ratio)));
        }

        return shapes;
    }

    private static double Scale(float minScale, float maxScale, int layer, int layers) =>
        layers == 1 ? minScale : minScale + (((double)maxScale - minScale) * layer / (layers - 1));

    private static List<(double Height, double Width)> Shapes(double scale, IReadOnlyList<float> aspectRatios)
    {
        CheckRatios(aspectRatios);
        return [.. aspectRatios.Select(ratio => (scale / Math.Sqrt(ratio), scale * Math.Sqrt(ratio)))];
    }

    private static void AddGrid(List<float> boxes, int size, List<(double Height, double Width)> shapes)
    {
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                foreach ((double height, double width) in shapes)
                    boxes.AddRange([(float)((row + 0.5) / size), (float)((column + 0.5) / size), (float)height, (float)width]);
            }
        }
    }

    private static void CheckGrids(IReadOnlyList<int> gridSizes)
    {
        ArgumentNullException.ThrowIfNull(gridSizes);
        if (gridSizes.Count == 0 || gridSizes.Any(size => size < 1))
            throw new ArgumentException("Expected one or more grids of size 1 or above.", nameof(gridSizes));
    }

    private static void CheckRatios(IReadOnlyList<float> aspectRatios)
    {
        ArgumentNullException.ThrowIfNull(aspectRatios);
        if (aspectRatios.Any(ratio => !(ratio > 0)))
            throw new ArgumentException("Expected aspect ratios above 0.", nameof(aspectRatios));
    }
}
