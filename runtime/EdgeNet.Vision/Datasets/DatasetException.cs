namespace EdgeNet.Vision;

/// <summary>A labelled picture set cannot be used. The message is one line: which file (and line), what is wrong, what was expected.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>Makes the error from its one line.</summary>
    public DatasetException(string message) : base(message)
    {
    }

    /// <summary>Makes the error from its one line and the error below it.</summary>
    public DatasetException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Makes an error without a line; prefer the others.</summary>
    public DatasetException() : base("The picture set cannot be used.")
    {
    }
}
