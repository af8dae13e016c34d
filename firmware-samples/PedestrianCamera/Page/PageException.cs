namespace PedestrianCamera;

/// <summary>The live page cannot be served. The message is one line: where, why, what to do.</summary>
internal sealed class PageException : Exception
{
    /// <summary>With a message.</summary>
    public PageException(string message) : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public PageException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
