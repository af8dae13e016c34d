namespace PedestrianCamera;

/// <summary>Takes what happened somewhere: a file, a server. Never waits and never throws: what goes wrong there must not stop the detector.</summary>
internal interface IEventSink : IDisposable
{
    /// <summary>Takes one event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="picture">Gives the picture of that moment with its boxes, if somebody wants one; called, if at all, before this returns.</param>
    void Post(CameraEvent happened, Func<EdgeNet.Vision.Image>? picture);
}
