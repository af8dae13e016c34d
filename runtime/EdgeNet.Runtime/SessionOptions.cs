namespace EdgeNet.Runtime;

/// <summary>How a session runs.</summary>
public sealed record SessionOptions
{
    /// <summary>Threads that work on one run, the caller's included. All processors by default.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The most bytes that activations may take; a model that needs more is refused when the session is made.</summary>
    public long MaxActivationBytes { get; init; } = 1L << 30;
}
