using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// Live settings as the page sends and gets them:
/// <c>{"score":0.4,"minHeight":0,"region":[0,0,1,1],"line":[0.5,0,0.5,1],"holdSeconds":10,"lamp":"auto"}</c>; line may be null.
/// </summary>
internal static class LiveSettingsJson
{
    /// <summary>The least side of a region and length of a line, in parts of the picture.</summary>
    private const float LeastLength = 0.02f;

    private const double MostHoldSeconds = 86400;

    /// <summary>Writes all of them, as an object.</summary>
    public static void Write(Utf8JsonWriter json, LiveSettings settings)
    {
        json.WriteStartObject();
        json.WriteNumber("score"u8, settings.Score);
        json.WriteNumber("minHeight"u8, settings.MinHeight);
        WriteFour(json, "region", settings.Region.XMin, settings.Region.YMin, settings.Region.XMax, settings.Region.YMax);
        if (settings.Line is { } line) WriteFour(json, "line", line.X1, line.Y1, line.X2, line.Y2);
        else json.WriteNull("line"u8);
        json.WriteNumber("holdSeconds"u8, settings.HoldSeconds);
        json.WriteString("lamp"u8, settings.Lamp switch { LampMode.On => "on", LampMode.Off => "off", _ => "auto" });
        json.WriteEndObject();
    }

    /// <summary>Settings with some of them changed.</summary>
    /// <param name="settings">Those of before.</param>
    /// <param name="changes">An object with those that change; what it does not name stays.</param>
    /// <exception cref="FormatException">It is no such object, or a value is out of its range: one line.</exception>
    public static LiveSettings Change(LiveSettings settings, ReadOnlySpan<byte> changes)
    {
        Utf8JsonReader json = new(changes);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new FormatException("expected a JSON object of settings, as {\"score\": 0.5}");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                json.Read();
                settings = name switch
                {
                    "score" => settings with { Score = (float)ReadNumber(ref json, name, 0, 1) },
                    "minHeight" => settings with { MinHeight = (float)ReadNumber(ref json, name, 0, 1) },
                    "region" => settings with { Region = ReadRegion(ref json) },
                    "line" => settings with { Line = ReadLine(ref json) },
                    "holdSeconds" => settings with { HoldSeconds = ReadNumber(ref json, name, 0, MostHoldSeconds) },
                    "lamp" => settings with { Lamp = ReadLamp(ref json) },
                    _ => throw new FormatException("unknown setting; expected score, minHeight, region, line, holdSeconds or lamp"),
                };
            }
            // Whatever follows the object is an error of the reader's.
            json.Read();
            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name that is no UTF-8.
            throw new FormatException($"not JSON at byte {json.BytesConsumed}; expected an object of settings, as {{\"score\": 0.5}}", e);
        }
    }

    private static double ReadNumber(ref Utf8JsonReader json, string name, double least, double most) =>
        json.TokenType == JsonTokenType.Number && json.TryGetDouble(out double value) && value >= least && value <= most
            ? value
            : throw new FormatException($"{name}: expected a number from {least} to {most}");

    private static Box ReadRegion(ref Utf8JsonReader json)
    {
        (float left, float top, float right, float bottom) = ReadFour(ref json, "region: expected [left, top, right, bottom] in parts of the picture, 0 to 1");
        return right - left >= LeastLength && bottom - top >= LeastLength
            ? new Box(left, top, right, bottom)
            : throw new FormatException($"region: right must be beyond left and bottom below top, by {LeastLength} or more");
    }

    private static CountingLine? ReadLine(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null) return null;
        (float x1, float y1, float x2, float y2) = ReadFour(ref json, "line: expected [x1, y1, x2, y2] in parts of the picture, 0 to 1, or null for none");
        return MathF.Max(MathF.Abs(x2 - x1), MathF.Abs(y2 - y1)) >= LeastLength
            ? new CountingLine(x1, y1, x2, y2)
            : throw new FormatException($"line: its points must be {LeastLength} or more apart");
    }

    private static LampMode ReadLamp(ref Utf8JsonReader json) => (json.TokenType == JsonTokenType.String ? json.GetString() : null) switch
    {
        "auto" => LampMode.Auto,
        "on" => LampMode.On,
        "off" => LampMode.Off,
        _ => throw new FormatException("lamp: expected \"auto\", \"on\" or \"off\""),
    };

    private static (float, float, float, float) ReadFour(ref Utf8JsonReader json, string expected)
    {
        Span<float> four = stackalloc float[4];
        if (json.TokenType != JsonTokenType.StartArray) throw new FormatException(expected);
        for (int i = 0; i < 4; i++)
        {
            if (!json.Read() || json.TokenType != JsonTokenType.Number || !json.TryGetSingle(out four[i]) || !(four[i] is >= 0 and <= 1))
                throw new FormatException(expected);
        }
        return json.Read() && json.TokenType == JsonTokenType.EndArray ? (four[0], four[1], four[2], four[3]) : throw new FormatException(expected);
    }

    private static void WriteFour(Utf8JsonWriter json, string name, float a, float b, float c, float d)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(a);
        json.WriteNumberValue(b);
        json.WriteNumberValue(c);
        json.WriteNumberValue(d);
        json.WriteEndArray();
    }
}
