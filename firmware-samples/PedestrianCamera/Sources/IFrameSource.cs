namespace PedestrianCamera;

/// <summary>A camera, a file or a stream that is open. One thread reads; <see cref="IDisposable.Dispose"/> may come from another and ends a read that waits.</summary>
internal interface IFrameSource : IDisposable
{
    /// <summary>Waits for the next frame and fills it.</summary>
    /// <returns>False at the end, which cameras do not have.</returns>
    /// <exception cref="SourceException">It died, was disposed, or gave what cannot be read.</exception>
    bool Read(Frame frame);
}
