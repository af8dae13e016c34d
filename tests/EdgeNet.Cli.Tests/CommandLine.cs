namespace EdgeNet.Cli.Tests;

/// <summary>What a command line printed and how it ended.</summary>
internal sealed record CommandLine(int ExitCode, string Output, string Error)
{
    /// <summary>Runs <c>edgenet</c> in this process.</summary>
    public static CommandLine Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(args, output, error);
        return new CommandLine(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Asserts success and gives the output.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}{Output}");
        return Output;
    }

    /// <summary>Asserts that the run failed with one line that holds these words.</summary>
    public void Failed(int exitCode, params string[] words)
    {
        Assert.Equal((exitCode, ""), (ExitCode, Output));
        string[] lines = Error.TrimEnd().Split('\n');
        Assert.True(lines.Length == 1 || (exitCode == 2 && lines[^1].StartsWith("see: ", StringComparison.Ordinal)), Error);
        Assert.StartsWith("edgenet: ", Error, StringComparison.Ordinal);
        foreach (string word in words) Assert.Contains(word, Error, StringComparison.Ordinal);
    }
}
