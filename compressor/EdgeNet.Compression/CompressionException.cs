namespace EdgeNet.Compression;

/// <summary>A model cannot be compressed as asked: one line says what, where, and what to do.</summary>
public sealed class CompressionException : Exception
{
    /// <summary>No message.</summary>
    public CompressionException() { }

    /// <summary>One line.</summary>
    public CompressionException(string message) : base(message) { }

    /// <summary>One line, and the cause.</summary>
    public CompressionException(string message, Exception inner) : base(message, inner) { }
}
