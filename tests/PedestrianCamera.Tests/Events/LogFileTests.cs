using System.IO.Pipes;
using System.Text;
using System.Text.Json;

namespace PedestrianCamera.Tests;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTime _clock = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_are_there_as_soon_as_they_are_written_after_those_of_earlier_runs()
    {
        Append(Log(), "first");
        using LogFile log = Log();
        log.Append("second"u8);
        Assert.Equal("first\nsecond\n", Text("log"));
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_line_that_a_power_cut_left_half_is_ended()
    {
        File.WriteAllText(_folder["log"], "whole\n{\"time\":\"20");
        Append(Log(), "next");
        Assert.Equal("whole\n{\"time\":\"20\nnext\n", Text("log"));
    }

    [Fact]
    public void Files_turn_over_by_size_and_the_oldest_goes()
    {
        using LogFile log = Log(maxBytes: 12, keep: 2);
        for (int i = 0; i < 9; i++) log.Append(Encoding.ASCII.GetBytes($"line{i}"));
        Assert.Equal(["log", "log.1", "log.2"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(("line8\n", "line6\nline7\n", "line4\nline5\n"), (Text("log"), Text("log.1"), Text("log.2")));
    }

    [Fact]
    public void With_no_older_files_kept_there_is_one()
    {
        using LogFile log = Log(maxBytes: 12, keep: 0);
        for (int i = 0; i < 5; i++) log.Append(Encoding.ASCII.GetBytes($"line{i}"));
        Assert.Equal(["log"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
        Assert.Equal("line4\n", Text("log"));
    }

    [Fact]
    public void A_file_that_was_too_long_at_the_start_turns_over_first()
    {
        File.WriteAllText(_folder["log"], "a line of an earlier run\n");
        Append(Log(maxBytes: 12, keep: 1), "next");
        Assert.Equal(("next\n", "a line of an earlier run\n"), (Text("log"), Text("log.1")));
    }

    [Fact]
    public void A_line_longer_than_a_file_may_be_has_a_file_of_its_own()
    {
        using LogFile log = Log(maxBytes: 12, keep: 3);
        log.Append("a"u8);
        log.Append("a line longer than a file may be"u8);
        log.Append("b"u8);
        Assert.Equal(("b\n", "a line longer than a file may be\n", "a\n"), (Text("log"), Text("log.1"), Text("log.2")));
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("moved")]
    [InlineData("emptied")]
    public void A_file_that_somebody_removes_moves_or_empties_begins_again(string what)
    {
        using LogFile log = Log();
        log.Append("before"u8);
        if (what == "removed") File.Delete(_folder["log"]);
        else if (what == "moved") File.Move(_folder["log"], _folder["elsewhere"]);
        else File.WriteAllText(_folder["log"], "");
        log.Append("after"u8);
        Assert.Equal("after\n", Text("log"));
        if (what == "moved") Assert.Equal("before\n", Text("elsewhere"));
    }

    [Fact]
    public void A_folder_that_is_missing_is_told_once_and_the_log_goes_on_when_it_comes_with_the_number_of_lost_events()
    {
        string folder = _folder["stick"];
        using LogFile log = new(new LogSettings { Path = Path.Combine(folder, "log") }, _reports.Add, _clock);
        for (int second = 0; second < 10; second++)
        {
            log.Append("lost"u8);
            _clock.Advance(1);
        }
        Assert.Contains("events cannot be written", Assert.Single(_reports), StringComparison.Ordinal);

        Directory.CreateDirectory(folder);
        _clock.Advance(60);
        log.Append("kept"u8);
        string[] lines = File.ReadAllLines(Path.Combine(folder, "log"));
        Assert.Equal(2, lines.Length);
        Assert.Equal("10 events could not be written before this line", JsonDocument.Parse(lines[0]).RootElement.GetProperty("message").GetString());
        Assert.Equal("kept", lines[1]);
        Assert.Equal(2, _reports.Count);
    }

    [Fact]
    public void A_full_disk_is_tried_again_ever_less_often_and_loses_no_more_than_it_says()
    {
        FullDisk disk = new();
        using LogFile log = new(new LogSettings { Path = _folder["log"] }, _reports.Add, _clock, disk.Open);
        log.Append("before"u8);
        disk.Room = 3;
        List<int> tried = [];
        for (int second = 0; second < 200; second++)
        {
            int before = disk.Refused;
            log.Append("{lost}"u8);
            if (disk.Refused > before) tried.Add(second);
            _clock.Advance(1);
        }
        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 123, 183], tried);
        Assert.Single(_reports);

        disk.Room = int.MaxValue;
        _clock.Advance(60);
        log.Append("after"u8);
        string[] lines = disk.Text.Split('\n');
        Assert.Equal(("before", "{lo"), (lines[0], lines[1]));
        Assert.Contains("200 events could not be written", lines[2], StringComparison.Ordinal);
        Assert.Equal(("after", ""), (lines[3], lines[4]));
    }

    [Fact]
    public void The_device_that_is_always_full_is_told_once()
    {
        using LogFile log = new(new LogSettings { Path = "/dev/full" }, _reports.Add, _clock);
        for (int second = 0; second < 5; second++)
        {
            log.Append("lost"u8);
            _clock.Advance(1);
        }
        Assert.Contains("No space left", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.True(File.Exists("/dev/full"));
    }

    [Fact]
    public void A_pipe_gets_every_line_and_never_turns_over()
    {
        using AnonymousPipeServerStream reading = new(PipeDirection.In);
        using LogFile log = new(new LogSettings { Path = _folder["pipe"], MaxBytes = 12 }, _reports.Add, _clock, _ => new AnonymousPipeClientStream(PipeDirection.Out, reading.ClientSafePipeHandle));
        for (int i = 0; i < 5; i++) log.Append(Encoding.ASCII.GetBytes($"line{i}"));
        byte[] heard = new byte[30];
        reading.ReadExactly(heard);
        Assert.Equal("line0\nline1\nline2\nline3\nline4\n", Encoding.ASCII.GetString(heard));
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_path_that_is_a_folder_is_told_once()
    {
        using LogFile log = new(new LogSettings { Path = _folder.Path }, _reports.Add, _clock);
        log.Append("lost"u8);
        log.Append("lost"u8);
        Assert.Single(_reports);
    }

    private LogFile Log(long maxBytes = 4096, int keep = 1) => new(new LogSettings { Path = _folder["log"], MaxBytes = maxBytes, Keep = keep }, _reports.Add, _clock);

    private static void Append(LogFile log, string line)
    {
        using (log) log.Append(Encoding.UTF8.GetBytes(line));
    }

    private string Text(string name) => File.ReadAllText(_folder[name]);

    /// <summary>A disk with so much room: the write that does not fit is written in part and then fails, as write(2) does.</summary>
    private sealed class FullDisk
    {
        private byte[] _bytes = [];

        public int Room { get; set; } = int.MaxValue;

        public int Refused { get; private set; }

        public string Text => Encoding.UTF8.GetString(_bytes);

        public Stream Open(string path)
        {
            File.WriteAllBytes(path, _bytes); // What the log looks at between two lines.
            return new OpenFile(this, path);
        }

        private sealed class OpenFile : MemoryStream
        {
            private readonly FullDisk _disk;
            private readonly string _path;

            public OpenFile(FullDisk disk, string path)
            {
                (_disk, _path) = (disk, path);
                base.Write(disk._bytes);
            }

            public override void Write(ReadOnlySpan<byte> buffer)
            {
                ReadOnlySpan<byte> fits = buffer[..Math.Min(buffer.Length, _disk.Room)];
                base.Write(fits);
                _disk.Room -= _disk.Room == int.MaxValue ? 0 : fits.Length;
                _disk._bytes = ToArray();
                File.WriteAllBytes(_path, _disk._bytes);
                if (fits.Length == buffer.Length) return;
                _disk.Refused++;
                throw new IOException("No space left on device");
            }
        }
    }
}
