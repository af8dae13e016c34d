using System.Diagnostics;
using System.Globalization;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public sealed class AnnotatedVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [InstalledFact("ffmpeg")]
    public void A_video_is_there_when_it_is_whole_and_not_before()
    {
        string path = _folder["a.mp4"];
        using (var video = new AnnotatedVideo(path, 25))
        {
            for (int i = 0; i < 3; i++) video.Add(new Image(63, 47 + i, 3));
            Assert.False(File.Exists(path));
            video.Finish();
        }
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        using (var given = new AnnotatedVideo(_folder["b.mp4"], 25)) given.Add(new Image(64, 48, 3));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [InstalledFact("ffmpeg", "kill")]
    public void Ctrl_C_which_a_terminal_tells_to_ffmpeg_too_leaves_a_video()
    {
        string path = _folder["a.mp4"];
        using var video = new AnnotatedVideo(path, 25);
        // More than a pipe holds: ffmpeg reads already, and hears signals.
        for (int i = 0; i < 4; i++) video.Add(new Image(640, 480, 3));
        using (var kill = Process.Start("kill", ["-INT", video.ProcessId!.Value.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        for (int i = 0; i < 4; i++) video.Add(new Image(640, 480, 3));
        video.Finish();
        Assert.True(new FileInfo(path).Length > 0);
    }

    [InstalledFact("ffmpeg")]
    public void Where_no_file_can_be_written_ffmpegs_reason_is_told()
    {
        using var video = new AnnotatedVideo(_folder["a.unknown"], 25);
        IOException failure = Assert.Throws<IOException>(() =>
        {
            for (int i = 0; i < 4; i++) video.Add(new Image(640, 480, 3));
            video.Finish();
        });
        Assert.StartsWith($"{_folder["a.unknown"]}: ffmpeg stopped: ", failure.Message, StringComparison.Ordinal);
    }
}
