using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// The priors of maps on an input that need not be square: TensorFlow Object Detection's multiple_grid_anchor_generator, in which scales
/// are fractions of the shorter side and ratios hold in pixels.
/// </summary>
internal sealed class PriorGrid
{
    // TensorFlow's reduce_boxes_in_lowest_layer.
    private const double FirstSquare = 0.1;

    private readonly PriorSettings _settings;
    private readonly (int Rows, int Columns)[] _maps;
    private readonly int _width;
    private readonly int _height;

    /// <param name="settings">Scales and ratios.</param>
    /// <param name="maps">Size of each map, finest first.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <exception cref="ArchitectureException">The settings make no sense.</exception>
    public PriorGrid(PriorSettings settings, (int Rows, int Columns)[] maps, int width, int height)
    {
        (_settings, _maps, _width, _height) = (settings, maps, width, height);
        if (settings.Scales.Count > 0 && settings.Scales.Count != maps.Length)
            throw Wrong($"{settings.Scales.Count} scales for {maps.Length} feature maps; expected one each");
        float[] scales = [settings.MinScale, settings.MaxScale, .. settings.Scales];
        if (scales.Any(scale => !float.IsFinite(scale) || scale <= 0))
            throw Wrong($"scales {string.Join(", ", scales)}; expected numbers above 0");
        if (settings.AspectRatios.Any(ratio => !float.IsFinite(ratio) || ratio <= 0)) throw Wrong($"aspect ratios {settings.AspectRatios}; expected numbers above 0");
        if (!(settings.BetweenAspectRatio >= 0 && float.IsFinite(settings.BetweenAspectRatio)))
            throw Wrong($"aspect ratio {settings.BetweenAspectRatio} of the box between scales; expected above 0, or 0 for none");
        if (settings.AspectRatios.Count == 0 && settings.BetweenAspectRatio == 0) throw Wrong("no aspect ratio; expected at least one");
    }

    /// <summary>How many priors each cell of a map has.</summary>
    public int BoxesPerCell(int map) => Shapes(map).Count;

    /// <summary>[priors, 4] as [cy, cx, h, w] in fractions of the input; by map, row, column, box.</summary>
    public Constant Priors()
    {
        List<float> priors = [];
        for (int map = 0; map < _maps.Length; map++)
        {
            (int rows, int columns) = _maps[map];
            List<(double Height, double Width)> shapes = Shapes(map);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    foreach ((double height, double width) in shapes)
                        priors.AddRange([(float)((row + 0.5) / rows), (float)((column + 0.5) / columns), (float)height, (float)width]);
                }
            }
        }
        return Constant.Of<float>([priors.Count / 4, 4], priors.ToArray());
    }

    private List<(double Height, double Width)> Shapes(int map)
    {
        double scale = Scale(map), shorter = Math.Min(_width, _height);
        if (map == 0 && _settings.FewerInFirstMap) return [Shape(FirstSquare, 1), Shape(scale, 2), Shape(scale, 0.5f)];
        List<(double, double)> shapes = [.. _settings.AspectRatios.Select(ratio => Shape(scale, ratio))];
        double next = map + 1 < _maps.Length ? Scale(map + 1) : 1;
        if (_settings.BetweenAspectRatio > 0) shapes.Add(Shape(Math.Sqrt(scale * next), _settings.BetweenAspectRatio));
        return shapes;

        (double Height, double Width) Shape(double size, float ratio) =>
            (size / Math.Sqrt(ratio) * shorter / _height, size * Math.Sqrt(ratio) * shorter / _width);
    }

    private double Scale(int map)
    {
        if (_settings.Scales.Count > 0) return _settings.Scales[map];
        double step = _maps.Length == 1 ? 0 : ((double)_settings.MaxScale - _settings.MinScale) / (_maps.Length - 1);
        return _settings.MinScale + (step * map);
    }

    private static ArchitectureException Wrong(string message) => new($"priors: {message}");
}
