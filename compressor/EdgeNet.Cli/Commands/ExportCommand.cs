using System.CommandLine;
using EdgeNet.Import.Onnx;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet export</c>: a model of any format to ONNX, to be verified elsewhere.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Command command = new("export", "Export a model to ONNX.");
        ModelArguments model = ModelArguments.AddTo(command);
        Option<string> output = new("--output", "-o") { Description = "The ONNX file to write.", HelpName = "out.onnx", Required = true };
        command.Add(output);
        command.SetAction(parsed =>
        {
            string target = parsed.GetRequiredValue(output);
            OnnxWriter.Save(target, model.Load(parsed));
            parsed.InvocationConfiguration.Error.WriteLine($"{target}: {new FileInfo(target).Length} bytes");
            return ExitCode.Success;
        });
        return command;
    }
}
