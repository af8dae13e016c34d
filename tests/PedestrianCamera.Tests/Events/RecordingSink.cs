namespace PedestrianCamera.Tests;

/// <summary>Remembers what was posted.</summary>
internal sealed class RecordingSink : IEventSink
{
    public List<CameraEvent> Posted { get; } = [];

    public IEnumerable<CameraEventKind> Kinds => Posted.Select(happened => happened.Kind);

    public int Disposed { get; private set; }

    public void Post(CameraEvent happened, Func<EdgeNet.Vision.Image>? picture) => Posted.Add(happened);

    public void Dispose() => Disposed++;
}
