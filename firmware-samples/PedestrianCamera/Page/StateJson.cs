using System.Text.Json;

namespace PedestrianCamera;

/// <summary>What the page asks for once a second.</summary>
internal static class StateJson
{
    private const long SecondsOfMinute = 60;

    /// <summary>Writes one moment, as an object.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="measured">The numbers.</param>
    /// <param name="settings">Those of now: another visitor may have changed them.</param>
    /// <param name="viewers">Who looks at pictures.</param>
    /// <param name="pictureProblem">Why pictures are few or missing; null if all is well.</param>
    /// <param name="sinceMinute">The first minute of the history that the page does not have for good, counted from 1970.</param>
    public static void Write(
        Utf8JsonWriter json, Measurements measured, LiveSettings settings, int viewers, string? pictureProblem, long sinceMinute)
    {
        json.WriteStartObject();
        json.WriteNumber("present"u8, measured.Present);
        json.WriteNumber("people"u8, measured.People);
        json.WriteNumber("crossedRight"u8, measured.CrossedRight);
        json.WriteNumber("crossedLeft"u8, measured.CrossedLeft);
        json.WriteNumber("framesPerSecond"u8, Finite(measured.FramesPerSecond));
        json.WriteNumber("frames"u8, measured.Frames);
        json.WriteNumber("dropped"u8, measured.Dropped);
        json.WriteNumber("restarts"u8, measured.Restarts);
        json.WriteString("source"u8, measured.SourceState);
        if (measured.LampOn is { } lamp) json.WriteBoolean("lampOn"u8, lamp);
        else json.WriteNull("lampOn"u8);
        json.WriteNumber("viewers"u8, viewers);
        json.WriteString("pictureProblem"u8, pictureProblem);

        json.WriteStartObject("stages"u8);
        json.WriteNumber("wait"u8, Finite(measured.Stages.Wait));
        json.WriteNumber("prepare"u8, Finite(measured.Stages.Prepare));
        json.WriteNumber("infer"u8, Finite(measured.Stages.Infer));
        json.WriteNumber("decode"u8, Finite(measured.Stages.Decode));
        json.WriteNumber("follow"u8, Finite(measured.Stages.Follow));
        json.WriteNumber("show"u8, Finite(measured.Stages.Show));
        json.WriteEndObject();

        json.WriteStartArray("problems"u8);
        foreach (string problem in measured.Problems) json.WriteStringValue(problem);
        json.WriteEndArray();

        json.WriteStartArray("history"u8);
        foreach (HistoryMinute minute in measured.History)
        {
            long number = minute.Minute.ToUnixTimeSeconds() / SecondsOfMinute;
            if (number < sinceMinute) continue;
            json.WriteStartArray();
            json.WriteNumberValue(number);
            json.WriteNumberValue(minute.People);
            json.WriteNumberValue(minute.MostPresent);
            json.WriteNumberValue(minute.Frames);
            json.WriteEndArray();
        }
        json.WriteEndArray();

        json.WritePropertyName("settings"u8);
        LiveSettingsJson.Write(json, settings);
        json.WriteEndObject();
    }

    /// <summary>Two decimals, and 0 for what JSON has no number for.</summary>
    private static double Finite(double value) => double.IsFinite(value) ? Math.Round(value, 2) : 0;
}
