using System.CommandLine;
using System.Globalization;
using EdgeNet.Model;
using EdgeNet.Model.Format;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet label</c>: boxes on pictures that nobody has labelled, by a detector, so that a smaller one can learn from them.</summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        Command command = new("label", "Label pictures by a detector, as a table of boxes to train another one with.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string> data = new("--data") { Description = "The folder of pictures.", HelpName = "DIR", Required = true };
        Option<string> output = new("--output", "-o") { Description = "The table to write, beside the pictures' folder or in it.", HelpName = "boxes.tsv", Required = true };
        Option<string> label = new("--class") { Description = "What to look for, by its name or its number in the model.", HelpName = "NAME|N", DefaultValueFactory = _ => "person" };
        Option<float> sure = Score("--sure", 0.6f, "Boxes of at least this score count.");
        Option<float> unsure = Score("--unsure", 0.2f, "Boxes of at least this score may be right: training lets them be, neither to be found nor background.");
        Option<int> threads = SessionArguments.CreateThreads();
        foreach (Option option in new Option[] { data, output, label, sure, unsure, threads }) command.Add(option);
        command.SetAction(parsed =>
        {
            using InferenceSession session = SessionArguments.Open(model.Load(parsed), parsed.GetValue(threads));
            var detector = new PictureModel(session);
            if (!detector.IsDetector) throw new UsageException($"{model.Path(parsed)} finds no boxes; a detector needs a card that says how its outputs become boxes");
            string folder = parsed.GetRequiredValue(data), target = parsed.GetRequiredValue(output), name = parsed.GetRequiredValue(label);
            string[] pictures = PictureFolder.Pictures(folder);
            if (pictures.Length == 0) throw new DatasetException($"{folder}: no pictures (.jpg, .png, .bmp, .ppm, .pgm) inside");
            int classes = detector.Labels.Count > 0 ? detector.Labels.Count : ClassesOf(session.Graph);
            if (!Enumerable.Range(0, classes).Any(number => IsNamed(number, name)))
                throw new UsageException($"--class {name}: the model has no such class; it has {(detector.Labels.Count > 0 ? string.Join(", ", detector.Labels) : $"numbers up to {classes - 1}, and no names")}");
            float least = parsed.GetValue(unsure);
            if (least > parsed.GetValue(sure)) throw new UsageException($"--unsure {least} is above --sure {parsed.GetValue(sure)}; expected at most that");
            TextWriter error = parsed.InvocationConfiguration.Error;
            int found = 0;
            AtomicFile.Write(target, stream =>
            {
                using var table = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                table.WriteLine("file\twidth\theight\txmin\tymin\txmax\tymax\tunsure");
                foreach (string path in pictures)
                {
                    Image image;
                    try
                    {
                        image = ImageFile.Load(path);
                    }
                    // Left out, not called empty: training would take everything on it for background.
                    catch (Exception e) when (e is ImageFormatException or IOException or UnauthorizedAccessException)
                    {
                        error.WriteLine($"{path}: skipped: {e.Message}");
                        continue;
                    }
                    string start = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}\t{image.Width}\t{image.Height}");
                    Detection[] boxes = [.. detector.Detect(image, least).Where(box => IsNamed(box.Label, name))];
                    if (boxes.Length == 0) table.WriteLine(start);
                    foreach (Detection one in boxes)
                    {
                        Box box = one.Box.ClippedTo(image.Width, image.Height);
                        bool counts = one.Score >= parsed.GetValue(sure);
                        if (counts) found++;
                        table.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{start}\t{box.XMin:0.#}\t{box.YMin:0.#}\t{box.XMax:0.#}\t{box.YMax:0.#}\t{(counts ? 0 : 1)}"));
                    }
                }
            });
            error.WriteLine($"{target}: {found} boxes on {pictures.Length} pictures");
            return ExitCode.Success;

            bool IsNamed(int number, string word) => detector.LabelOf(number) == word || number.ToString(CultureInfo.InvariantCulture) == word;
        });
        return command;
    }

    /// <summary>As many as there are scores; of decoded boxes, which say their class themselves, any.</summary>
    private static int ClassesOf(Graph graph)
    {
        Detector detector = graph.Card.Detector!;
        return detector.Coding == BoxCoding.Decoded ? short.MaxValue : graph.Outputs.First(output => output.Name == detector.Scores[0]).Value.Type.Shape[^1];
    }

    private static Option<float> Score(string name, float otherwise, string description)
    {
        Option<float> option = new(name) { Description = description, HelpName = "SCORE", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<float>() is > 0 and <= 1)) result.AddError($"{name}: expected above 0 and at most 1");
        });
        return option;
    }
}
