using System.CommandLine;
using System.CommandLine.Invocation;
using EdgeNet.Cli;
using EdgeNet.Cli.Commands;
using EdgeNet.Compression;
using EdgeNet.Kernels;
using EdgeNet.Model;
using EdgeNet.Training;
using EdgeNet.Vision;

return Program.Run(args, Console.Out, Console.Error);

/// <summary>
/// The <c>edgenet</c> program. Data goes to standard output, messages to standard error. Exit codes: 0 success, 1 failure at work,
/// 2 wrong usage, 130 interrupted.
/// </summary>
internal static partial class Program
{
    /// <summary>All commands.</summary>
    public static RootCommand CreateRoot() => new("EdgeNet: small neural networks for small boards.")
    {
        InspectCommand.Create(),
        ConvertCommand.Create(),
        ExportCommand.Create(),
        RunCommand.Create(),
        TrainCommand.Create(),
        CompressCommand.Create(),
        LabelCommand.Create(),
        EvalCommand.Create(),
        VerifyCommand.Create(),
        DemoCommand.Create(),
    };

    /// <summary>Runs one command line and gives its exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult parsed;
        try
        {
            parsed = CreateRoot().Parse(args);
        }
        // A validator that asks for the value of an option whose text is none.
        catch (InvalidOperationException e)
        {
            return Complain(e.Message, ExitCode.WrongUsage);
        }
        if (parsed.Action is ParseErrorAction)
        {
            foreach (string message in parsed.Errors.Select(e => e.Message).Distinct()) Complain(message);
            string command = parsed.CommandResult.Command is RootCommand ? "edgenet" : $"edgenet {parsed.CommandResult.Command.Name}";
            error.WriteLine($"see: {command} --help");
            return ExitCode.WrongUsage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is UsageException or TrainingSettingException or ArchitectureException)
        {
            return Complain(e.Message, ExitCode.WrongUsage);
        }
        catch (Exception e) when (e is ModelException or KernelChoiceException or ImageFormatException or DatasetException or IOException
            or CheckpointException or DivergedException or CompressionException
            or InvalidDataException or UnauthorizedAccessException)
        {
            return Complain(e.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        // A mistake of this program, not of its user; still one line, and enough of it to find the place.
        catch (Exception e) when (Environment.GetEnvironmentVariable("EDGENET_DEBUG") is null)
        {
            return Complain($"internal error, please report it: {e.GetType().Name}: {e.Message} (EDGENET_DEBUG=1 shows where)");
        }

        int Complain(string message, int exitCode = ExitCode.Failure)
        {
            error.WriteLine($"edgenet: {message.ReplaceLineEndings(" ")}");
            return exitCode;
        }
    }
}
