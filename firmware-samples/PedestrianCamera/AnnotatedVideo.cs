using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// Frames with their boxes as a video file, encoded by ffmpeg. Written beside its place and renamed once it is whole. The first picture gives the
/// size; others are fitted into it.
/// </summary>
internal sealed class AnnotatedVideo(string path, double framesPerSecond) : IDisposable
{
    /// <summary>ffmpeg's exit code where a signal ended it: the file is whole. Ctrl-C in a terminal is told to ffmpeg, too.</summary>
    private const int Interrupted = 255;

    private Process? _ffmpeg;
    private (int Width, int Height) _size;
    private string _lastError = "";

    /// <summary>Where it is written until it is whole.</summary>
    private string Unfinished => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ".part-" + Path.GetFileName(path));

    /// <summary>Of ffmpeg, for those who want to watch it; null before the first picture.</summary>
    public int? ProcessId => _ffmpeg?.Id;

    private bool IsWhole => _ffmpeg!.ExitCode == 0 || (_ffmpeg.ExitCode == Interrupted && File.Exists(Unfinished));

    /// <summary>Adds a picture.</summary>
    /// <param name="picture">RGB.</param>
    /// <exception cref="IOException">ffmpeg is not there, or cannot write the file.</exception>
    public void Add(Image picture)
    {
        if (_ffmpeg is null) Start(picture);
        Image fitted = picture.Width == _size.Width && picture.Height == _size.Height ? picture : Letterbox.Fit(picture, _size.Width, _size.Height, new Rgb(0, 0, 0)).Image;
        try
        {
            _ffmpeg!.StandardInput.BaseStream.Write(fitted.Pixels);
        }
        catch (IOException)
        {
            _ffmpeg!.WaitForExit();
            if (!IsWhole) throw new IOException($"{path}: ffmpeg stopped: {_lastError}");
        }
    }

    /// <summary>Ends the video.</summary>
    /// <exception cref="IOException">ffmpeg cannot write the file.</exception>
    public void Finish()
    {
        if (_ffmpeg is null) return;
        // The writer above it would complain of a pipe that is broken, and hide why.
        _ffmpeg.StandardInput.BaseStream.Close();
        _ffmpeg.WaitForExit();
        if (!IsWhole) throw new IOException($"{path}: ffmpeg stopped: {_lastError}");
        File.Move(Unfinished, path, overwrite: true);
    }

    /// <summary>Ends ffmpeg; what is not finished is removed.</summary>
    public void Dispose()
    {
        if (_ffmpeg is null) return;
        if (!_ffmpeg.HasExited) _ffmpeg.Kill(entireProcessTree: true);
        _ffmpeg.Dispose();
        _ffmpeg = null;
        File.Delete(Unfinished);
    }

    private void Start(Image first)
    {
        // Most encoders want even sides.
        _size = ((first.Width + 1) / 2 * 2, (first.Height + 1) / 2 * 2);
        string[] arguments =
        [
            "-hide_banner", "-loglevel", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{_size.Width}x{_size.Height}", "-r", framesPerSecond.ToString(CultureInfo.InvariantCulture), "-i", "pipe:0",
            "-an", "-pix_fmt", "yuv420p", Unfinished,
        ];
        try
        {
            _ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false })!;
        }
        catch (Win32Exception)
        {
            throw new IOException($"{path}: ffmpeg writes videos, and is not installed; run: apt-get install -y ffmpeg");
        }
        _ffmpeg.ErrorDataReceived += (_, line) => _lastError = string.IsNullOrWhiteSpace(line.Data) ? _lastError : line.Data.Trim();
        _ffmpeg.BeginErrorReadLine();
    }
}
