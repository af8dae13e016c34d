namespace EdgeNet.Vision;

/// <summary>A picture file cannot be read or written. The message is one line: what, where, what was expected, what to do.</summary>
public sealed class ImageFormatException : Exception
{
    /// <summary>Makes the error from its one line.</summary>
    public ImageFormatException(string message) : base(message)
    {
    }

    /// <summary>Makes the error from its one line and the error below it.</summary>
    public ImageFormatException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Makes an error without a line; prefer the others.</summary>
    public ImageFormatException() : base("The picture file cannot be read.")
    {
    }
}
