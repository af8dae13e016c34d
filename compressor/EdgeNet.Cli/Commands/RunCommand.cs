using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet run</c>: a model on pictures, or on raw tensors.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Command command = new("run", "Run a model on pictures (classes, or boxes and annotated pictures) or on NumPy tensors.");
        ModelArguments model = ModelArguments.AddTo(command);
        Argument<string[]> pictures = new("PICTURE") { Description = "PNG, JPEG, BMP or PPM files.", Arity = ArgumentArity.ZeroOrMore };
        Option<int> top = CountOption.Create("--top", "K", "The most classes to show.", 5);
        Option<float?> threshold = new("--threshold") { Description = "Boxes with lower scores are dropped; the card's threshold by default.", HelpName = "SCORE" };
        Option<string> folder = new("--out") { Description = "Where annotated pictures go, as PICTURE-boxes.png.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Option<string[]> tensorsIn = TensorArguments.Create();
        Option<string?> tensorsOut = new("--tensor-out") { Description = "Where outputs go, as NAME.npy; runs on --tensor-in instead of pictures.", HelpName = "DIR" };
        Option<int> threads = SessionArguments.CreateThreads();
        command.Add(pictures);
        foreach (Option option in new Option[] { top, threshold, folder, json, tensorsIn, tensorsOut, threads }) command.Add(option);
        command.SetAction(parsed =>
        {
            string[] files = parsed.GetValue(pictures) ?? [], bindings = parsed.GetValue(tensorsIn)!;
            string? tensorFolder = parsed.GetValue(tensorsOut);
            if (files.Length > 0 == (tensorFolder is not null)) throw new UsageException("expected pictures, or --tensor-in and --tensor-out, not both");
            if (tensorFolder is null && bindings.Length > 0) throw new UsageException("--tensor-in needs --tensor-out DIR");

            using InferenceSession session = SessionArguments.Open(model.Load(parsed), parsed.GetValue(threads));
            if (tensorFolder is not null)
            {
                RunTensors(session, bindings, tensorFolder);
                return ExitCode.Success;
            }

            var picture = new PictureModel(session);
            var results = new List<object>();
            TextWriter output = parsed.InvocationConfiguration.Output;
            foreach (string file in files)
            {
                results.Add(picture.IsDetector
                    ? Detect(picture, file, parsed.GetValue(threshold), parsed.GetValue(folder)!, parsed.GetValue(json) ? TextWriter.Null : output)
                    : Classify(picture, file, parsed.GetValue(top), parsed.GetValue(json) ? TextWriter.Null : output));
            }
            if (parsed.GetValue(json)) output.WriteLine(JsonSerializer.Serialize(results, ModelCardFile.Json));
            return ExitCode.Success;
        });
        return command;
    }

    private static object Classify(PictureModel model, string file, int top, TextWriter text)
    {
        Classification[] classes = model.Classify(ImageFile.Load(file), top);
        text.WriteLine(file);
        foreach (Classification one in classes) text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {one.Score:0.0000}  {one.Index}  {one.Label}"));
        return new { Picture = file, Classes = classes };
    }

    private static object Detect(PictureModel model, string file, float? threshold, string folder, TextWriter text)
    {
        Image image = ImageFile.Load(file);
        Detection[] detections = model.Detect(image, threshold);
        Drawing.Detections(image, detections, model.Labels, scale: Math.Max(1, Math.Min(image.Width, image.Height) / 400));
        Directory.CreateDirectory(folder);
        string annotated = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(file)}-boxes.png");
        ImageFile.Save(annotated, image);

        text.WriteLine($"{file}: {detections.Length} boxes, drawn in {annotated}");
        foreach (Detection found in detections)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {found.Score:0.0000}  {found.Box.XMin:0.0} {found.Box.YMin:0.0} {found.Box.XMax:0.0} {found.Box.YMax:0.0}  {found.Label}  {model.LabelOf(found.Label)}"));
        }
        return new
        {
            Picture = file,
            Annotated = annotated,
            Boxes = detections.Select(found => new
            {
                Index = found.Label,
                Label = model.LabelOf(found.Label),
                found.Score,
                found.Box.XMin,
                found.Box.YMin,
                found.Box.XMax,
                found.Box.YMax,
            }),
        };
    }

    private static void RunTensors(InferenceSession session, string[] bindings, string folder)
    {
        Dictionary<string, string> files = SessionTensors.FilesOf(session.Graph.Outputs.Select(output => output.Name), folder);
        TensorArguments.Fill(session, bindings);
        session.Run();
        Directory.CreateDirectory(folder);
        for (int i = 0; i < session.Graph.Outputs.Length; i++)
            NpyFile.Save(files[session.Graph.Outputs[i].Name], SessionTensors.ReadOutput(session, i));
    }
}
