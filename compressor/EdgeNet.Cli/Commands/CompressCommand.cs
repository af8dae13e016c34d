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
    private const int MostLetters = 48;

    public static Command Create()
    {
        Command command = new("compress", "Make a trained model small: prune it, share and code its weights, bring it to int8; retrained between, with what each step cost on record.");
        CompressOptions options = CompressOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, options, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CompressOptions options, CancellationToken cancellation)
    {
        Recipe recipe = options.Recipe(parsed);
        if (parsed.GetValue(options.PrintRecipe))
        {
            parsed.InvocationConfiguration.Output.Write(RecipeFile.ToYaml(recipe));
            return ExitCode.Success;
        }
        string target = parsed.GetValue(options.Output) ?? throw new UsageException("--output is missing: where does the file go?");
        if (!Path.GetExtension(target).Equals(".edgenet", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"--output {target}: expected a name that ends in .edgenet");
        OutputPlaces.Check([target, parsed.GetValue(options.Report), parsed.GetValue(options.Ledger)]);
        TextWriter error = parsed.InvocationConfiguration.Error;
        Graph graph = options.Model.Load(parsed);
        if (parsed.GetValue(options.Card) is { } card) graph = graph.WithCard(ModelCardFile.Load(card));
        var problems = new DataProblems();
        using var interruption = new Interruption(cancellation);
        int threads = parsed.GetValue(options.Threads);
        CompressionJob job = new()
        {
            Model = graph,
            Recipe = recipe,
            Problems = problems,
            MaxBytes = parsed.GetValue(options.MaxSize),
            MaxDrop = parsed.GetValue(options.MaxDrop),
            Threads = threads,
        };
        IEnumerable<string> pictures = [];
        if (options.Measuring.Open(parsed, graph, problems, searches: job.MaxDrop is not null) is { } sets)
        {
            Shape shape = graph.Inputs[0].Type.Shape;
            (int height, int width) = graph.Card.Preprocessing!.Layout == ImageLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);
            error.WriteLine($"{sets.Description.Source}: {sets.Retraining.Count} pictures to retrain with, {sets.Measured.Pictures.Count} to measure on ({sets.Description.Split})");
            pictures = sets.Names;
            job = job with
            {
                Source = sets.Description,
                Data = new RetrainingData(sets.Retraining, width, height, Augmentations(recipe.Retraining.Augment, width, height, problems)),
                Measure = new PictureQuality(graph, sets.Measured, threads, interruption.Token).Measure,
                Search = sets.Searched is { } searched ? new PictureQuality(graph, searched, threads, interruption.Token).Measure : null,
            };
        }
        string place = target + ".work";
        if (parsed.GetValue(options.Resume) && !Directory.Exists(place)) error.WriteLine($"{place}: there is nothing to go on from; beginning anew");
        WorkFolder work = WorkFolder.Open(
            place, WorkFolder.IdentityOf(graph, RecipeFile.ToYaml(recipe), Invariant($"{job.MaxBytes} bytes, {job.MaxDrop} points{options.Measuring.LabelsOf(parsed)}"), pictures), parsed.GetValue(options.Resume));
        var progress = new CompressionProgressDisplay(error);
        try
        {
            CompressionResult result = new Compressor(job with { Work = work }) { OnBatch = progress.Batch, OnStage = progress.Stage }.Run(interruption.Token);
            Write(result, target, parsed, options);
            work.Remove();
            return Report(result, target, error);
        }
        catch (CompressionException)
        {
            // What this job cannot do it cannot do the next time.
            work.Remove();
            throw;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("edgenet: interrupted; the same command with --resume goes on");
            throw;
        }
        finally
        {
            foreach (DataProblem problem in problems.All.Where(problem => !problem.Fatal)) error.WriteLine($"{problem.Source}: skipped: {problem.What}");
        }
    }

    private static IReadOnlyList<IAugmentation> Augmentations(string text, int width, int height, DataProblems problems)
    {
        try
        {
            return AugmentationList.Parse(text, width, height, problems, []);
        }
        catch (FormatException e)
        {
            throw new UsageException($"augment: {e.Message}", e);
        }
    }

    private static void Write(CompressionResult result, string target, ParseResult parsed, CompressOptions options)
    {
        AtomicFile.Write(target, stream => stream.Write(result.File));
        if (parsed.GetValue(options.Ledger) is { } ledger) LedgerFile.Write(ledger, result.Ledger);
        if (parsed.GetValue(options.Report) is { } report) LedgerPage.Write(result.Ledger, report);
        TextWriter output = parsed.InvocationConfiguration.Output;
        foreach (LedgerTable table in (LedgerTable[])[LedgerText.Stages(result.Ledger), Narrow(LedgerText.Layers(result.Ledger)), LedgerText.Sizes(result.Ledger)])
        {
            output.WriteLine(table.Title);
            output.WriteLine(table.ToText());
        }
        output.WriteLine(LedgerText.Summary(result.Ledger));
    }

    /// <summary>Layers of TFLite models have names of hundreds of letters; the page and the ledger have them in full.</summary>
    private static LedgerTable Narrow(LedgerTable layers) =>
        layers with { Rows = [.. layers.Rows.Select(row => row[0].Length <= MostLetters ? row : row.SetItem(0, $"{row[0][..(MostLetters - 1)]}…"))] };

    /// <summary>A budget that was not met is a failure, though the closest file is there.</summary>
    private static int Report(CompressionResult result, string target, TextWriter error)
    {
        foreach (string remark in result.Ledger.Remarks) error.WriteLine(remark);
        if (result.Ledger.Budget is not { Met: false } budget) return ExitCode.Success;
        StageRecord first = result.Ledger.Stages[0], last = result.Ledger.Stages[^1];
        string asked = string.Join(" and ", new[] { budget.MaxBytes is { } bytes ? Invariant($"{bytes} bytes") : null, budget.MaxDrop is { } drop ? Invariant($"{drop} points") : null }.OfType<string>());
        string lost = first.Quality is { } before && last.Quality is { } after ? Invariant($" and {100 * (before.Value - after.Value):0.00} points lost") : "";
        error.WriteLine($"edgenet: the budget of {asked} was not met; {target} is the closest: {result.File.Length} bytes{lost}");
        return ExitCode.Failure;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
