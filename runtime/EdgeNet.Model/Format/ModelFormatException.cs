namespace EdgeNet.Model;

/// <summary>A model file that does not hold what its format promises. The message is one line: what, where, what was expected.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public ModelFormatException()
        : base("The model file is not valid.")
    {
    }

    /// <summary>Creates the exception with one line that says what is wrong and where.</summary>
    public ModelFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and its cause.</summary>
    public ModelFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
