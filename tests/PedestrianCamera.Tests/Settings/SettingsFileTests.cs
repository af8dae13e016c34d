using System.Globalization;
using System.Text;
using EdgeNet.Vision;
using FsCheck;
using FsCheck.Fluent;

namespace PedestrianCamera.Tests;

public class SettingsFileTests
{
    [Fact]
    public void An_empty_object_gives_the_defaults()
    {
        Assert.Equivalent(new CameraSettings(), Parsed("{}"), strict: true);
    }

    [Fact]
    public void Sections_that_are_there_but_empty_give_their_defaults()
    {
        CameraSettings settings = Parsed("""{ "source": {}, "detector": {}, "tracking": {}, "lamp": {}, "log": {}, "snapshots": {}, "page": {} }""");
        Assert.Equivalent(new SourceSettings(), settings.Source, strict: true);
        Assert.Equal(new DetectorSettings(), settings.Detector);
        Assert.Equal(new TrackingSettings(), settings.Tracking);
        Assert.Equal(new LampSettings(), settings.Lamp);
        Assert.Equal(new LogSettings { Path = "/etc/camera/events.jsonl" }, settings.Log);
        Assert.Equivalent(new SnapshotSettings { Folder = "/etc/camera/snapshots" }, settings.Snapshots, strict: true);
        Assert.Equal(new PageSettings(), settings.Page);
    }

    [Fact]
    public void Every_key_is_taken_over()
    {
        CameraSettings settings = Parsed("""
            {
              "source": { "kind": "ffmpeg", "path": "street.mp4", "width": 320, "height": 240, "fps": 12.5, "arguments": ["-re", ""], "loop": true, "realtime": false, "frozenSeconds": 9 },
              "detector": { "model": "models/a.edgenet", "threads": 3, "label": "walker", "score": 0.6, "minHeight": 0.1, "region": [0.1, 0.2, 0.8, 0.9] },
              "tracking": { "overlap": 0.5, "confirm": 5, "forgetSeconds": 2.5, "line": [0, 0.5, 1, 0.5] },
              "lamp": { "chip": "/dev/gpiochip4", "line": 27, "activeLow": true, "holdSeconds": 30 },
              "log": { "path": "/var/log/events", "maxBytes": 10000, "keep": 2 },
              "webhook": { "url": "https://example.org/events?key=1", "events": ["personCame", "problem"], "token": "abc", "timeoutSeconds": 2 },
              "snapshots": { "folder": "../pictures", "events": ["lampOn"], "keep": 10, "quality": 50 },
              "page": { "address": "0.0.0.0", "port": 80, "token": "long-enough", "fps": 5, "width": 320, "quality": 60 },
            }
            """);
        CameraSettings expected = new()
        {
            Source = new() { Kind = SourceKind.Ffmpeg, Path = "/etc/camera/street.mp4", Width = 320, Height = 240, Fps = 12.5, Arguments = ["-re", ""], Loop = true, Realtime = false, FrozenSeconds = 9 },
            Detector = new() { Model = "/etc/camera/models/a.edgenet", Threads = 3, Label = "walker", Score = 0.6f, MinHeight = 0.1f, Region = new Box(0.1f, 0.2f, 0.8f, 0.9f) },
            Tracking = new() { Overlap = 0.5f, Confirm = 5, ForgetSeconds = 2.5, Line = new CountingLine(0, 0.5f, 1, 0.5f) },
            Lamp = new() { Chip = "/dev/gpiochip4", Line = 27, ActiveLow = true, HoldSeconds = 30 },
            Log = new() { Path = "/var/log/events", MaxBytes = 10000, Keep = 2 },
            Webhook = new() { Url = "https://example.org/events?key=1", Events = [CameraEventKind.PersonCame, CameraEventKind.Problem], Token = "abc", TimeoutSeconds = 2 },
            Snapshots = new() { Folder = "/etc/camera/../pictures", Events = [CameraEventKind.LampOn], Keep = 10, Quality = 50 },
            Page = new() { Address = "0.0.0.0", Port = 80, Token = "long-enough", Fps = 5, Width = 320, Quality = 60 },
        };
        Assert.Equivalent(expected, settings, strict: true);
    }

    [Fact]
    public void Null_says_that_there_is_none()
    {
        CameraSettings settings = Parsed("""{ "lamp": null, "log": null, "webhook": null, "snapshots": null, "page": null, "source": { "path": null }, "tracking": { "line": null } }""");
        Assert.Null(settings.Page);
        Assert.Null(settings.Lamp);
        Assert.Null(settings.Tracking.Line);
    }

    [Theory]
    [InlineData("rtsp://camera/stream", "rtsp://camera/stream")]
    [InlineData("video.mp4", "/etc/camera/video.mp4")]
    [InlineData("./odd:name.mp4", "/etc/camera/./odd:name.mp4")]
    [InlineData("/media/video.mp4", "/media/video.mp4")]
    public void Files_are_relative_to_the_settings_and_addresses_are_left_alone(string path, string expected)
    {
        Assert.Equal(expected, Parsed($$"""{ "source": { "kind": "ffmpeg", "path": "{{path}}" } }""").Source.Path);
    }

