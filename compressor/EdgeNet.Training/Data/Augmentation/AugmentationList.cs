using System.Globalization;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Augmentations as a line of text: names separated by commas, each with numbers after colons and, after @, how often it happens, like
/// <c>flip,crop:4,color:0.2,noise:8@0.5</c>. They happen in the order of the line.
/// </summary>
public static class AugmentationList
{
    private static readonly Parameter Quality = new("QUALITY", 90, 1, 100);

    private static readonly Kind[] Kinds =
    [
        new("flip", 0.5f, [], (_, _) => new Flip()),
        new("vflip", 0.5f, [], (_, _) => new Flip(Vertical: true)),
        new("crop", 1, [new("PADDING", 4, 0, 4096)], (a, _) => new RandomCrop((int)a[0])),
        new("resizedcrop", 1, [new("MINAREA", 0.08f, 0.001f, 1), new("MAXAREA", 1, 0.001f, 1)], (a, _) => new RandomResizedCrop((int)a[^2], (int)a[^1], a[0], a[1])),
        new("resize", 1, [], (a, _) => new ResizeTo((int)a[^2], (int)a[^1])),
        new("ssdcrop", 1, [new("MINSIDE", 0.3f, 0.05f, 1)], (a, _) => new SsdCrop(a[0])),
        new("zoomout", 0.5f, [new("FACTOR", 4, 1, 32)], (a, _) => new ZoomOut(a[0])),
        new("scale", 1, [new("MIN", 0.8f, 0.1f, 10), new("MAX", 1.25f, 0.1f, 10)], (a, _) => new RandomScale(a[0], a[1])),
        new("rotate", 1, [new("DEGREES", 8, 0, 180)], (a, _) => new RandomRotation(a[0])),
        new("color", 1, [new("BRIGHTNESS", 0.2f, 0, 1), new("CONTRAST", float.NaN, 0, 1), new("SATURATION", float.NaN, 0, 1), new("HUE", 0, 0, 0.5f)], (a, _) => new ColorJitter(a[0], OrFirst(a, 1), OrFirst(a, 2), a[3])),
        new("grey", 0.1f, [], (_, _) => new Greyscale()),
        new("noise", 1, [new("READ", 8, 0, 255), new("SHOT", 0, 0, 255)], (a, _) => new SensorNoise(a[0], a[1])),
        new("blur", 0.3f, [new("SIGMA", 1.5f, 0, 8)], (a, _) => new GaussianBlur(a[0])),
        new("motion", 0.3f, [new("LENGTH", 7, 0, 64)], (a, _) => new MotionBlur(a[0])),
        new("erosion", 0.1f, [new("RADIUS", 1, 1, 8)], (a, _) => new Erosion((int)a[0])),
        new("jpeg", 0.5f, [Quality with { Name = "MINQUALITY", Default = 30 }, Quality with { Name = "MAXQUALITY" }], (a, _) => new JpegLoss((int)a[0], (int)a[1])),
        new("paste", 1, [new("MINCOUNT", 1, 0, 255), new("MAXCOUNT", 3, 0, 255), new("MINHEIGHT", 0.15f, 0.01f, 4), new("MAXHEIGHT", 0.8f, 0.01f, 4)], (a, objects) => new PasteObjects(objects, (int)a[0], (int)a[1], a[2], a[3])),
        new("lowlight", 0.3f, [new("DARKEST", 0.3f, 0.01f, 1), new("NOISE", 10, 0, 255)], (a, _) => new LowLight(a[0], a[1])),
    ];

    /// <summary>What may stand in a list, one a line, with the numbers that are used where none are given.</summary>
    public static IReadOnlyList<string> Usage => [.. Kinds.Select(kind => kind.Usage)];

