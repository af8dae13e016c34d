namespace PedestrianCamera;

/// <summary>A GPIO line cannot be had or set. The message is one line: which, why, what to do.</summary>
internal sealed class LampException : Exception
{
    /// <summary>With a message.</summary>
    public LampException(string message) : base(message)
    {
    }
}
