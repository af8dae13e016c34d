namespace PedestrianCamera;

/// <summary>Several sinks as one.</summary>
internal sealed class EventSinks(IReadOnlyList<IEventSink> sinks) : IEventSink
{
    /// <inheritdoc/>
    public void Post(CameraEvent happened, Func<EdgeNet.Vision.Image>? picture)
    {
        foreach (IEventSink sink in sinks) sink.Post(happened, picture);
    }

    /// <summary>Disposes them all.</summary>
    public void Dispose()
    {
        foreach (IEventSink sink in sinks) sink.Dispose();
    }
}
