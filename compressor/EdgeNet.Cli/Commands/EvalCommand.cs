using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet eval</c>: how accurate a model is on labelled pictures.</summary>
internal static class EvalCommand
{
    /// <summary>Average precision needs the whole curve, so nearly everything that the model says counts.</summary>
    private const float LowestScore = 0.01f;

    private const string Auto = "auto";

    public static Command Create()
    {
        Command command = new("eval", "Measure a model's accuracy on labelled pictures.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string> data = new("--data") { Description = "The labelled pictures: a folder, or the file that lists them.", HelpName = "DIR|FILE", Required = true };
        Option<string> format = new("--format")
        {
            Description = "How they are labelled: class folders, names that start with the class's number, COCO JSON, VOC XML, YOLO text, a table of boxes, MNIST's IDX.",
            DefaultValueFactory = _ => Auto,
        };
        format.AcceptOnlyFromAmong([Auto, .. Enum.GetNames<DatasetFormat>().Select(name => name.ToLowerInvariant())]);
        Option<string?> images = new("--images") { Description = "Where the pictures are, if not beside their labels.", HelpName = "DIR" };
        Option<int?> limit = new("--limit") { Description = "Take so many pictures, spread evenly over the set.", HelpName = "N" };
        Option<string?> single = new("--class") { Description = "Count boxes of this class only, by its name or its number in the model.", HelpName = "person|N" };
        Option<int> offset = new("--label-offset") { Description = "Added to labels that are numbers: 1 for models whose class 0 is the background.", HelpName = "N" };
        Option<double> overlap = new("--min-iou") { Description = "The overlap from which a box counts as found.", HelpName = "IOU", DefaultValueFactory = _ => 0.5 };
        Option<int> threads = SessionArguments.CreateThreads();
        Option<bool> json = new("--json") { Description = "Print JSON." };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--limit: expected 1 or more");
        });
        overlap.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is > 0 and <= 1)) result.AddError("--min-iou: expected above 0 and at most 1");
        });
        foreach (Option option in new Option[] { data, format, images, limit, single, offset, overlap, threads, json }) command.Add(option);
        command.SetAction(parsed =>
        {
            (DatasetFormat kind, string path) = Locate(parsed.GetRequiredValue(data), parsed.GetRequiredValue(format));
            using InferenceSession session = SessionArguments.Open(model.Load(parsed), parsed.GetValue(threads));
            Evaluation evaluation = new(
                new PictureModel(session), model.Path(parsed), kind, path, parsed.GetValue(images), parsed.GetValue(limit),
                parsed.GetValue(single), parsed.GetValue(offset), parsed.GetValue(overlap), new Progress(parsed.InvocationConfiguration.Error));
            Report report = evaluation.Run();
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) output.WriteLine(JsonSerializer.Serialize(report.Data, ModelCardFile.Json));
            else foreach ((string name, string text) in report.Lines) output.WriteLine($"{name,-10} {text}");
            return ExitCode.Success;
        });
        return command;
    }

    private static (DatasetFormat Format, string Path) Locate(string data, string format)
    {
        if (format == Auto) return DatasetFormats.Recognise(data);
        DatasetFormat asked = Enum.Parse<DatasetFormat>(format, ignoreCase: true);
        if (asked is not (DatasetFormat.Coco or DatasetFormat.Tsv or DatasetFormat.Idx) || !Directory.Exists(data)) return (asked, data);
        // These are files; a folder may stand for the one inside it.
        (DatasetFormat found, string path) = DatasetFormats.Recognise(data);
        return found == asked ? (found, path) : throw new UsageException($"--data {data}: no {format} file inside; name the file");
    }

    /// <summary>What was measured, for people and for machines.</summary>
    private sealed record Report(IReadOnlyList<(string Name, string Text)> Lines, object Data);

    /// <summary>Counts pictures on a terminal; silent anywhere else.</summary>
    private sealed class Progress(TextWriter error)
    {
        private readonly bool _visible = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

        public void Show(int done, int of)
        {
            if (_visible) error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{done}/{of}{(done == of ? "\r" + new string(' ', 24) + "\r" : "")}"));
        }
    }

    /// <summary>One model on one set.</summary>
    private sealed record Evaluation(
        PictureModel Model, string ModelPath, DatasetFormat Format, string Path, string? PictureFolder, int? Limit,
        string? Class, int LabelOffset, double MinimumOverlap, Progress Progress)
    {
        private string FormatName => Format.ToString().ToLowerInvariant();

        /// <summary>The part of the set, where the names of its file or folder say so.</summary>
        private string Split
        {
            get
            {
                string full = System.IO.Path.GetFullPath(Path);
                string name = $"{System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full))}/{System.IO.Path.GetFileName(full)}";
                return name.Split('/', '-', '_', '.', ' ')
                    .Select(word => word.ToLowerInvariant().TrimEnd([.. "0123456789"]) switch
                    {
                        "test" or "t10k" => "test",
                        "val" or "valid" or "validation" => "validation",
                        "train" or "training" => "training",
                        _ => null,
                    })
                    .LastOrDefault(split => split is not null) ?? "not stated";
            }
        }

        public Report Run()
        {
            bool hasBoxes = Format is DatasetFormat.Coco or DatasetFormat.Voc or DatasetFormat.Yolo or DatasetFormat.Tsv;
            if (hasBoxes != Model.IsDetector)
            {
                throw new UsageException(
                    $"{Path} ({FormatName}) holds {(hasBoxes ? "boxes" : "a class for each picture")}, but {ModelPath} finds {(Model.IsDetector ? "boxes" : "classes; a detector needs a card that says how its outputs become boxes")}");
            }
            if (!hasBoxes && Class is not null) throw new UsageException("--class is for detectors");
            return hasBoxes ? Detection() : Classification();
        }

        private Report Classification()
        {
            (int count, string matching, IEnumerable<(string Name, int Label, Func<Image> Load)> pictures) = LabelledPictures();
            int taken = Taken(count), top1 = 0, top5 = 0, done = 0, classes = Model.Session.Graph.Outputs[0].Value.Type.Shape.ElementCount;
            foreach ((string name, int label, Func<Image> load) in pictures.Where((_, i) => IsTaken(i, count)))
            {
                if (label < 0 || label >= classes) throw new DatasetException($"{name}: class {label}; the model has {classes} classes, 0 to {classes - 1}");
                int rank = Array.FindIndex(Model.Classify(load(), Math.Min(5, classes)), answer => answer.Index == label);
                if (rank == 0) top1++;
                if (rank >= 0) top5++;
                Progress.Show(++done, taken);
            }
            return new Report(
                [
                    ("model", ModelPath),
                    ("data", Invariant($"{Path} ({FormatName}), split {Split}, {Share(count)}; labels {matching}")),
                    ("top-1", Invariant($"{(double)top1 / taken:P2} ({top1} of {taken})")),
                    ("top-5", Invariant($"{(double)top5 / taken:P2} ({top5} of {taken})")),
                ],
                new
                {
                    Model = ModelPath,
                    Data = Path,
                    Format = FormatName,
                    Split,
                    Samples = taken,
                    Of = count,
                    Top1 = (double)top1 / taken,
                    Top5 = (double)top5 / taken,
                });
        }

        private (int Count, string Matching, IEnumerable<(string, int, Func<Image>)> Pictures) LabelledPictures()
        {
            string byNumber = LabelOffset == 0 ? "by number" : Invariant($"by number + {LabelOffset}");
            if (Format == DatasetFormat.Idx)
            {
                IdxSet idx = IdxSet.Open(Path);
                return (idx.Labels.Count, byNumber, idx.Pictures().Select((picture, i) =>
                    (Invariant($"{Path}: picture {i}"), picture.Label + LabelOffset, (Func<Image>)(() => picture.Image))));
            }

            ClassificationSet set = Format == DatasetFormat.Folders ? ClassFolders.Read(Path) : ClassFolders.ReadNumbered(Path);
            (int[]? map, string matching) = set.Classes.Count == 0 ? (null, byNumber) : MatchFolders(set.Classes);
            return (set.Pictures.Count, matching, set.Pictures.Select(picture =>
                (picture.Path, map?[picture.Label] ?? picture.Label + LabelOffset, (Func<Image>)picture.Load)));
        }

        // Names first; numbers for names; then the order, which is only right if there is a folder for every class.
        private (int[] Map, string Matching) MatchFolders(IReadOnlyList<string> folders)
        {
            int[] byName = [.. folders.Select(LabelNamed)];
            if (!byName.Contains(-1)) return (byName, "by name");
            if (folders.All(folder => int.TryParse(folder, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                return ([.. folders.Select(folder => int.Parse(folder, CultureInfo.InvariantCulture) + LabelOffset)], "by the folders' numbers");
            int classes = Model.Session.Graph.Outputs[0].Value.Type.Shape.ElementCount;
            if (folders.Count + LabelOffset == classes) return ([.. folders.Select((_, i) => i + LabelOffset)], "by the folders' order");
            throw new DatasetException(
                $"{Path}: folder '{folders[Array.IndexOf(byName, -1)]}' is none of the model's labels, and {folders.Count} folders (+ offset {LabelOffset}) are not its {classes} classes");
        }

        private Report Detection()
        {
            DetectionSet set = Format switch
            {
                DatasetFormat.Coco => CocoFile.Read(Path, PictureFolder),
                DatasetFormat.Voc => VocFolder.Read(Path, PictureFolder),
                DatasetFormat.Yolo => YoloFolder.Read(Path, PictureFolder),
                _ => BoxTable.Read(Path, PictureFolder, Class ?? "person"),
            };
            Func<int, int> labelOf = MatchClasses(set, out string matching);
            int count = set.Pictures.Count, taken = Taken(count);
            List<DetectionSample> samples = [];
            foreach (AnnotatedPicture picture in set.Pictures.Where((_, i) => IsTaken(i, count)))
            {
                Image image = picture.Load();
                GroundTruth[] truths = [.. picture.TruthsOn(image)
                    .Select(truth => truth with { Label = labelOf(truth.Label) })
                    .Where(truth => truth.Label >= 0)];
                samples.Add(new DetectionSample(Model.Detect(image, LowestScore), truths));
                Progress.Show(samples.Count, taken);
            }

            float threshold = Model.Session.Graph.Card.Detector!.ScoreThreshold;
            (double precision, double recall) = PrecisionAndRecall(samples, threshold);
            int boxes = samples.Sum(sample => sample.Truths.Count(truth => !truth.Ignore)), ignored = samples.Sum(sample => sample.Truths.Count) - boxes;
            double allPoint = DetectionMetrics.MeanAveragePrecision(samples, MinimumOverlap, MatchingRule.Voc, curve => curve.AveragePrecisionAllPoint());
            double voc11 = DetectionMetrics.MeanAveragePrecision(samples, MinimumOverlap, MatchingRule.Voc, curve => curve.AveragePrecisionVoc11());
            double coco = DetectionMetrics.CocoAveragePrecision(samples), proposals = DetectionMetrics.ProposalRecall(samples, MinimumOverlap);
            return new Report(
                [
                    ("model", ModelPath),
                    ("data", Invariant($"{Path} ({FormatName}), split {Split}, {Share(count)}, {boxes} boxes and {ignored} ignored; {matching}")),
                    (Invariant($"AP{100 * MinimumOverlap:0.#}"), Invariant($"{allPoint:F4}  all points, IoU {MinimumOverlap} or more")),
                    ("VOC AP", Invariant($"{voc11:F4}  11 points, IoU {MinimumOverlap} or more")),
                    ("COCO AP", Invariant($"{coco:F4}  101 points, IoU 0.50 to 0.95")),
                    ("precision", Invariant($"{precision:F4}  at the card's score threshold of {threshold}")),
                    ("recall", Invariant($"{recall:F4}  at the card's score threshold of {threshold}")),
                    ("proposals", Invariant($"{proposals:F4}  recall of boxes of any class that score {LowestScore} or more")),
                ],
                new
                {
                    Model = ModelPath,
                    Data = Path,
                    Format = FormatName,
                    Split,
                    Samples = taken,
                    Of = count,
                    Boxes = boxes,
                    Ignored = ignored,
                    MinIou = MinimumOverlap,
                    ApAllPoint = allPoint,
                    ApVoc11 = voc11,
                    ApCoco = coco,
                    ScoreThreshold = threshold,
                    Precision = precision,
                    Recall = recall,
                    ProposalRecall = proposals,
                });
        }

        /// <summary>From the set's classes to the model's; −1 for those that do not count.</summary>
        private Func<int, int> MatchClasses(DetectionSet set, out string matching)
        {
            if (Class is not null)
            {
                int label = LabelNamed(Class);
                if (label < 0 && (!int.TryParse(Class, NumberStyles.None, CultureInfo.InvariantCulture, out label) || (Model.Labels.Count > 0 && label >= Model.Labels.Count)))
                    throw new UsageException($"--class {Class}: none of the model's labels, and no number of one");
                string[] names = [Class, Model.LabelOf(label)];
                int own = set.Classes.Count switch
                {
                    0 => label - LabelOffset,
                    1 => 0,
                    _ => set.Classes.ToList().FindIndex(name => names.Contains(name, StringComparer.OrdinalIgnoreCase)),
                };
                if (own < 0) throw new DatasetException($"{Path}: no class '{Class}'; it has {string.Join(", ", set.Classes)}");
                matching = $"class {Model.LabelOf(label)} only";
                return index => index == own ? label : -1;
            }

            if (set.Classes.Count == 0)
            {
                matching = LabelOffset == 0 ? "classes by number" : Invariant($"classes by number + {LabelOffset}");
                return index => index + LabelOffset;
            }

            int[] byName = [.. set.Classes.Select(LabelNamed)];
            string[] unknown = [.. set.Classes.Where((_, i) => byName[i] < 0)];
            if (unknown.Length == byName.Length)
                throw new DatasetException($"{Path}: the model knows none of its classes ({string.Join(", ", unknown)}); say which class of the model counts with --class");
            matching = "classes by name" + (unknown.Length == 0 ? "" : $", without those that the model does not know: {string.Join(", ", unknown)}");
            return index => byName[index];
        }

        /// <summary>Over all classes together, as a device that acts on every box above the threshold would see it.</summary>
        private (double Precision, double Recall) PrecisionAndRecall(List<DetectionSample> samples, float threshold)
        {
            DetectionSample[] above = [.. samples.Select(sample =>
                sample with { Detections = [.. sample.Detections.Where(detection => detection.Score >= threshold)] })];
            double right = 0, counted = 0, truths = 0;
            foreach (int label in samples.SelectMany(sample => sample.Truths).Select(truth => truth.Label).Distinct())
            {
                PrecisionRecallCurve curve = DetectionMetrics.PrecisionRecall(above, label, MinimumOverlap, MatchingRule.Voc);
                right += curve.Precision.Count == 0 ? 0 : curve.Precision[^1] * curve.Precision.Count;
                counted += curve.Precision.Count;
                truths += curve.Truths;
            }
            return (right / counted, right / truths);
        }

        private int LabelNamed(string name)
        {
            for (int i = 0; i < Model.Labels.Count; i++)
            {
                if (string.Equals(Model.Labels[i], name, StringComparison.OrdinalIgnoreCase)) return i;
            }
            return -1;
        }

        private int Taken(int count) => Math.Min(Limit ?? count, count);

        // So that a limited run on sorted classes sees all of them.
        private bool IsTaken(int index, int count) => (index + 1L) * Taken(count) / count > (long)index * Taken(count) / count;

        private string Share(int count) => Taken(count) == count ? Invariant($"{count} pictures") : Invariant($"{Taken(count)} of {count} pictures");

        private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