    /// <summary>Reads a list.</summary>
    /// <param name="text">The list; empty for no augmentation.</param>
    /// <param name="width">Width of the network's input in pixels, which <c>resize</c> and <c>resizedcrop</c> make.</param>
    /// <param name="height">Its height.</param>
    /// <param name="problems">Told of <c>jpeg</c> where libturbojpeg is not installed; it is left out then.</param>
    /// <param name="objects">What <c>paste</c> pastes.</param>
    /// <exception cref="FormatException">A name or number is wrong, or there is nothing to paste; the message says what there is.</exception>
    public static IReadOnlyList<IAugmentation> Parse(
        string text, int width, int height, DataProblems? problems = null, IReadOnlyList<ObjectCutout>? objects = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<IAugmentation> list = [];
        foreach (string step in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            IAugmentation augmentation = ParseStep(step, width, height, objects ?? []);
            if (augmentation is JpegLoss or Sometimes { Augmentation: JpegLoss } && !JpegFile.IsAvailable)
                problems?.Skipped($"augmentation '{step}'", "libturbojpeg is not installed, so pictures do not get JPEG's losses; run: apt-get install -y libturbojpeg0");
            else
                list.Add(augmentation);
        }
        return list;
    }

    private static IAugmentation ParseStep(string step, int width, int height, IReadOnlyList<ObjectCutout> objects)
    {
        string[] halves = step.Split('@'), words = halves[0].Split(':');
        Kind kind = Kinds.FirstOrDefault(kind => kind.Name == words[0])
            ?? throw new FormatException($"augmentation '{step}': there is no '{words[0]}'; expected {string.Join(", ", Kinds.Select(kind => kind.Name))}");
        if (words.Length - 1 > kind.Parameters.Length || halves.Length > 2)
            throw new FormatException($"augmentation '{step}': too many numbers; expected {kind.Usage}");
        float[] numbers =
        [
            .. kind.Parameters.Select((parameter, i) => i + 1 < words.Length ? Number(words[i + 1], parameter.Name, parameter.Minimum, parameter.Maximum) : parameter.Default),
            width, height,
        ];
        for (int i = 1; i < kind.Parameters.Length; i++)
        {
            if (kind.Parameters[i].Name == kind.Parameters[i - 1].Name.Replace("MIN", "MAX", StringComparison.Ordinal) && numbers[i - 1] > numbers[i])
                throw new FormatException($"augmentation '{step}': {kind.Parameters[i - 1].Name} is above {kind.Parameters[i].Name}; expected {kind.Usage}");
        }
        if (kind.Name == "paste" && objects.Count == 0)
            throw new FormatException($"augmentation '{step}': there are no objects to paste; expected pictures with instance masks to cut them from");
        float probability = halves.Length == 2 ? Number(halves[1], "the probability", 0, 1) : kind.Probability;
        IAugmentation augmentation = kind.Make(numbers, objects);
        return probability < 1 ? new Sometimes(augmentation, probability) : augmentation;

        float Number(string word, string name, float minimum, float maximum) =>
            float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && number >= minimum && number <= maximum
                ? number
                : throw new FormatException($"augmentation '{step}': {name} is '{word}'; expected {Text(minimum)} to {Text(maximum)} in {kind.Usage}");
    }

    private static float OrFirst(float[] numbers, int place) => float.IsNaN(numbers[place]) ? numbers[0] : numbers[place];

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Parameter(string Name, float Default, float Minimum, float Maximum);

    private sealed record Kind(string Name, float Probability, Parameter[] Parameters, Func<float[], IReadOnlyList<ObjectCutout>, IAugmentation> Make)
    {
        public string Usage
        {
            get
            {
                IEnumerable<string> defaults = Parameters.Select(parameter => float.IsNaN(parameter.Default) ? $"{parameter.Name} as {Parameters[0].Name}" : $"{parameter.Name} {Text(parameter.Default)}");
                return string.Concat(Parameters.Select(parameter => $"[:{parameter.Name}").Prepend(Name)) + new string(']', Parameters.Length)
                    + $"[@PROBABILITY] ({string.Join(", ", defaults.Append($"probability {Text(Probability)}"))})";
            }
        }
    }
}
