namespace EdgeNet.Model;

/// <summary>A model that cannot be used: the message is one line that says what, where, what was expected and what to do.</summary>
public abstract class ModelException : Exception
{
    private protected ModelException() { }
    private protected ModelException(string message) : base(message) { }
    private protected ModelException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>The bytes are not a valid model of the claimed format, or go past a limit.</summary>
public sealed class ModelFormatException : ModelException
{
    /// <summary>Creates the error without a message.</summary>
    public ModelFormatException() { }

    /// <summary>Creates the error with its one line.</summary>
    public ModelFormatException(string message) : base(message) { }

    /// <summary>Creates the error with its one line and what caused it.</summary>
    public ModelFormatException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>An op was given inputs that its shape rule refuses.</summary>
public sealed class ShapeException : ModelException
{
    /// <summary>Creates the error without a message.</summary>
    public ShapeException() { }

    /// <summary>Creates the error with its one line.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates the error with its one line and what caused it.</summary>
    public ShapeException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A model uses an operator, or a form of one, that EdgeNet does not have.</summary>
public sealed class UnsupportedOperatorException : ModelException
{
    /// <summary>Creates the error without a message.</summary>
    public UnsupportedOperatorException() { }

    /// <summary>Creates the error with its one line.</summary>
    public UnsupportedOperatorException(string message) : base(message) { }

    /// <summary>Creates the error with its one line and what caused it.</summary>
    public UnsupportedOperatorException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Names the operator, the node and the nearest thing to do.</summary>
    public UnsupportedOperatorException(string op, string node, string advice)
        : base($"operator {op} (node '{node}') is not supported: {advice}")
    {
        Operator = op;
        Node = node;
    }

    /// <summary>The operator as the source format calls it.</summary>
    public string Operator { get; } = "";

    /// <summary>The node's name, or its place in the file where it has none.</summary>
    public string Node { get; } = "";
}
