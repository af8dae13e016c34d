using System.CommandLine;
using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Training;
using Spectre.Console;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet verify</c>: a model against reference tensors, against ONNX Runtime, or against what its compression promised.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Command command = new("verify", "Compare a model's outputs with reference tensors, with what ONNX Runtime makes of the original, or with what edgenet compress promised.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string?> reference = new("--reference") { Description = "Holds inputs/NAME.npy and the expected outputs/NAME.npy.", HelpName = "DIR" };
        Option<string?> onnx = new("--onnx") { Description = "The original model, run by ONNX Runtime on the same input.", HelpName = "ORIGINAL.onnx" };
        Option<string[]> tensorsIn = TensorArguments.Create();
        Option<int> seed = new("--seed") { Description = "Seed of the random input that --onnx uses where no --tensor-in is given.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<double> tolerance = new("--tolerance")
        {
            Description = "The largest difference allowed, relative to the largest magnitude of the expected tensor.",
            HelpName = "X",
            DefaultValueFactory = _ => 1e-4,
        };
        Option<double> steps = new("--steps") { Description = "The largest difference allowed of quantized outputs, in steps.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<string?> ledger = new("--ledger") { Description = "What edgenet compress wrote of this file: whether it holds to that, with --data and what else compress was given on the same pictures, too.", HelpName = "FILE.json" };
        Option<int> threads = SessionArguments.CreateThreads();
        foreach (Option option in new Option[] { reference, onnx, ledger, tensorsIn, seed, tolerance, steps, threads }) command.Add(option);
        MeasuringOptions measuring = MeasuringOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;

        int Run(ParseResult parsed, CancellationToken cancellation)
        {
            (string? folder, string? original, string? promises) = (parsed.GetValue(reference), parsed.GetValue(onnx), parsed.GetValue(ledger));
            if (new[] { folder, original, promises }.Count(source => source is not null) != 1) throw new UsageException("expected one of --reference DIR, --onnx ORIGINAL.onnx and --ledger FILE.json");
            if (promises is not null)
            {
                Graph graph = model.Load(parsed);
                CompressionSets? sets = measuring.Open(parsed, graph, new DataProblems());
                QualityMeasure? measure = sets is null ? null : new PictureQuality(graph, sets.Measured, parsed.GetValue(threads), cancellation).Measure;
                return PromiseCheck.Run(model.Path(parsed), promises, measure, parsed.InvocationConfiguration.Output);
            }
            if (folder is not null && parsed.GetValue(tensorsIn)!.Length > 0) throw new UsageException("--tensor-in goes with --onnx; --reference has inputs of its own");

            using InferenceSession session = SessionArguments.Open(model.Load(parsed), parsed.GetValue(threads));
            TensorComparison[] comparisons = folder is not null
                ? AgainstFolder(session, folder)
                : AgainstPeer(session, original!, parsed.GetValue(tensorsIn)!, parsed.GetValue(seed));
            return Report(parsed.InvocationConfiguration.Output, comparisons, parsed.GetValue(tolerance), parsed.GetValue(steps));
        }
    }

    private static TensorComparison[] AgainstFolder(InferenceSession session, string folder)
    {
        Dictionary<string, string> inputs = SessionTensors.FilesOf(session.Graph.Inputs.Select(input => input.Name), Path.Combine(folder, "inputs"));
        Dictionary<string, string> outputs = SessionTensors.FilesOf(session.Graph.Outputs.Select(output => output.Name), Path.Combine(folder, "outputs"));
        for (int i = 0; i < session.Graph.Inputs.Length; i++)
        {
            string file = inputs[session.Graph.Inputs[i].Name];
            SessionTensors.Fill(session, i, NpyFile.Load(file), file);
        }
        session.Run();
        return Compare(session, outputs);
    }

    private static TensorComparison[] AgainstPeer(InferenceSession session, string original, string[] bindings, int seed)
    {
        if (bindings.Length > 0)
        {
            TensorArguments.Fill(session, bindings);
        }
        else
        {
            var random = new Random(seed);
            for (int i = 0; i < session.Graph.Inputs.Length; i++) SessionTensors.FillRandomly(session, i, random);
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgenet-verify-");
        try
        {
            Dictionary<string, string> inputs = SessionTensors.FilesOf(session.Graph.Inputs.Select(input => input.Name), folder.FullName);
            for (int i = 0; i < session.Graph.Inputs.Length; i++) NpyFile.Save(inputs[session.Graph.Inputs[i].Name], SessionTensors.ReadInput(session, i));
            string results = Path.Combine(folder.FullName, "outputs");
            OnnxRuntimePeer.Run(original, inputs, results);
            session.Run();
            return Compare(session, session.Graph.Outputs.ToDictionary(output => output.Name, output => Path.Combine(results, OnnxRuntimePeer.FileNameOf(output.Name))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TensorComparison[] Compare(InferenceSession session, Dictionary<string, string> expected) =>
        [.. session.Graph.Outputs.Select((output, i) =>
            TensorComparison.Compare(output, SessionTensors.ReadOutput(session, i), NpyFile.Load(expected[output.Name]), expected[output.Name]))];

    private static int Report(TextWriter output, TensorComparison[] comparisons, double tolerance, double steps)
    {
        Table table = Tables.Create("output", ">max |error|", ">relative", ">steps", "");
        foreach (TensorComparison comparison in comparisons)
        {
            table.AddCells(
                comparison.Output, Scientific(comparison.MaxError), Scientific(comparison.Relative),
                comparison.Steps is { } count ? count.ToString("0.##", CultureInfo.InvariantCulture) : "-",
                comparison.Passes(tolerance, steps) ? "pass" : "FAIL");
        }
        Tables.Write(output, table);
        return comparisons.All(comparison => comparison.Passes(tolerance, steps)) ? ExitCode.Success : ExitCode.Failure;
    }

    private static string Scientific(double value) => value.ToString("0.00e+00", CultureInfo.InvariantCulture);
}
