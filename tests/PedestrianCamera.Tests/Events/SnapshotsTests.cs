using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public sealed class SnapshotsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTime _clock = new();
    private readonly List<string> _reports = [];
    private int _made;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_picture_is_named_by_time_and_event()
    {
        using (Snapshots snapshots = Png()) Post(snapshots, CameraEventKind.PersonCame);
        Assert.Equal(["2026-05-01T12-00-00.000Z-personCame.png"], Names());
        Assert.Equal((8, 6), Size(PngFile.Read(Path.Combine(_folder["pictures"], Names()[0]))));
    }

    [LibturbojpegFact]
    public void With_libturbojpeg_it_is_a_JPEG()
    {
        using (Snapshots snapshots = new(Settings(), _reports.Add, _clock, JpegFile.IsAvailable)) Post(snapshots, CameraEventKind.PersonCame);
        Assert.Equal((8, 6), Size(JpegFile.Read(_folder["pictures/2026-05-01T12-00-00.000Z-personCame.jpg"])));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Without_libturbojpeg_that_is_said_once()
    {
        using (Snapshots snapshots = Png())
        {
            for (int i = 0; i < 3; i++)
            {
                Post(snapshots, CameraEventKind.PersonCame);
                _clock.Advance(1);
            }
        }
        Assert.Contains("libturbojpeg", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_at_most_one_picture_a_second_and_the_others_are_not_even_made()
    {
        using (Snapshots snapshots = Png())
        {
            for (int i = 0; i < 30; i++)
            {
                Post(snapshots, CameraEventKind.PersonCame);
                _clock.Advance(0.1);
            }
        }
        Assert.Equal((3, 3), (_made, Names().Count));
    }

    [Fact]
    public void Other_events_and_those_without_a_picture_leave_none()
    {
        using (Snapshots snapshots = Png())
        {
            Post(snapshots, CameraEventKind.PersonLeft);
            snapshots.Post(new CameraEvent(CameraEventKind.PersonCame, _clock.GetUtcNow()), picture: null);
        }
        Assert.Equal(0, _made);
        Assert.False(Directory.Exists(_folder["pictures"]));
    }

    [Fact]
    public void The_newest_are_kept_and_nothing_else_is_ever_deleted()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        string[] others = ["holiday.jpg", "2026-05-01.jpg", "2026-05-01T12-00-00.000Z-personCame.jpg.bak", "2026-05-01T12-00-00.000Z-../../x.png".Replace('/', '_'), "2026-05-01T12-00-00.000Z-person came.png"];
        string[] own = ["2020-01-01T00-00-00.000Z-personCame.jpg", "2021-01-01T00-00-00.000Z-lineCrossed.png", "2022-01-01T00-00-00.000Z-personCame.jpg.abcd1234.xyz.tmp"];
        foreach (string name in others.Concat(own)) File.WriteAllText(Path.Combine(_folder["pictures"], name), "");
        using (Snapshots snapshots = Png(keep: 2))
        {
            Post(snapshots, CameraEventKind.PersonCame);
            _clock.Advance(1);
            Post(snapshots, CameraEventKind.LineCrossed);
        }
        string[] kept = ["2026-05-01T12-00-00.000Z-personCame.png", "2026-05-01T12-00-01.000Z-lineCrossed.png"];
        Assert.Equal(others.Concat(kept).Order(StringComparer.Ordinal), Names());
    }

    [Fact]
    public void A_folder_that_cannot_be_is_told_once_and_pictures_go_on_when_it_can()
    {
        SnapshotSettings settings = Settings() with { Folder = _folder["stick/pictures"] };
        ManualResetEventSlim told = new();
        using (Snapshots snapshots = new(settings, Report, _clock, asJpeg: false))
        {
            for (int i = 0; i < 3; i++)
            {
                Post(snapshots, CameraEventKind.PersonCame);
                _clock.Advance(1);
            }
            Assert.True(told.Wait(TimeSpan.FromSeconds(60)));
        }
        using (Snapshots snapshots = new(settings, Report, _clock, asJpeg: false))
        {
            told.Reset();
            Post(snapshots, CameraEventKind.PersonCame);
            Assert.True(told.Wait(TimeSpan.FromSeconds(60)));
            Directory.CreateDirectory(_folder["stick"]);
            _clock.Advance(1);
            Post(snapshots, CameraEventKind.PersonCame);
        }
        string[] problems = [.. _reports.Where(report => !report.Contains("libturbojpeg", StringComparison.Ordinal))];
        Assert.Equal(3, problems.Length);
        Assert.Contains("cannot be kept", problems[0], StringComparison.Ordinal);
        Assert.EndsWith("kept again", problems[2], StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder["stick/pictures"]));

        void Report(string message)
        {
            lock (_reports) _reports.Add(message);
            if (message.Contains("cannot be kept", StringComparison.Ordinal)) told.Set();
        }
    }

    private SnapshotSettings Settings() => new() { Folder = _folder["pictures"] };

    private Snapshots Png(int keep = 200) => new(Settings() with { Keep = keep }, _reports.Add, _clock, asJpeg: false);

    private void Post(Snapshots snapshots, CameraEventKind kind) => snapshots.Post(new CameraEvent(kind, _clock.GetUtcNow()), () =>
    {
        _made++;
        return new Image(8, 6, 3);
    });

    private List<string> Names() => [.. Directory.GetFiles(_folder["pictures"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static (int Width, int Height) Size(Image picture) => (picture.Width, picture.Height);
}
