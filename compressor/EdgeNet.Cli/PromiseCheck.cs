using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Model;

namespace EdgeNet.Cli;

/// <summary>Whether a file gives, read back by the runtime, what the ledger of its compression promised.</summary>
internal static class PromiseCheck
{
    /// <summary>Quality that a machine which adds up floats in another order may give less, in points.</summary>
    private const double Slack = 0.5;

    /// <summary>Checks, and writes a line for each promise.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ledgerPath">The ledger that was written beside it.</param>
    /// <param name="measure">How good a graph is; null where nobody asked.</param>
    /// <param name="output">Where the lines go.</param>
    public static int Run(string path, string ledgerPath, QualityMeasure? measure, TextWriter output)
    {
        byte[] file = File.ReadAllBytes(path);
        CompressionLedger ledger = LedgerFile.Read(ledgerPath);
        var broken = new List<string>(Promise.Broken(file, ledger.Promise));
        string quality = "";
        if (measure is not null && ledger.Promise.Quality is { Metric: PictureQuality.Agreement })
        {
            quality = "; agreement with the original is not measured, as the original is not here";
        }
        else if (measure is not null && ledger.Promise.Quality is { } promised)
        {
            Quality found = measure(ModelFile.Read(file));
            quality = string.Create(CultureInfo.InvariantCulture, $", {found.Metric} {100 * found.Value:0.00} % on {found.Samples} pictures (promised {promised.Metric} {100 * promised.Value:0.00} % on {promised.Samples})");
            if (found.Metric != promised.Metric || found.Samples != promised.Samples) broken.Add($"{found.Metric} on {found.Samples} pictures was measured; promised was {promised.Metric} on {promised.Samples}: are these the same pictures, told apart in the same way?");
            else if (100 * (promised.Value - found.Value) > Slack) broken.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Metric} is {100 * found.Value:0.00} %; promised {100 * promised.Value:0.00} %"));
        }
        foreach (string line in broken) output.WriteLine($"broken: {line}");
        if (broken.Count == 0) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path} holds to its promise: {file.Length} bytes, {ledger.Promise.Outputs.Length} {(ledger.Promise.Outputs.Length == 1 ? "output" : "outputs")} on seeded input{quality}"));
        return broken.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
