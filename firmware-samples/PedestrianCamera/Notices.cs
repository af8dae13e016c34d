using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>What the person who runs the program should know: a line on standard error (in a service: the journal), and on the page.</summary>
internal sealed class Notices(TextWriter error, Statistics statistics) : IEventSink
{
    private readonly object _gate = new();

    /// <summary>Says something that does not work.</summary>
    public void Problem(string message)
    {
        statistics.Problem(message);
        Say(message);
    }

    /// <summary>Says something that is as it should be.</summary>
    public void Say(string message)
    {
        lock (_gate) error.WriteLine($"pedestrian-camera: {message.ReplaceLineEndings(" ")}");
    }

    /// <inheritdoc/>
    public void Post(CameraEvent happened, Func<Image>? picture)
    {
        if (happened.Kind is CameraEventKind.SourceLost) Problem($"source: {happened.Message}");
        if (happened.Kind is CameraEventKind.SourceBack) Say($"source: {happened.Message}");
        if (happened.Kind is CameraEventKind.Problem) Problem(happened.Message ?? "something failed");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