    [Theory]
    [InlineData("""{ "sauce": {} }""", "sauce: no such key; did you mean \"source\"?")]
    [InlineData("""{ "page": { "Port": 1 } }""", "page.Port: no such key; did you mean \"port\"?")]
    [InlineData("""{ "lamp": { "hold": 1 } }""", "lamp.hold: no such key; did you mean \"holdSeconds\"?")]
    [InlineData("""{ "lamp": { "hold_seconds": 1 } }""", "lamp.hold_seconds: no such key; did you mean \"holdSeconds\"?")]
    [InlineData("""{ "log": { "colour": 1 } }""", "log.colour: no such key; expected path, maxBytes, keep")]
    [InlineData("""{ "page": {}, "page": {} }""", "page: is there twice; expected once, it is on line 1 already")]
    [InlineData("""{ "source": { "fps": 3, "fps": 4 } }""", "source.fps: is there twice")]
    [InlineData("""[]""", "an array; expected an object")]
    [InlineData("""{ "source": null }""", "source: null; expected an object, { … }")]
    [InlineData("""{ "lamp": true }""", "lamp: true; expected an object, { … }, or null")]
    [InlineData("""{ "source": { "kind": "usb" } }""", "source.kind: \"usb\"; expected \"v4l2\" or \"rpicam\" or \"gstreamer\" or \"ffmpeg\" or \"folder\" or \"stdin\"")]
    [InlineData("""{ "source": { "kind": 0 } }""", "source.kind: 0; expected \"v4l2\"")]
    [InlineData("""{ "source": { "loop": "yes" } }""", "source.loop: \"yes\"; expected true or false")]
    [InlineData("""{ "source": { "width": 8 } }""", "source.width: 8; expected a whole number, 16 to 7680")]
    [InlineData("""{ "source": { "width": 640.5 } }""", "source.width: 640.5; expected a whole number")]
    [InlineData("""{ "source": { "width": "640" } }""", "source.width: \"640\"; expected a whole number")]
    [InlineData("""{ "source": { "height": 99999999999999999999 } }""", "source.height: 99999999999999999999; expected a whole number")]
    [InlineData("""{ "source": { "fps": 0 } }""", "source.fps: 0; expected a number, 0.1 to 240")]
    [InlineData("""{ "source": { "fps": 1e999 } }""", "source.fps: 1e999; expected a number, 0.1 to 240")]
    [InlineData("""{ "source": { "arguments": "-re" } }""", "source.arguments: \"-re\"; expected an array of texts")]
    [InlineData("""{ "source": { "arguments": ["-re"] } }""", "only rpicam and ffmpeg take arguments")]
    [InlineData("""{ "source": { "kind": "folder" } }""", "source.path: null; expected a folder of pictures")]
    [InlineData("""{ "source": { "path": "video0" } }""", "source.path: \"video0\"; expected a device, as /dev/video0")]
    [InlineData("""{ "source": { "path": "" } }""", "source.path: \"\"; expected a device, file, address, folder or pipeline, or null")]
    [InlineData("""{ "detector": { "score": 1.5 } }""", "detector.score: 1.5; expected a number, 0 to 1")]
    [InlineData("""{ "detector": { "region": [0.5, 0, 0.5, 1] } }""", "detector.region: [0.5, 0, 0.5, 1]; expected [left, top, right, bottom]")]
    [InlineData("""{ "detector": { "region": [0, 0, 1] } }""", "detector.region: [0, 0, 1]; expected [left, top, right, bottom]")]
    [InlineData("""{ "detector": { "region": [0, 0, 2, 1] } }""", "detector.region: [0, 0, 2, 1]; expected")]
    [InlineData("""{ "detector": { "region": null } }""", "detector.region: null; expected")]
    [InlineData("""{ "tracking": { "line": [0, 0, 0, 0] } }""", "two different points, or null")]
    [InlineData("""{ "lamp": { "chip": "gpiochip0" } }""", "lamp.chip: \"gpiochip0\"; expected a GPIO chip, as \"/dev/gpiochip0\"")]
    [InlineData("""{ "lamp": { "line": -1 } }""", "lamp.line: -1; expected a whole number, 0 to 1023")]
    [InlineData("""{ "webhook": {} }""", "webhook.url: missing; expected an http or https address")]
    [InlineData("""{ "webhook": { "url": "/events" } }""", "webhook.url: \"/events\"; expected an http or https address")]
    [InlineData("""{ "webhook": { "url": "ftp://example.org" } }""", "expected an http or https address")]
    [InlineData("""{ "webhook": { "url": "http://a/", "events": ["came"] } }""", "webhook.events: \"came\"; expected \"started\"")]
    [InlineData("""{ "webhook": { "url": "http://a/", "events": "all" } }""", "webhook.events: \"all\"; expected an array of \"started\"")]
    [InlineData("""{ "page": { "address": "0.0.0.0" } }""", "page.address: 0.0.0.0 can be reached from other machines; expected page.token to be set, or 127.0.0.1")]
    [InlineData("""{ "page": { "address": "camera.local" } }""", "page.address: \"camera.local\" is no IP address")]
    [InlineData("""{ "page": { "address": "::", "token": "1234567" } }""", "page.token: a text of 7 characters; expected at least 8 visible ASCII characters")]
    [InlineData("""{ "page": { "token": "with a space" } }""", "page.token: a text of 12 characters")]
    [InlineData("""{ "page": { "port": 65536 } }""", "page.port: 65536; expected a whole number, 0 to 65535")]
    public void What_is_wrong_is_one_line_that_says_what_was_expected(string text, string message)
    {
        string error = Assert.Single(Errors(text));
        Assert.StartsWith("/etc/camera/settings.json:1: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_listed_each_with_its_line()
    {
        Assert.Equal([3, 6, 7, 9, 11, 13, 14], Lines(Errors("""
            {
              // A comment of one line.
              "sauce": {},
              /* A comment
                 of two. */
              "source": { "width": 1,
                "fps": "fast" },
              "detector": {
                "region": [
                  0, 0,
                  2, 1], "score": 2,
              },
              "page": { "address": "0.0.0.0" },
              "page": {},
            }
            """)).Order());
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("// nothing", 1)]
    [InlineData("{\n  \"page\": {\n}", 3)]
    [InlineData("{\n}\n}", 3)]
    [InlineData("{\n  'page': {}\n}", 2)]
    [InlineData("{\n\n  \"page\": nul }", 3)]
    [InlineData("{\n  \"log\": { \"path\": \"\\ud800\" } }", 2)]
    [InlineData("{ \"a\":[[[[[[[[[[[[[[[[[[[[", 1)]
    public void What_is_not_JSON_names_the_line(string text, int line)
    {
        Assert.Equal([line], Lines(Errors(text)));
    }

    [Fact]
    public void What_is_not_UTF8_names_the_line()
    {
        byte[] bytes = [.. "{\n  \"log\": { \"path\": \""u8, 0xFF, .. "\" }\n}"u8];
        Assert.Equal([2], Lines(Assert.Throws<SettingsException>(() => SettingsFile.Parse(bytes, "/etc/camera/settings.json")).Errors));
    }

    [Fact]
    public void A_byte_order_mark_is_no_error()
    {
        Assert.NotNull(SettingsFile.Parse([0xEF, 0xBB, 0xBF, .. "{}"u8], "settings.json"));
    }

    [Fact]
    public void Tokens_are_never_repeated()
    {
        string errors = string.Concat(Errors("""{ "page": { "token": "hunter2" }, "webhook": { "url": "http://a/", "token": "two words" } }"""));
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_missing_folders_or_too_long_are_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["long"], new string(' ', SettingsFile.MaximumLength + 1));
        File.WriteAllText(folder["longest"], "{}" + new string(' ', SettingsFile.MaximumLength - 2));
        foreach (string path in new[] { folder["missing"], folder.Path, folder["long"], "/dev/zero" })
            Assert.StartsWith(path, Assert.Single(Assert.Throws<SettingsException>(() => SettingsFile.Read(path)).Errors), StringComparison.Ordinal);
        Assert.NotNull(SettingsFile.Read(folder["longest"]));
    }

    [Fact]
    public void Whatever_stands_in_a_file_ends_in_settings_or_in_errors_of_one_line_each()
    {
        string example = File.ReadAllText(SettingsDocumentsTests.Example);
        Prop.ForAll(Gen.Choose(0, example.Length - 1).Two().ToArbitrary(), ArbMap.Default.ArbFor<NonNull<string>>(), ((int, int) places, NonNull<string> noise) =>
        {
            (int from, int to) = (Math.Min(places.Item1, places.Item2), Math.Max(places.Item1, places.Item2));
            string text = example[..from] + noise.Get + example[(to % 3 == 0 ? to : from)..];
            try
            {
                return SettingsFile.Parse(Encoding.UTF8.GetBytes(text), "settings.json") is not null;
            }
            catch (SettingsException refused)
            {
                return refused.Errors.Count > 0 && refused.Errors.All(error => error.StartsWith("settings.json:", StringComparison.Ordinal) && !error.Any(char.IsControl));
            }
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 1).WithMaxTest(500));
    }

    private static CameraSettings Parsed(string text) => SettingsFile.Parse(Encoding.UTF8.GetBytes(text), "/etc/camera/settings.json");

    private static IReadOnlyList<string> Errors(string text)
    {
        IReadOnlyList<string> errors = Assert.Throws<SettingsException>(() => Parsed(text)).Errors;
        Assert.All(errors, error => Assert.DoesNotContain(error, char.IsControl));
        return errors;
    }

    private static IEnumerable<int> Lines(IReadOnlyList<string> errors) => errors.Select(error => int.Parse(error.Split(':')[1], CultureInfo.InvariantCulture));
}
