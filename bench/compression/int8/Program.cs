using System.Diagnostics;
using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

// What post-training quantization costs in accuracy, and gains in bytes and time: fp32, ours, and plain per-tensor min-max beside it.
//   int8 MODEL.onnx CARD.json PICTURES [--boxes TABLE.tsv] [--rows LABELS.txt] [--class N | --label-offset N] [--calibrate-every N] [--method M] [--ablate]
// PICTURES is a folder of photos whose names begin with their class number; with --boxes photos of a table of boxes; with --rows one PNG of
// which each row is a picture, [height, width, 3], its label on that line of the file. Every N-th picture calibrates and is not measured.
if (args.Length < 3)
{
    Console.Error.WriteLine("usage: int8 MODEL.onnx CARD.json PICTURES [--boxes TSV | --rows LABELS] [--class N] [--label-offset N] [--calibrate-every N] [--method M] [--ablate]");
    return 2;
}
string? Option(string name) => Array.IndexOf(args, name) is var i and > 0 && i + 1 < args.Length ? args[i + 1] : null;
int every = int.Parse(Option("--calibrate-every") ?? "5", CultureInfo.InvariantCulture);
int label = int.Parse(Option("--class") ?? "1", CultureInfo.InvariantCulture), offset = int.Parse(Option("--label-offset") ?? "0", CultureInfo.InvariantCulture);
var method = Enum.Parse<Calibration>(Option("--method") ?? nameof(Calibration.MeanSquaredError), ignoreCase: true);

Graph graph = OnnxImporter.Load(args[0]);
graph = graph.WithCard(ModelCardJson.Read(File.ReadAllBytes(args[1])));
List<Sample> samples = Samples();
Sample[] calibration = [.. samples.Where((_, i) => i % every == 0)], measured = [.. samples.Where((_, i) => i % every != 0)];
float[][][] examples = Examples();
Console.WriteLine($"{Path.GetFileNameWithoutExtension(args[0])}: calibrated on {calibration.Length} pictures, measured on the other {measured.Length}, {(Option("--boxes") is null ? "top-1" : "AP50")}");
Console.WriteLine($"  {"",-28} {"quality",8} {"bytes",12} {"ms",8} {"of fp32",8} {"error",10}");

var plain = new Int8Step { Calibration = Calibration.MinMax, PerChannel = false, Equalize = false, CorrectBias = false, KeepShared = false, AdaptRounding = false };
Row("fp32", graph, null);
Measure("int8, per tensor, min-max", plain);
Int8Result ours = Measure("int8, ours", new Int8Step { Calibration = method });
if (args.Contains("--ablate"))
{
    foreach (Calibration other in Enum.GetValues<Calibration>()) Measure($"  ranges by {other}", new Int8Step { Calibration = other });
    Measure("  biases not corrected", new Int8Step { Calibration = method, CorrectBias = false });
    Measure("  rounded to nearest", new Int8Step { Calibration = method, AdaptRounding = false });
    Measure("  not equalized", new Int8Step { Calibration = method, Equalize = false });
    Measure("  grids not kept", new Int8Step { Calibration = method, KeepShared = false });
    Measure("  one scale for all channels", new Int8Step { Calibration = method, PerChannel = false });
}
foreach (string remark in ours.Remarks) Console.WriteLine($"  {remark}");
foreach (Int8LayerError layer in ours.Layers.OrderByDescending(layer => layer.Error).Take(3)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {layer.Layer}: error {layer.Error:G3}"));
Console.WriteLine($"  layers whose weights lay on a grid and are exact: {ours.Plan.Layers.Count(layer => ours.Plan.WeightsOf(layer).IsExact)} of {ours.Plan.Layers.Count()}; ops in int8: {ours.Plan.Graph.Nodes.Count(ours.Plan.IsInt8)} of {ours.Plan.Graph.Nodes.Length}");
return 0;

Int8Result Measure(string name, Int8Step step)
{
    long start = Stopwatch.GetTimestamp();
    Int8Result result = Int8Quantization.Run(graph, step, examples);
    Row(name, result.Graph, result.Error);
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
    return result;
}

void Row(string name, Graph model, double? error)
{
    (double milliseconds, double ratio) = Time(model);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-28} {Quality(model),8:F4} {ModelFile.Write(model).Length,12:N0} {milliseconds,8:F2} {ratio,8:F2} {error,10:G3}"));
}

double Quality(Graph model)
{
    using var session = new InferenceSession(model);
    var pictures = new PictureModel(session);
    if (!pictures.IsDetector) return (double)measured.Count(sample => pictures.Classify(sample.Load(), 1)[0].Index == sample.Label) / measured.Length;
    DetectionSample[] found = [.. measured.Select(sample => new DetectionSample([.. pictures.Detect(sample.Load(), 0.01f).Where(box => box.Label == label)], sample.Truths))];
    return DetectionMetrics.PrecisionRecall(found, label, 0.5f, MatchingRule.Voc).AveragePrecisionAllPoint();
}

// Medians of runs on one thread, each beside one of the Float32 model.
(double Milliseconds, double Ratio) Time(Graph model)
{
    var options = new SessionOptions { Threads = 1 };
    using InferenceSession reference = new(graph, options), session = new(model, options);
    examples[0][0].CopyTo(reference.Input<float>(0));
    examples[0][0].CopyTo(session.Input<float>(0));
    double[] times = new double[25], ratios = new double[25];
    for (int i = -5; i < times.Length; i++)
    {
        double before = Run(reference), now = Run(session);
        if (i >= 0) (times[i], ratios[i]) = (now, now / before);
    }
    Array.Sort(times);
    Array.Sort(ratios);
    return (times[times.Length / 2], ratios[ratios.Length / 2]);

    static double Run(InferenceSession session)
    {
        long start = Stopwatch.GetTimestamp();
        session.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

float[][][] Examples()
{
    using var session = new InferenceSession(graph);
    var model = new PictureModel(session);
    return [.. calibration.Select(sample =>
    {
        model.SetInput(sample.Load());
        return new[] { session.Input<float>(0).ToArray() };
    })];
}

List<Sample> Samples()
{
    if (Option("--rows") is { } rows)
    {
        Image sheet = ImageFile.Load(args[2]);
        int[] labels = [.. File.ReadLines(rows).Where(line => line.Length > 0).Select(line => int.Parse(line.Split('\t')[^1], CultureInfo.InvariantCulture))];
        int side = (int)Math.Sqrt(sheet.Width);
        return [.. labels.Select((answer, i) => new Sample(() => Cut(sheet, i, side), answer + offset, []))];

        static Image Cut(Image sheet, int row, int side)
        {
            var picture = new Image(side, side, 3);
            sheet.Row(row).CopyTo(picture.Pixels);
            return picture;
        }
    }
    if (Option("--boxes") is { } table)
    {
        DetectionSet set = BoxTable.Read(table, args[2], "person");
        return [.. set.Pictures.Select(picture => new Sample(picture.Load, 0, [.. picture.TruthsOn(picture.Load()).Select(truth => truth with { Label = label })]))];
    }
    return [.. Directory.GetFiles(args[2]).Order(StringComparer.Ordinal)
        .Select(path => new Sample(() => ImageFile.Load(path), int.Parse(Path.GetFileName(path)[..4], CultureInfo.InvariantCulture) + offset, []))];
}

/// <summary>A picture and what is on it.</summary>
internal sealed record Sample(Func<Image> Load, int Label, GroundTruth[] Truths);
