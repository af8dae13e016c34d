using System.Text;
using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class EventJsonTests
{
    private static readonly DateTimeOffset s_time = new(2026, 5, 1, 14, 0, 0, 123, TimeSpan.FromHours(2));

    [Fact]
    public void A_crossing_has_all_that_is_known_of_it()
    {
        CameraEvent happened = new(CameraEventKind.LineCrossed, s_time) { Person = 3, Box = new Box(0.1f, 0.2f, 0.3f, 0.98765432f), Score = 0.875f, Direction = "right" };
        Assert.Equal(
            """{"time":"2026-05-01T12:00:00.123Z","event":"lineCrossed","person":3,"score":0.875,"box":[0.1,0.2,0.3,0.9877],"direction":"right"}""",
            Text(happened));
    }

    [Fact]
    public void What_says_nothing_is_left_out()
    {
        Assert.Equal("""{"time":"2026-05-01T12:00:00.123Z","event":"lampOn"}""", Text(new CameraEvent(CameraEventKind.LampOn, s_time)));
        Assert.Equal("""{"time":"2026-05-01T12:00:00.123Z","event":"personLeft","person":1,"score":0,"seconds":4.25}""",
            Text(new CameraEvent(CameraEventKind.PersonLeft, s_time) { Person = 1, Seconds = 4.25 }));
    }

    [Theory]
    [InlineData("two\nlines \"quoted\"")]
    [InlineData("half a pair \ud800 of surrogates")]
    [InlineData("Größe ✓")]
    public void Any_message_is_one_line_of_JSON(string message)
    {
        string line = Text(new CameraEvent(CameraEventKind.Problem, s_time) { Message = message, Person = 1, Score = float.NaN, Seconds = double.PositiveInfinity });
        Assert.DoesNotContain('\n', line);
        Assert.Equal(message.Replace('\ud800', '\ufffd'), JsonDocument.Parse(line).RootElement.GetProperty("message").GetString());
    }

    private static string Text(CameraEvent happened) => Encoding.UTF8.GetString(EventJson.Of(happened));
}
