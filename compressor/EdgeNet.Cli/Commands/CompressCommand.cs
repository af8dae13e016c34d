using System.CommandLine;
using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Model;
using EdgeNet.Model.Format;
using EdgeNet.Training;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet compress</c>: from a trained model to one small file.</summary>
internal static class CompressCommand
{
    public static Command Create()
    {
        Command command = new("compress", "Make a trained model small: prune, share weights, entropy-code; with retraining, and with what each step cost on record.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string> data = new("--data") { HelpName = "DIR|FILE", Required = true };
        Option<string> output = new("--output", "-o") { Required = true };
        Option<int> holdOut = CountOption.Create("--hold-out", "N", "Measure on every N-th picture, retrain with the others.", 10);
        Option<string?> card = new("--card");
        Option<double> bits = new("--bits") { DefaultValueFactory = _ => 3 };
        Option<long?> max = new("--max-size");
        Option<int> epochs = new("--epochs") { DefaultValueFactory = _ => 10 };
        Option<int> tune = new("--tune") { DefaultValueFactory = _ => 5 };
        Option<int> batch = new("--batch") { DefaultValueFactory = _ => 32 };
        Option<double> rate = new("--rate") { DefaultValueFactory = _ => 5e-4 };
        Option<double> hints = new("--hints") { DefaultValueFactory = _ => 0 };
        Option<double> labels = new("--labels") { DefaultValueFactory = _ => 0 };
        Option<double> temperature = new("--temperature") { DefaultValueFactory = _ => 4 };
        Option<string> augment = new("--augment") { DefaultValueFactory = _ => "" };
        Option<int> offset = new("--label-offset");
        Option<int> threads = SessionArguments.CreateThreads();
        foreach (Option option in new Option[] { data, output, holdOut, card, bits, max, epochs, tune, batch, rate, hints, labels, temperature, augment, offset, threads }) command.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            Graph graph = model.Load(parsed);
            if (parsed.GetValue(card) is { } file) graph = graph.WithCard(ModelCardFile.Load(file));
            var problems = new DataProblems();
            TrainingSets sets = TrainingSets.Open(parsed.GetRequiredValue(data), [], 1, null, null, parsed.GetResult(holdOut) is { Implicit: false } ? parsed.GetValue(holdOut) : null, 4096L << 20, problems);
            IExampleSource measured = sets.Test ?? sets.Validation!;
            int shift = parsed.GetValue(offset);
            Shape shape = graph.Inputs[0].Type.Shape;
            (int height, int width) = graph.Card.Preprocessing!.Layout == ImageLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);
            Func<int, int> labelOf = label => graph.Card.Detector is null && int.TryParse(measured.Classes.ElementAtOrDefault(label), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number + shift : label + shift;
            var quality = new PictureQuality(graph, measured, labelOf, parsed.GetValue(threads), cancellation);
            var compressor = new Compressor(new CompressionJob
            {
                Model = graph,
                Source = new DataRecord(parsed.GetRequiredValue(data), sets.Training.Count, measured.Count, ""),
                Recipe = new Recipe
                {
                    Name = "test",
                    Seed = 1,
                    Steps = [new RateStep { Bits = parsed.GetValue(bits), Epochs = parsed.GetValue(epochs), TuneEpochs = parsed.GetValue(tune), Rate = parsed.GetValue(rate) }],
                    Retraining = new RetrainingSettings { Batch = parsed.GetValue(batch), Hints = parsed.GetValue(hints), Labels = parsed.GetValue(labels), Temperature = parsed.GetValue(temperature) },
                },
                Data = new RetrainingData(sets.Training, width, height, AugmentationList.Parse(parsed.GetRequiredValue(augment), width, height, problems, [])),
                Measure = quality.Measure,
                MaxBytes = parsed.GetValue(max),
                Threads = parsed.GetValue(threads),
            })
            {
                OnStage = stage => error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Bytes} bytes, {stage.NonZero}/{stage.Weights}, {stage.Quality?.Metric} {stage.Quality?.Value:0.0000} ({stage.Quality?.Samples}), agreement {stage.Agreement:0.000}, {stage.Seconds:0.0} s")),
                OnEpoch = (run, record) => error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Stage} {record.Epoch}: {record.TrainingLoss:0.00000} {record.Seconds:0.0} s")),
            };
            CompressionResult result = compressor.Run(cancellation);
            AtomicFile.Write(parsed.GetRequiredValue(output), stream => stream.Write(result.File));
            foreach (string remark in result.Remarks) error.WriteLine(remark);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
