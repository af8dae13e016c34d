using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A network that can be trained from nothing, under the name by which it is asked for.</summary>
public sealed class Architecture
{
    private readonly Func<ArchitectureSettings, LayerBuilder, Graph> _build;

    private Architecture(string name, string description, int minimumSide, ArchitectureSettings defaults, Func<ArchitectureSettings, LayerBuilder, Graph> build)
    {
        Name = name;
        Description = description;
        MinimumSide = minimumSide;
        Defaults = defaults;
        _build = build;
    }

    /// <summary>All of them.</summary>
    public static ImmutableArray<Architecture> All { get; } =
    [
        new("lenet-300-100", "two hidden layers of 300 and 100 (LeCun et al. 1998), for digits", 1, LeNet.Digits, LeNet.Build300100),
        new("lenet-5", "Caffe's LeNet: two convolutions and two fully connected layers, for digits", LeNet.MinimumSide, LeNet.Digits, LeNet.Build5),
        new("resnet-20", "residual network of 20 layers (He et al. 2015, section 4.2), for pictures of 32 × 32", 4, ResNet20.Defaults, ResNet20.Build),
        new("mobilenet-v1", "depthwise separable convolutions (Howard et al. 2017)", 32, MobileNetV1.Defaults, MobileNetV1.Build),
        new("mobilenet-v2", "inverted residuals with linear bottlenecks (Sandler et al. 2018)", 32, MobileNetV2.Defaults, MobileNetV2.Build),
        new("ssd-mobilenet-v1", "SSDLite detector (Sandler et al. 2018, section 6.2) on MobileNet v1", 32, SsdLite.Defaults, SsdLite.BuildV1),
        new("ssd-mobilenet-v2", "SSDLite detector on MobileNet v2", 32, SsdLite.Defaults, SsdLite.BuildV2),
        new("ssd-mobilenet-v1-people", "SSDLite on MobileNet v1 of half the width, with tall boxes and a finer map, for standing people", 32, SsdLite.People, SsdLite.BuildV1),
    ];

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public string Description { get; }

    /// <summary>The fewest pixels that its input may be wide or high.</summary>
    public int MinimumSide { get; }

    /// <summary>The settings that its paper has, or the usual ones.</summary>
    public ArchitectureSettings Defaults { get; }

    /// <summary>The architecture of this name.</summary>
    /// <exception cref="ArchitectureException">There is none; the message lists those there are.</exception>
    public static Architecture Named(string name) => All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new ArchitectureException($"architecture '{name}' is unknown; expected {string.Join(", ", All.Select(architecture => architecture.Name))}");

    /// <summary>Builds it, with weights drawn from the seed.</summary>
    /// <exception cref="ArchitectureException">The settings make no sense for it.</exception>
    public UntrainedNetwork Build(ArchitectureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(settings);
        var layers = new LayerBuilder(settings);
        try
        {
            Graph graph = _build(settings, layers);
            string[] provenance =
                [$"{Name}, width {settings.WidthMultiplier}, input {settings.Height} × {settings.Width} × {settings.Channels}, {settings.Classes} classes; initialised from seed {settings.Seed}"];
            return new UntrainedNetwork(graph.WithCard(graph.Card with { Name = Name, Labels = settings.Labels, Provenance = [.. provenance] }), layers.Dropout);
        }
        catch (ArchitectureException e)
        {
            throw Wrong(e.Message);
        }
        // An input of absurd size, or a multiplier that makes absurd layers of it.
        catch (ShapeException e)
        {
            throw new ArchitectureException($"{Name}: a layer is larger than a tensor may be; choose a smaller input or width multiplier ({e.Message})", e);
        }
    }

    private void Check(ArchitectureSettings settings)
    {
        if (settings.Width < MinimumSide || settings.Height < MinimumSide)
            throw Wrong($"an input of {settings.Height} × {settings.Width} pixels is too small; expected at least {MinimumSide} × {MinimumSide}");
        if (settings.Channels is not (1 or 3)) throw Wrong($"{settings.Channels} channels; expected 1 (grey) or 3 (colour)");
        if (settings.Classes < 2)
            throw Wrong($"{settings.Classes} classes; expected at least 2 (a detector's background is one of them)");
        if (settings.Labels is { } labels && (labels.IsDefault || labels.Length != settings.Classes))
            throw Wrong($"{(labels.IsDefault ? 0 : labels.Length)} labels for {settings.Classes} classes; expected one each");
        if (!(settings.WidthMultiplier is > 0 and <= 16)) throw Wrong($"width multiplier {settings.WidthMultiplier}; expected above 0, at most 16");
        if (!(settings.Dropout is >= 0 and < 1)) throw Wrong($"dropout of {settings.Dropout}; expected 0 up to, not including, 1");
    }

    private ArchitectureException Wrong(string message) => new($"{Name}: {message}");
}
