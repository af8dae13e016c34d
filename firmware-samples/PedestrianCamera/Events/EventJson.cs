using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PedestrianCamera;

/// <summary>An event as one JSON object (docs/pedestrian-camera.md lists its fields).</summary>
internal static class EventJson
{
    /// <summary>The object, without a line's end. Fields that say nothing are left out.</summary>
    public static byte[] Of(CameraEvent happened)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", happened.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("event", NameOf(happened.Kind));
            if (happened.Person != 0)
            {
                json.WriteNumber("person", happened.Person);
                WriteNumber(json, "score", happened.Score);
            }
            if (happened.Box is { } box)
            {
                json.WriteStartArray("box");
                foreach (float side in (ReadOnlySpan<float>)[box.XMin, box.YMin, box.XMax, box.YMax]) json.WriteNumberValue(Rounded(side));
                json.WriteEndArray();
            }
            if (happened.Direction is { } direction) WriteText(json, "direction", direction);
            if (happened.Seconds is { } seconds) WriteNumber(json, "seconds", seconds);
            if (happened.Message is { } message) WriteText(json, "message", message);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The name of a kind, as the settings have it, too.</summary>
    public static string NameOf(CameraEventKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    private static void WriteNumber(Utf8JsonWriter json, string name, double value) => json.WriteNumber(name, Rounded(value));

    // JSON has no infinities; four places are more than a pixel of any picture here.
    private static double Rounded(double value) => double.IsFinite(value) ? Math.Round(value, 4) : 0;

    // The writer refuses halves of surrogate pairs, which a file's name in a message may hold; the encoder replaces them.
    private static void WriteText(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Encoding.UTF8.GetBytes(value));
}
