using System.Globalization;
using EdgeNet.Device;
using EdgeNet.Device.Bench;
using EdgeNet.Kernels;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

return Program.Run(args, Console.Out, Console.Error);

/// <summary>
/// The <c>edgenet-device</c> program for boards. Data goes to standard output, messages to standard error. Exit codes: 0 success,
/// 1 failure at work, 2 wrong usage, 130 interrupted.
/// </summary>
internal static partial class Program
{
    private const string Help = """
        edgenet-device: runs .edgenet models on pictures.

          edgenet-device run MODEL PICTURE [--top K] [--threads N]
              the best classes (5 by default), a line each: score, index, label
          edgenet-device detect MODEL PICTURE [--threshold SCORE] [--out FILE.png] [--threads N]
              boxes, a line each: score, xmin, ymin, xmax, ymax, index, label; FILE.png gets the picture with them
          edgenet-device bench MODEL [--threads N] [--runs N] [--json]
              time of each layer, multiply-adds a second and their share of the processor's peak, on random inputs; one thread by default
          edgenet-device bench MODEL --rounds [--threads N]
              for comparisons: each line 'WARMUP_MS RUNS' on standard input is answered with a JSON array of so many times in ms
          edgenet-device selftest [--full] [--verbose]
              what to run first on a new board: every convolution kernel of this processor against the reference, then whole models against what
              they gave elsewhere; --full takes ten times as many shapes, --verbose names each before it is computed
          edgenet-device info [--json]
              version, machine, processor features, kernels in the order in which they are chosen
          edgenet-device --help

        EDGENET_KERNEL=NAME[,NAME] in the environment forces convolution kernels by their names or parts of them; scalar is the reference.

        Exit codes: 0 success, 1 failure at work, 2 wrong usage.
        """;

    /// <summary>Runs one command line and gives its exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            return Dispatch(args, output, error);
        }
        catch (UsageException e)
        {
            return Complain($"{e.Message} (see: edgenet-device --help)", 2);
        }
        catch (Exception e) when (e is ModelException or KernelChoiceException or ImageFormatException or IOException)
        {
            return Complain(e.Message, 1);
        }

        int Complain(string message, int exitCode)
        {
            error.WriteLine($"edgenet-device: {message.ReplaceLineEndings(" ")}");
            return exitCode;
        }
    }

    private static int Dispatch(string[] args, TextWriter output, TextWriter error)
    {
        if (args.Length == 0) throw new UsageException("expected a command: run, detect, bench, selftest or info");
        ReadOnlySpan<string> rest = args.AsSpan(1);
        if (args.Contains("--help") || args[0] is "-h" or "help")
        {
            output.WriteLine(Help);
            return 0;
        }

        // A forced kernel that there is not is said at once, whatever the command.
        _ = KernelChoice.PointwiseF32();
        switch (args[0])
        {
            case "run":
                Classify(new Arguments(rest, ["MODEL", "PICTURE"], ["--top", "--threads"]), output);
                return 0;
            case "detect":
                Detect(new Arguments(rest, ["MODEL", "PICTURE"], ["--threshold", "--out", "--threads"]), output);
                return 0;
            case "bench":
                Bench(new Arguments(rest, ["MODEL"], ["--threads", "--runs"], "--json", "--rounds"), output, error);
                return 0;
            case "selftest":
                var arguments = new Arguments(rest, [], [], "--full", "--verbose");
                return new SelfTest(output) { Full = arguments.Has("--full"), Verbose = arguments.Has("--verbose") }.Run() ? 0 : 1;
            case "info":
                if (new Arguments(rest, [], [], "--json").Has("--json")) Information.WriteJson(output, Version);
                else Information.Write(output, Version);
                return 0;
            case "--version":
                output.WriteLine(Version);
                return 0;
            default:
                throw new UsageException($"unknown command '{args[0]}'; expected run, detect, bench, selftest or info");
        }
    }

    private static void Classify(Arguments arguments, TextWriter output)
    {
        using InferenceSession session = Open(arguments);
        var model = new PictureModel(session);
        if (model.IsDetector) throw new UsageException($"{arguments[0]} finds boxes: edgenet-device detect shows them");
        foreach (Classification one in model.Classify(Access(arguments[1], ImageFile.Load), arguments.Count("--top", 5)))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Score:0.0000}  {one.Index}  {one.Label}"));
    }

    private static void Detect(Arguments arguments, TextWriter output)
    {
        using InferenceSession session = Open(arguments);
        var model = new PictureModel(session);
        Image image = Access(arguments[1], ImageFile.Load);
        Detection[] detections = model.Detect(image, arguments.Number("--threshold"));
        if (arguments.Text("--out") is { } annotated)
        {
            Drawing.Detections(image, detections, model.Labels, scale: Math.Max(1, Math.Min(image.Width, image.Height) / 400));
            Access(annotated, path =>
            {
                ImageFile.Save(path, image);
                return path;
            });
        }
        foreach (Detection found in detections)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{found.Score:0.0000}  {found.Box.XMin:0.0} {found.Box.YMin:0.0} {found.Box.XMax:0.0} {found.Box.YMax:0.0}  {found.Label}  {model.LabelOf(found.Label)}"));
        }
    }

    private static void Bench(Arguments arguments, TextWriter output, TextWriter error)
    {
        if (arguments.Has("--rounds") && (arguments.Has("--json") || arguments.Text("--runs") is not null))
            throw new UsageException("--rounds takes its numbers of runs from standard input, and answers in JSON");
        using InferenceSession session = Open(arguments, threads: 1);
        RandomInputs.Fill(session);
        if (arguments.Has("--rounds"))
        {
            Rounds.Answer(session, Console.In, output);
            return;
        }
        var report = LayerReport.Measure(session, arguments.Count("--threads", 1), arguments.Count("--runs", 100), error);
        if (arguments.Has("--json")) report.WriteJson(output);
        else report.WriteTable(output);
    }

    private static InferenceSession Open(Arguments arguments) => Open(arguments, Environment.ProcessorCount);

    private static InferenceSession Open(Arguments arguments, int threads)
    {
        var options = new SessionOptions { Threads = arguments.Count("--threads", threads) };
        return new InferenceSession(Access(arguments[0], ModelFile.Load), options);
    }

    /// <summary>Reads or writes a file; why that fails is told here, as the framework's own texts are not in the native binary.</summary>
    private static T Access<T>(string path, Func<string, T> access)
    {
        try
        {
            return access(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e switch
            {
                FileNotFoundException => "no such file",
                DirectoryNotFoundException => "no such folder",
                UnauthorizedAccessException => "not permitted, or a folder",
                _ => e.Message,
            };
            throw new IOException($"{path}: {reason}", e);
        }
    }
}
