namespace EdgeNet.Cli;

/// <summary>The command line asks for something that makes no sense: one line, exit code 2.</summary>
internal sealed class UsageException : Exception
{
    public UsageException() { }

    public UsageException(string message) : base(message) { }

    public UsageException(string message, Exception inner) : base(message, inner) { }
}
