namespace PedestrianCamera;

/// <summary>The stages of a frame whose time is shown.</summary>
/// <param name="Wait">From the frame's arrival until the detector took it, in milliseconds.</param>
/// <param name="Prepare">Into the network's input.</param>
/// <param name="Infer">The network.</param>
/// <param name="Decode">Its outputs into boxes, and which of them stay.</param>
/// <param name="Follow">Following, counting, events, lamp.</param>
/// <param name="Show">Making the page's picture, where somebody looks.</param>
internal readonly record struct StageTimes(double Wait, double Prepare, double Infer, double Decode, double Follow, double Show);

/// <summary>One minute of the chart.</summary>
/// <param name="Minute">When it began, UTC.</param>
/// <param name="People">Who came in it.</param>
/// <param name="MostPresent">The most at once.</param>
/// <param name="Frames">Frames looked at.</param>
internal readonly record struct HistoryMinute(DateTimeOffset Minute, int People, int MostPresent, int Frames);

/// <summary>All that the page shows in numbers, of one moment.</summary>
internal sealed record Measurements
{
    /// <summary>Frames looked at per second, over the last seconds.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Milliseconds of each stage, over the last seconds.</summary>
    public StageTimes Stages { get; init; }

    /// <summary>Frames looked at since the start.</summary>
    public long Frames { get; init; }

    /// <summary>Frames that nobody looked at, because newer ones came.</summary>
    public long Dropped { get; init; }

    /// <summary>How often the source was restarted.</summary>
    public int Restarts { get; init; }

    /// <summary>What the source does, in a few words ("runs", "restarting: …").</summary>
    public string SourceState { get; init; } = "";

    /// <summary>People in the picture now.</summary>
    public int Present { get; init; }

    /// <summary>People counted since the start.</summary>
    public int People { get; init; }

    /// <summary>Crossings of the line to its right.</summary>
    public int CrossedRight { get; init; }

    /// <summary>Crossings of the line to its left.</summary>
    public int CrossedLeft { get; init; }

    /// <summary>Whether the lamp is on; null where there is none.</summary>
    public bool? LampOn { get; init; }

    /// <summary>The last things that did not work, newest last.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The last 24 hours at most, oldest first; minutes without frames are missing.</summary>
    public IReadOnlyList<HistoryMinute> History { get; init; } = [];
}
