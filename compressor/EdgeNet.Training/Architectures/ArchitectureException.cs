namespace EdgeNet.Training;

/// <summary>
/// A network cannot be built as asked, or not changed as asked. The message is one line: what was asked of which network, and what was expected.
/// </summary>
public sealed class ArchitectureException : Exception
{
    /// <summary>Makes the error from its one line.</summary>
    public ArchitectureException(string message) : base(message)
    {
    }

    /// <summary>Makes the error from its one line and the error below it.</summary>
    public ArchitectureException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Makes an error without a line; prefer the others.</summary>
    public ArchitectureException() : base("The network cannot be built as asked.")
    {
    }
}
