using System.Globalization;
using System.Text.Json;
using EdgeNet.Runtime;
using Spectre.Console;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet inspect --plan</c>: how this machine would run a model.</summary>
internal static class PlanListing
{
    public static void Print(TextWriter output, InferenceSession session)
    {
        Table steps = Tables.Create(">step", "ops", "output", "kernels", ">MACs", ">weights, bytes", ">arena offset");
        int index = 0;
        foreach (StepInfo step in session.Steps)
            steps.AddCells(Number(index++), step.Op, $"{step.Output}", step.Kernel, Number(step.MultiplyAdds), Number(step.WeightBytes), Number(step.ArenaOffset));
        Tables.Write(output, steps);
        Table totals = Tables.Create("total", ">");
        totals.AddCells("MACs of one run", Number(session.Steps.Sum(step => step.MultiplyAdds)));
        totals.AddCells("packed weights, bytes", Number(session.Steps.Sum(step => step.WeightBytes)));
        totals.AddCells("arena of all activations, bytes", Number(session.ActivationBytes));
        totals.AddCells("least that any placement takes, bytes", Number(session.LeastActivationBytes));
        totals.AddCells("scratch memory of the threads, bytes", Number(session.ScratchBytes));
        Tables.Write(output, totals);
    }

    public static void PrintJson(TextWriter output, InferenceSession session) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Steps = session.Steps.Select(step => new
            {
                step.Name,
                step.Op,
                step.Kernel,
                step.MultiplyAdds,
                step.WeightBytes,
                step.ArenaOffset,
                Output = new { step.Output.Element, step.Output.Shape },
            }),
            session.ActivationBytes,
            session.LeastActivationBytes,
            session.ScratchBytes,
        },
        ModelCardFile.Json));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
