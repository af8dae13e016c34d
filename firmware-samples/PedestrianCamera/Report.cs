using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PedestrianCamera;

/// <summary>The figures that are printed at the end.</summary>
/// <param name="Frames">Frames looked at.</param>
/// <param name="Dropped">Frames that nobody looked at.</param>
/// <param name="Restarts">How often the source was opened again.</param>
/// <param name="Seconds">From the opening of the source to its end.</param>
/// <param name="People">People counted.</param>
/// <param name="CrossedRight">Crossings of the line to its right.</param>
/// <param name="CrossedLeft">Crossings to its left.</param>
/// <param name="Times">Milliseconds a frame in each stage, on average.</param>
internal sealed record Report(long Frames, long Dropped, int Restarts, double Seconds, int People, int CrossedRight, int CrossedLeft, StageTimes Times)
{
    /// <summary>Milliseconds that the detector's thread works on a frame.</summary>
    private double Work => Times.Prepare + Times.Infer + Times.Decode + Times.Follow + Times.Show;

    /// <summary>The part of the detector's work on a frame that is not the network.</summary>
    private double NotInference => Work <= 0 ? 0 : 1 - (Times.Infer / Work);

    /// <summary>In lines for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        people {People}, crossed to the right {CrossedRight}, to the left {CrossedLeft}
        {Frames} frames in {Seconds:0.00} s, {(Seconds > 0 ? Frames / Seconds : 0):0.0} a second, {Dropped} dropped, source opened again {Restarts} times
        {Work:0.00} ms a frame: prepare {Times.Prepare:0.00}, infer {Times.Infer:0.00}, decode {Times.Decode:0.00}, follow {Times.Follow:0.00}, show {Times.Show:0.00}; not inference {100 * NotInference:0.0} %
        """);

    /// <summary>As one JSON object.</summary>
    public string ToJson()
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("people", People);
            json.WriteNumber("crossedRight", CrossedRight);
            json.WriteNumber("crossedLeft", CrossedLeft);
            json.WriteNumber("frames", Frames);
            json.WriteNumber("dropped", Dropped);
            json.WriteNumber("restarts", Restarts);
            json.WriteNumber("seconds", Math.Round(Seconds, 4));
            json.WriteNumber("framesPerSecond", Seconds > 0 ? Math.Round(Frames / Seconds, 3) : 0);
            json.WriteStartObject("milliseconds");
            json.WriteNumber("wait", Math.Round(Times.Wait, 4));
            json.WriteNumber("prepare", Math.Round(Times.Prepare, 4));
            json.WriteNumber("infer", Math.Round(Times.Infer, 4));
            json.WriteNumber("decode", Math.Round(Times.Decode, 4));
            json.WriteNumber("follow", Math.Round(Times.Follow, 4));
            json.WriteNumber("show", Math.Round(Times.Show, 4));
            json.WriteEndObject();
            json.WriteNumber("notInference", Math.Round(NotInference, 4));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
