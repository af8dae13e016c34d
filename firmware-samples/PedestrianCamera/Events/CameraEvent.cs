namespace PedestrianCamera;

/// <summary>What can happen.</summary>
internal enum CameraEventKind
{
    /// <summary>The program looks at its source.</summary>
    Started,

    /// <summary>It ends, as it was told to.</summary>
    Stopped,

    /// <summary>A person is seen, and counted.</summary>
    PersonCame,

    /// <summary>A person who was counted is no longer seen.</summary>
    PersonLeft,

    /// <summary>A person crossed the line, to the right of its direction or to the left.</summary>
    LineCrossed,

    /// <summary>The lamp was switched on.</summary>
    LampOn,

    /// <summary>The lamp was switched off.</summary>
    LampOff,

    /// <summary>The source died or froze; it is being restarted.</summary>
    SourceLost,

    /// <summary>Frames come again.</summary>
    SourceBack,

    /// <summary>Something else than the source fails (lamp, log, webhook); the detector goes on.</summary>
    Problem,
}

/// <summary>One thing that happened.</summary>
/// <param name="Kind">What.</param>
/// <param name="Time">When.</param>
internal sealed record CameraEvent(CameraEventKind Kind, DateTimeOffset Time)
{
    /// <summary>The person's number, from 1 since the program started; 0 where it is about nobody.</summary>
    public int Person { get; init; }

    /// <summary>Where the person is: left, top, right, bottom in parts of the picture, 0…1; null where it is about nobody.</summary>
    public EdgeNet.Vision.Box? Box { get; init; }

    /// <summary>How sure the detector is, 0…1.</summary>
    public float Score { get; init; }

    /// <summary>For <see cref="CameraEventKind.LineCrossed"/>: "right" or "left", seen along the line from its first point to its second.</summary>
    public string? Direction { get; init; }

    /// <summary>For <see cref="CameraEventKind.PersonLeft"/>: seconds since the person came.</summary>
    public double? Seconds { get; init; }

    /// <summary>A sentence, for sources and problems.</summary>
    public string? Message { get; init; }
}
