using System.Globalization;
using System.Text.RegularExpressions;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>Keeps pictures of events, at most one a second, written on a thread of its own. Only files named as its own are ever deleted.</summary>
internal sealed partial class Snapshots : IEventSink
{
    /// <summary>Pictures that may wait for the disk.</summary>
    public const int Capacity = 4;

    private static readonly TimeSpan s_apart = TimeSpan.FromSeconds(1), s_patience = TimeSpan.FromSeconds(5);

    private readonly SnapshotSettings _settings;
    private readonly Action<string> _report;
    private readonly TimeProvider _time;
    private readonly bool _asJpeg;
    private readonly DroppingQueue<Snapshot> _queue = new(Capacity);
    private readonly Thread _thread;
    private long? _last;
    private bool _failing;

    /// <summary>Starts the thread.</summary>
    /// <param name="settings">Where and how many.</param>
    /// <param name="report">Hears on that thread, once each time, when pictures cannot be kept and when they can again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="asJpeg">Whether libturbojpeg is there; without it pictures are PNG, which is said once.</param>
    public Snapshots(SnapshotSettings settings, Action<string> report, TimeProvider time, bool asJpeg)
    {
        (_settings, _report, _time, _asJpeg) = (settings, report, time, asJpeg);
        if (!asJpeg) report("snapshots are PNG, because libturbojpeg is not installed; for JPEG run: apt-get install -y libturbojpeg0");
        _thread = new Thread(Write) { IsBackground = true, Name = "snapshots" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Post(CameraEvent happened, Func<Image>? picture)
    {
        if (picture is null || !_settings.Events.Contains(happened.Kind)) return;
        if (_last is { } last && _time.GetElapsedTime(last) < s_apart) return;
        _last = _time.GetTimestamp();
        string time = happened.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff'Z'", CultureInfo.InvariantCulture);
        _queue.Add(new Snapshot($"{time}-{EventJson.NameOf(happened.Kind)}.{(_asJpeg ? "jpg" : "png")}", picture()));
    }

    /// <summary>Writes what waits; gives up after five seconds.</summary>
    public void Dispose()
    {
        _queue.End();
        _thread.Join(s_patience);
    }

    private void Write()
    {
        while (_queue.Take(out _) is { } snapshot)
        {
            try
            {
                // Only the last folder is made: a stick that is not mounted must not fill the disk below it.
                if (!Directory.Exists(_settings.Folder) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(_settings.Folder)))) Directory.CreateDirectory(_settings.Folder);
                string path = Path.Combine(_settings.Folder, snapshot.Name);
                if (_asJpeg) JpegFile.Write(path, snapshot.Picture, _settings.Quality);
                else PngFile.Write(path, snapshot.Picture);
                DeleteOldest();
                if (_failing) _report($"{_settings.Folder}: snapshots are kept again");
                _failing = false;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ImageFormatException or ArgumentException or NotSupportedException)
            {
                if (!_failing) _report($"{_settings.Folder}: snapshots cannot be kept ({failure.Message}); make room, or set snapshots.folder to one that can be written");
                _failing = true;
            }
        }
    }

    private void DeleteOldest()
    {
        List<string> pictures = [];
        foreach (string path in Directory.EnumerateFiles(_settings.Folder))
        {
            Match own = OwnName().Match(Path.GetFileName(path));
            if (!own.Success) continue;
            // This thread is between two pictures, so what is half written was left by a power cut.
            if (own.Groups["unfinished"].Success) File.Delete(path);
            else pictures.Add(path);
        }
        // Names begin with the time.
        pictures.Sort(StringComparer.Ordinal);
        foreach (string path in pictures.Take(pictures.Count - _settings.Keep)) File.Delete(path);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-[a-z][a-zA-Z]{1,30}\.(jpg|png)(?<unfinished>\.[a-z0-9]{8}\.[a-z0-9]{3}\.tmp)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnName();

    private sealed record Snapshot(string Name, Image Picture);
}
