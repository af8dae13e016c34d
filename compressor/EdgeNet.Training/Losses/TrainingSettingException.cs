using System.Runtime.CompilerServices;

namespace EdgeNet.Training;

/// <summary>A setting of a training run cannot be used. The message is one line: which one, what it is, what was expected.</summary>
public sealed class TrainingSettingException : Exception
{
    /// <summary>Makes the error from its one line.</summary>
    public TrainingSettingException(string message) : base(message)
    {
    }

    /// <summary>Makes the error from its one line and the error below it.</summary>
    public TrainingSettingException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Makes an error without a line; prefer the others.</summary>
    public TrainingSettingException() : base("A training setting cannot be used.")
    {
    }

    internal static void ThrowUnless(bool holds, double value, string expected, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds || !double.IsFinite(value))
            throw new TrainingSettingException(FormattableString.Invariant($"{name[(name.LastIndexOf('.') + 1)..]} is {value}; expected {expected}"));
    }
}
