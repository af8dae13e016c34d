using System.Diagnostics;
using System.Text;

namespace PedestrianCamera.Tests;

public class ProcessSourceTests
{
    [InstalledFact("sh", "cat")]
    public void Pictures_of_a_program_come_and_its_end_is_the_end()
    {
        using var folder = new TemporaryFolder();
        using var source = new ProcessSource(Shell("cat \"$0\"", hasEnd: true, folder.File("a.y4m", TestStreams.Y4m(3))));
        Assert.Equal([1, 2, 3], TestStreams.ReadAll(source).Select(frame => (int)frame[0]));
    }

    [Fact]
    public void A_program_that_is_not_installed_is_said_with_how_to_install_it()
    {
        var program = new SourceProgram(["no-such-program-1", "no-such-program-2"], [], "apt-get install -y it", input => new Y4mReader(input), false);
        Assert.Equal("no-such-program-1: not installed; run: apt-get install -y it", Assert.Throws<SourceException>(() => new ProcessSource(program)).Message);
    }

    [InstalledFact("sh")]
    public void Where_the_first_is_not_installed_the_next_is_taken()
    {
        SourceProgram program = Shell("exit 0", hasEnd: true) with { Names = ["no-such-program-1", "sh"] };
        using var source = new ProcessSource(program);
        Assert.False(source.Read(new Frame()));
    }

    [InstalledFact("sh")]
    public void A_failure_is_told_with_the_last_line_that_the_program_said() =>
        Assert.Equal("sh: ended with code 3: no camera", Failure("echo starting >&2; echo 'no camera' >&2; echo >&2; exit 3", hasEnd: true));

    [InstalledFact("sh")]
    public void A_failure_without_words_is_told_with_the_command() =>
        Assert.Contains("sh -c exit 4", Failure("exit 4", hasEnd: true), StringComparison.Ordinal);

    [InstalledFact("sh")]
    public void Passwords_in_addresses_are_not_told()
    {
        Assert.Equal(
            "sh: ended with code 1: rtsp://…@camera/live?…: refused, tcp://camera:554?… too",
            Failure("echo 'rtsp://admin:p@ss@camera/live?user=a&key=b:c: refused, tcp://camera:554?timeout=0 too' >&2; exit 1", hasEnd: true));
        Assert.EndsWith("exit 4 # http://…@camera:81/video", Failure("exit 4 # http://me:secret@camera:81/video", hasEnd: true), StringComparison.Ordinal);
    }

    [InstalledFact("sh")]
    public void The_end_of_what_has_none_is_a_failure() => Assert.StartsWith("sh: ended: bye", Failure("echo bye >&2", hasEnd: false), StringComparison.Ordinal);

    [InstalledFact("sh")]
    public void Nonsense_is_told_as_what_it_is() => Assert.StartsWith("sh: does not begin with YUV4MPEG2", Failure("echo hello", hasEnd: true), StringComparison.Ordinal);

    [InstalledFact("sh")]
    public void Megabytes_of_messages_do_not_stop_a_program() =>
        Assert.Equal("sh: ended with code 5: last", Failure("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 5", hasEnd: true));

