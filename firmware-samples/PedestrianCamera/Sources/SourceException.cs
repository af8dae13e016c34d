namespace PedestrianCamera;

/// <summary>A source cannot be opened or read on. The message is one line: what, where, what to do.</summary>
internal sealed class SourceException : Exception
{
    /// <summary>With a message.</summary>
    public SourceException(string message) : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public SourceException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
