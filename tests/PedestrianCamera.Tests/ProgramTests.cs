using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

/// <summary>The whole program, from its command line to its exit code.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_picture_of_a_folder_is_looked_at_and_the_program_ends_with_it()
    {
        for (int i = 0; i < 5; i++) PngFile.Write(_folder[$"{i}.png"], new Image(64, 48, 3));
        (int code, string output, string error) = await RunAsync("--source", $"folder:{_folder.Path}", "--every-frame", "--no-page", "--json", "--threads", "1");
        Assert.Equal((0, ""), (code, error));
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((5, 0, 0), (report.GetProperty("frames").GetInt32(), report.GetProperty("dropped").GetInt32(), report.GetProperty("people").GetInt32()));
    }

    [Fact]
    public async Task Told_to_stop_it_finishes_its_frame_and_ends_well()
    {
        for (int i = 0; i < 3; i++) PngFile.Write(_folder[$"{i}.png"], new Image(64, 48, 3));
        string log = _folder["events.jsonl"], settings = _folder["settings.json"];
        await File.WriteAllTextAsync(settings, """{ "source": { "loop": true }, "log": { "path": "events.jsonl" }, "page": null }""");
        using var stopping = new CancellationTokenSource();
        Task<(int Code, string Output, string Error)> running = RunAsync(stopping.Token, settings, "--source", $"folder:{_folder.Path}", "--every-frame", "--threads", "1");
        Assert.True(SpinWait.SpinUntil(() => running.IsCompleted || (File.Exists(log) && new FileInfo(log).Length > 0), TimeSpan.FromSeconds(60)));
        await stopping.CancelAsync();
        (int code, string output, string _) = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, code);
        Assert.Contains("frames in", output, StringComparison.Ordinal);
        string[] kinds = [.. (await File.ReadAllLinesAsync(log)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
        Assert.Equal(["started", "stopped"], kinds);
    }

    [Theory, InlineData("TERM", 0), InlineData("INT", 130)]
    public async Task A_signal_ends_the_process_in_order(string signal, int exitCode)
    {
        for (int i = 0; i < 3; i++) PngFile.Write(_folder[$"{i}.png"], new Image(64, 48, 3));
        await File.WriteAllTextAsync(_folder["settings.json"], """{ "source": { "loop": true }, "log": { "path": "events.jsonl" }, "page": { "port": 0 } }""");
        using var camera = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [typeof(Program).Assembly.Location, _folder["settings.json"], "--source", $"folder:{_folder.Path}", "--every-frame", "--threads", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!File.Exists(_folder["events.jsonl"]) || new FileInfo(_folder["events.jsonl"]).Length == 0) await Task.Delay(20, patience.Token);
            using (var kill = Process.Start("kill", [$"-{signal}", camera.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(patience.Token);
            Task<string> output = camera.StandardOutput.ReadToEndAsync(patience.Token);
            await camera.WaitForExitAsync(patience.Token);
            Assert.Equal(exitCode, camera.ExitCode);
            Assert.Contains("frames in", await output, StringComparison.Ordinal);
            Assert.Contains("stopped", (await File.ReadAllLinesAsync(_folder["events.jsonl"]))[^1], StringComparison.Ordinal);
        }
        finally
        {
            if (!camera.HasExited) camera.Kill();
        }
    }

    [Fact]
    public async Task A_page_for_other_machines_without_a_token_is_wrong_usage()
    {
        (int code, string _, string error) = await RunAsync("--page", "0.0.0.0:0", "--source", $"folder:{_folder.Path}", "--threads", "1");
        Assert.Equal(2, code);
        Assert.Contains("page.token", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_source_that_is_given_up_is_not_said_to_be_opened_again()
    {
        (int code, string _, string error) = await RunAsync("--no-page", "--source", $"folder:{_folder.Path}", "--threads", "1");
        Assert.Equal(1, code);
        Assert.Contains("no pictures in it", error, StringComparison.Ordinal);
        Assert.DoesNotContain("opened again", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_settings_pass_the_check()
    {
        (int code, string output, string error) = await RunAsync("--check", "--source", "rpicam", "--threads", "1");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("320×240", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "detector": { "score": 1.5 } }""", "settings.json:1: detector.score", 2)]
    [InlineData("""{ "detector": { "label": "giraffe" } }""", "the model has no label 'giraffe'", 1)]
    [InlineData("""{ "detector": { "model": "missing.edgenet" } }""", "missing.edgenet", 1)]
    [InlineData("""{ "detector": { "model": "settings.json" } }""", "settings.json", 1)]
    [InlineData("""{ "lamp": { "chip": "/dev/gpiochip999" } }""", "/dev/gpiochip999", 1)]
    [InlineData("""{ "source": { "kind": "folder" } }""", "source.path", 2)]
    [InlineData("""{ "source": { "kind": "ffmpeg", "path": "nowhere.mp4" } }""", "nowhere.mp4: not there", 1)]
    public async Task What_is_wrong_is_named_by_the_check(string text, string expected, int exitCode)
    {
        await File.WriteAllTextAsync(_folder["settings.json"], text);
        (int code, string _, string error) = await RunAsync("--check", _folder["settings.json"], "--threads", "1");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Equal(exitCode, code);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_ends_with_one_line()
    {
        (int code, string _, string error) = await RunAsync("--source", "folder:" + _folder["nowhere"], "--every-frame", "--no-page", "--threads", "1");
        Assert.Equal(1, code);
        Assert.Contains("nowhere", error, StringComparison.Ordinal);
    }

    [SharedFact]
    public async Task People_on_photos_are_counted_and_kept_as_snapshots()
    {
        string photos = _folder["photos"];
        Directory.CreateDirectory(photos);
        // Held out from training: every third in the order of names. Each is seen three times, so that people count.
        string[] held = [.. Directory.GetFiles(SharedMaterial.Path("data/pennfudan/images")).Order(StringComparer.Ordinal).Where((_, i) => i % 3 == 0).Take(8)];
        for (int i = 0; i < held.Length * 3; i++) File.Copy(held[i / 3], Path.Combine(photos, $"{i:000}{Path.GetExtension(held[i / 3])}"));
        string settings = _folder["settings.json"];
        await File.WriteAllTextAsync(settings, """{ "source": { "fps": 1 }, "page": null, "snapshots": { "folder": "snapshots" } }""");
        (int code, string output, string error) = await RunAsync(settings, "--source", $"folder:{photos}", "--every-frame", "--json", "--threads", "1");
        Assert.True(code == 0, error);
        Assert.InRange(JsonDocument.Parse(output).RootElement.GetProperty("people").GetInt32(), 6, 40);
        Assert.NotEmpty(Directory.GetFiles(_folder["snapshots"]));
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(default, arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        StringWriter output = new(), error = new();
        int code = await Program.RunAsync(arguments, output, error, cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