    [InstalledFact("sh", "sleep")]
    public async Task Disposing_ends_a_read_that_waits_and_kills_the_children()
    {
        using var folder = new TemporaryFolder();
        string pidFile = Path.Combine(folder.Path, "pid");
        var source = new ProcessSource(Shell("sleep 600 & echo $! > \"$0.part\"; mv \"$0.part\" \"$0\"; wait", hasEnd: false, pidFile));
        Task<SourceException> reading = Task.Run(() => Assert.Throws<SourceException>(() => source.Read(new Frame())));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pidFile), TimeSpan.FromSeconds(20)));
        int child = int.Parse(File.ReadAllText(pidFile), System.Globalization.CultureInfo.InvariantCulture);
        source.Dispose();
        Assert.Contains("closed", (await reading.WaitAsync(TimeSpan.FromSeconds(20))).Message, StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => IsGone(child), TimeSpan.FromSeconds(20)));
    }

    [InstalledFact("ffmpeg")]
    public void Ffmpeg_reads_a_file_and_makes_it_smaller_in_its_own_shape()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.y4m", TestStreams.Y4m(3, 90, 40));
        using var source = new ProcessSource(SourceProgram.Ffmpeg(new SourceSettings { Path = file, Width = 64, Height = 64, Realtime = false }));
        var frame = new Frame();
        for (int n = 1; n <= 3; n++)
        {
            Assert.True(source.Read(frame));
            Assert.Equal((64, 28), (frame.Width, frame.Height));
            Assert.InRange(frame.Bytes[100], n - 1, n + 1);
        }
        Assert.False(source.Read(frame));

        using var whole = new ProcessSource(SourceProgram.Ffmpeg(new SourceSettings { Path = file, Realtime = false }));
        Assert.True(whole.Read(frame));
        Assert.Equal((90, 40), (frame.Width, frame.Height));
    }

    [InstalledFact("ffmpeg")]
    public void Ffmpeg_writes_JPEG_pictures_that_are_read()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.y4m", TestStreams.Y4m(4, 32, 32));
        var program = new SourceProgram(["ffmpeg"], ["-nostdin", "-loglevel", "error", "-i", file, "-f", "mjpeg", "-"], "", input => new StdinSource(input), HasEnd: true);
        using var source = new ProcessSource(program);
        Assert.Equal(4, TestStreams.ReadAll(source).Count);
    }

    [InstalledFact("ffmpeg")]
    public void Ffmpeg_repeats_a_file_for_ever()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.y4m", TestStreams.Y4m(2, 32, 32));
        using var source = new ProcessSource(SourceProgram.Ffmpeg(new SourceSettings { Path = file, Loop = true, Realtime = false }));
        var frame = new Frame();
        for (int n = 0; n < 9; n++) Assert.True(source.Read(frame));
    }

    [InstalledFact("ffmpeg")]
    public void Ffmpeg_says_in_one_line_what_is_wrong_with_a_file_or_an_address()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("No such file", FfmpegFailure(Path.Combine(folder.Path, "none.mp4")), StringComparison.Ordinal);
        Assert.Contains("Invalid data", FfmpegFailure(folder.File("bad.mp4", [.. Enumerable.Repeat((byte)1, 5000)])), StringComparison.Ordinal);
        // Nobody listens on port 1 of this machine.
        Assert.Contains("refused", FfmpegFailure("rtsp://127.0.0.1:1/none"), StringComparison.Ordinal);

        static string FfmpegFailure(string path)
        {
            using var source = new ProcessSource(SourceProgram.Ffmpeg(new SourceSettings { Path = path }));
            string message = Assert.Throws<SourceException>(() => source.Read(new Frame())).Message;
            Assert.DoesNotContain('\n', message);
            return message;
        }
    }

    [InstalledFact("sh", "cat")]
    public void Padded_rows_of_a_camera_program_are_read_as_pictures()
    {
        using var folder = new TemporaryFolder();
        foreach ((Func<SourceSettings, SourceProgram> program, int luma, int chroma) in
            ((Func<SourceSettings, SourceProgram>, int, int)[])[(SourceProgram.Rpicam, 128, 64), (SourceProgram.Gstreamer, 68, 36)])
        {
            byte[] picture =
            [
                .. Rows(2, 66, luma, 1), .. Rows(1, 33, chroma, 2), .. Rows(1, 33, chroma, 3),
                .. Rows(2, 66, luma, 4), .. Rows(1, 33, chroma, 5), .. Rows(1, 33, chroma, 6),
            ];
            // It does what it is for only where it is asked as that program is.
            string script = folder.File("program", Encoding.ASCII.GetBytes($"case \"$*\" in *66*) exec cat '{folder.File("pictures", picture)}' ;; esac\n"));
            SourceProgram real = program(new SourceSettings { Width = 66, Height = 2 });
            using var source = new ProcessSource(real with { Names = ["sh"], Arguments = [script, .. real.Arguments], HasEnd = true });
            Assert.Equal(
                [[.. Rows(2, 66, 66, 1), .. Rows(1, 33, 33, 2), .. Rows(1, 33, 33, 3)], [.. Rows(2, 66, 66, 4), .. Rows(1, 33, 33, 5), .. Rows(1, 33, 33, 6)]],
                TestStreams.ReadAll(source));
        }

        static IEnumerable<byte> Rows(int rows, int width, int stride, byte value) =>
            Enumerable.Range(0, rows * stride).Select(i => i % stride < width ? value : (byte)0xEE);
    }

    internal static SourceProgram Shell(string script, bool hasEnd, params string[] arguments) =>
        new(["sh"], ["-c", script, .. arguments], "apt-get install -y dash", input => new Y4mReader(input), hasEnd);

    private static string Failure(string script, bool hasEnd)
    {
        using var source = new ProcessSource(Shell(script, hasEnd));
        return Assert.Throws<SourceException>(() => source.Read(new Frame())).Message;
    }

    private static bool IsGone(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            // Where nobody collects orphans, a killed one stays as a zombie.
            return process.HasExited || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
        {
            return true;
        }
    }
}
