using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EdgeNet.Cli.Demo;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Commands;

/// <summary>
/// <c>edgenet demo</c>: writes a detector, reads it back and finds with it what is to be found, without any download: people on photos of the
/// user's, by the detector that ships, or figures in drawn scenes, of which it is known where they are, by one made for them.
/// </summary>
internal static class DemoCommand
{
    private const float MatchingOverlap = 0.5f;

    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder for the pictures", DefaultValueFactory = _ => "edgenet-demo" };
        var model = new Option<string?>("--model") { Description = "Where the model is written; demo.edgenet in the folder if not given" };
        var images = new Option<string?>("--images") { Description = "Folder of photos on which the pedestrian detector finds people, instead of the drawn scenes" };
        var command = new Command("demo", "Write a detector, read it back, and find figures in drawn street scenes, or people on photos of yours.") { output, model, images };
        command.SetAction(result => Run(
            result.GetRequiredValue(output), result.GetValue(model), result.GetValue(images), result.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>A picture to run on; where it is drawn, so that it is known what must be found, with its boxes.</summary>
    private sealed record Sample(string Name, Func<Image> Load, IReadOnlyList<Box>? Expected);

    private static int Run(string folder, string? modelPath, string? pictureFolder, TextWriter output)
    {
        Directory.CreateDirectory(folder);
        modelPath ??= Path.Combine(folder, "demo.edgenet");
        output.WriteLine(pictureFolder is null
            ? "A small network whose weights were set by hand to find orange vests; with --images DIR, a trained one finds people on photos."
            : "The pedestrian detector that ships; firmware-samples/models says how it was trained.");

        Graph graph = pictureFolder is null ? DemoNetwork.Build() : PedestrianDetector();
        if (Path.GetDirectoryName(modelPath) is { Length: > 0 } parent) Directory.CreateDirectory(parent);
        ModelFile.Save(modelPath, graph);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{modelPath}: {new FileInfo(modelPath).Length} bytes with everything needed to run; its weights as fp32: {RawBytes(graph)} bytes"));
        output.WriteLine();

        using var session = new InferenceSession(modelPath);
        var detector = new PictureModel(session);
        // The first run compiles; it is not what the board will do.
        detector.Detect(new Image(detector.InputWidth, detector.InputHeight, 3));

        Sample[] samples = pictureFolder is null ? Scenes(folder) : Pictures(pictureFolder);
        int width = samples.Max(sample => sample.Name.Length);
        output.WriteLine($"{"picture".PadRight(width)}  found  expected       ms");
        bool allRight = true;
        foreach (Sample sample in samples)
        {
            Image image = sample.Load();
            long start = Stopwatch.GetTimestamp();
            Detection[] found = detector.Detect(image);
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            bool right = sample.Expected is null || AreSame(found, sample.Expected);
            allRight &= right;
            string expected = sample.Expected?.Count.ToString(CultureInfo.InvariantCulture) ?? "-";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{sample.Name.PadRight(width)}  {found.Length,5}  {expected,8}  {milliseconds,7:F2}{(right ? "" : "  the boxes differ")}"));

            Image drawn = InColour(image);
            Drawing.Detections(drawn, found, detector.Labels);
            ImageFile.Save(Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(sample.Name)}-boxes.png"), drawn);
        }

        output.WriteLine();
        output.WriteLine((pictureFolder is null, allRight) switch
        {
            (false, _) => $"The pictures with their boxes are in {folder}.",
            (true, true) => $"Every figure was found and nothing else (overlap of {MatchingOverlap:P0} or more). The pictures are in {folder}.",
            (true, false) => $"What was found differs from what was drawn: the installation is not sound. The pictures are in {folder}.",
        });
        return allRight ? 0 : 1;
    }

    private static Sample[] Scenes(string folder) => [.. Enumerable.Range(1, StreetScene.Count).Select(number =>
    {
        StreetScene scene = StreetScene.Draw(number);
        string name = string.Create(CultureInfo.InvariantCulture, $"scene-{number}.png"), path = Path.Combine(folder, name);
        ImageFile.Save(path, scene.Image);
        return new Sample(name, () => ImageFile.Load(path), scene.Figures);
    })];

    private static Sample[] Pictures(string folder)
    {
        string[] paths = PictureFolder.Pictures(folder);
        return paths.Length > 0
            ? [.. paths.Select(path => new Sample(Path.GetFileName(path), () => ImageFile.Load(path), null))]
            : throw new DatasetException($"{folder}: no pictures (.jpg, .png, .bmp, .ppm, .pgm) inside");
    }

    private static Graph PedestrianDetector()
    {
        using Stream file = typeof(DemoCommand).Assembly.GetManifestResourceStream("pedestrian.onnx")!;
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return OnnxImporter.Read(bytes);
    }

    /// <summary>Bytes that a network's constants would take as plain 32-bit floats.</summary>
    private static long RawBytes(Graph graph) => graph.Constants.Sum(constant => 4L * constant.Type.Shape.ElementCount);

    /// <summary>Whether each expected box is found once, and nothing else is.</summary>
    private static bool AreSame(Detection[] found, IReadOnlyList<Box> expected) =>
        found.Length == expected.Count
        && expected.All(box => found.Count(detection => detection.Box.IntersectionOverUnion(box) >= MatchingOverlap) == 1);

    private static Image InColour(Image image) =>
        image.Channels == 3 ? image : new Image(image.Width, image.Height, 3, [.. image.Pixels.SelectMany(grey => new[] { grey, grey, grey })]);
}
