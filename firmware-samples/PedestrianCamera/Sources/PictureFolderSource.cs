using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>The PNG, JPEG, BMP, PPM and PGM pictures of a folder, in the order of their names. Pictures that cannot be read are left out.</summary>
internal sealed class PictureFolderSource : IFrameSource
{
    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm"];

    private readonly string _folder;
    private readonly SourceSettings _settings;
    private readonly Action<string> _note;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _disposing = new();
    private readonly HashSet<string> _bad = [];
    private string[] _files;
    private int _next, _shownInRound;
    private long _shown, _began;

    /// <summary>Lists the folder.</summary>
    /// <param name="settings">Its path, the greatest size, frames per second (where it is realtime), and whether it begins again.</param>
    /// <param name="note">Gets a line for each picture that cannot be read, once.</param>
    /// <param name="time">For the rate.</param>
    /// <exception cref="SourceException">There is no such folder, or no picture in it.</exception>
    public PictureFolderSource(SourceSettings settings, Action<string>? note = null, TimeProvider? time = null)
    {
        _folder = settings.Path ?? throw new SourceException("source.path is not set; expected a folder of pictures");
        (_settings, _note, _time) = (settings, note ?? (_ => { }), time ?? TimeProvider.System);
        _files = List();
    }

    public bool Read(Frame frame)
    {
        Image? picture = null;
        while (picture is null)
        {
            if (_disposing.IsCancellationRequested) throw new SourceException($"{_folder}: closed");
            if (_next == _files.Length)
            {
                if (_shownInRound == 0) throw new SourceException($"{_folder}: none of its {_files.Length} pictures can be read");
                if (!_settings.Loop) return false;
                // There may be others by now.
                (_files, _next, _shownInRound) = (List(), 0, 0);
            }
            picture = Load(_files[_next++]);
        }

        if (_settings is { Realtime: true, Fps: > 0 }) AwaitTurn();
        frame.CopyFrom(Fitted(picture));
        if (_settings.Fps > 0) frame.Time = _shown / _settings.Fps;
        (_shown, _shownInRound) = (_shown + 1, _shownInRound + 1);
        return true;
    }

    public void Dispose() => _disposing.Cancel();

    private string[] List()
    {
        try
        {
            string[] files = [.. Directory.EnumerateFiles(_folder).Where(file => s_extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))];
            Array.Sort(files, StringComparer.Ordinal);
            return files.Length > 0 ? files : throw new SourceException($"{_folder}: no pictures in it; expected {string.Join(", ", s_extensions)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SourceException($"{_folder}: cannot be listed: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private Image? Load(string file)
    {
        try
        {
            return ImageFile.Load(file);
        }
        catch (Exception e) when (e is ImageFormatException or IOException or UnauthorizedAccessException)
        {
            if (_bad.Add(file)) _note(e.Message.ReplaceLineEndings(" "));
            return null;
        }
    }

    private void AwaitTurn()
    {
        if (_shown == 0) _began = _time.GetTimestamp();
        TimeSpan early = TimeSpan.FromSeconds(_shown / _settings.Fps) - _time.GetElapsedTime(_began);
        if (early > TimeSpan.Zero && _disposing.Token.WaitHandle.WaitOne(early)) throw new SourceException($"{_folder}: closed");
    }

    private Image Fitted(Image picture)
    {
        double scale = Math.Min(1, Math.Min((double)_settings.Width / picture.Width, (double)_settings.Height / picture.Height));
        return scale < 1 ? Resizing.Area(picture, Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale))) : picture;
    }
}
