namespace PedestrianCamera;

/// <summary>The time of frames, in seconds that never go back: people are followed by it.</summary>
/// <param name="byMedia">Whether by the source's own clock, where it has one; otherwise by when frames arrived.</param>
/// <param name="clock">By which arrival is stamped.</param>
internal sealed class FrameClock(bool byMedia, TimeProvider clock)
{
    private double _shift, _last;

    /// <summary>When a frame was. A source that was opened again counts from 0 again, and goes on from where it was.</summary>
    public double Of(Frame frame)
    {
        double time = byMedia && frame.Time is { } media ? media : clock.GetElapsedTime(0, frame.Arrived).TotalSeconds;
        if (time + _shift < _last) _shift = _last - time;
        return _last = time + _shift;
    }
}
