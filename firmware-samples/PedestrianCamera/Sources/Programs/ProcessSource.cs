using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace PedestrianCamera;

/// <summary>Pictures that another program writes to its standard output. It is killed, with its children, when the source is disposed.</summary>
internal sealed partial class ProcessSource : IFrameSource
{
    private const int KeptErrors = 2048;

    private readonly SourceProgram _program;
    private readonly string _name;
    private readonly Process _process;
    private readonly IFrameSource _reader;
    private readonly Thread _errorReader;
    private readonly StringBuilder _errors = new();
    private volatile bool _disposed;

    /// <summary>Starts the program.</summary>
    /// <exception cref="SourceException">It is not installed or cannot be started.</exception>
    public ProcessSource(SourceProgram program)
    {
        _program = program;
        (_name, _process) = Start(program);
        _process.StandardInput.Close();
        _reader = program.Reader(new BufferedInput(_process.StandardOutput.BaseStream, _name));
        StreamReader messages = _process.StandardError;
        _errorReader = new Thread(() => ReadErrors(messages)) { IsBackground = true, Name = $"{_name} messages" };
        _errorReader.Start();
    }

    /// <summary>Of the program, for those who want to watch it.</summary>
    public int ProcessId => _process.Id;

    public bool Read(Frame frame)
    {
        string problem;
        try
        {
            if (_reader.Read(frame)) return true;
            problem = "ended";
        }
        catch (SourceException e)
        {
            problem = e.Message.StartsWith(_name + ": ", StringComparison.Ordinal) ? e.Message[(_name.Length + 2)..] : e.Message;
        }
        if (_disposed) throw new SourceException($"{_name}: closed");
        int? code = ExitCode();
        if (code == 0 && _program.HasEnd && problem == "ended") return false;
        // What the program says of its end explains more than where its pictures broke off.
        if (code is not (null or 0)) problem = $"ended with code {code}";
        throw new SourceException(WithoutSecrets(LastError() is { } said
            ? $"{_name}: {problem}: {said}"
            : $"{_name}: {problem}, and it said nothing; try it by hand: {_name} {string.Join(' ', _program.Arguments)}"));
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It has ended by itself.
        }
        _reader.Dispose();
        _process.Dispose();
    }

    private static (string Name, Process Process) Start(SourceProgram program)
    {
        foreach (string name in program.Names)
        {
            var start = new ProcessStartInfo(name)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (string argument in program.Arguments) start.ArgumentList.Add(argument);
            try
            {
                return (Path.GetFileName(name), Process.Start(start)!);
            }
            catch (Win32Exception e) when (e.NativeErrorCode == 2)
            {
                // Not installed; perhaps the next is.
            }
            catch (Win32Exception e)
            {
                throw new SourceException($"{name}: cannot be started: {e.Message.ReplaceLineEndings(" ")}", e);
            }
        }
        throw new SourceException($"{program.Names[0]}: not installed; run: {program.Install}");
    }

    /// <summary>Null while it runs: it may have closed its output and live on.</summary>
    private int? ExitCode()
    {
        try
        {
            return _process.WaitForExit(TimeSpan.FromMilliseconds(500)) ? _process.ExitCode : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void ReadErrors(StreamReader messages)
    {
        char[] part = new char[512];
        try
        {
            int read;
            while ((read = messages.Read(part)) > 0)
            {
                lock (_errors)
                {
                    _errors.Append(part, 0, read);
                    if (_errors.Length > KeptErrors) _errors.Remove(0, _errors.Length - KeptErrors);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed meanwhile.
        }
        finally
        {
            // A process does not dispose what is read from it.
            messages.Dispose();
        }
    }

    /// <summary>Addresses of cameras hold passwords, and what went wrong is shown on the page, logged, and posted to servers.</summary>
    private static string WithoutSecrets(string message) => Secret().Replace(message, match => match.Value[0] == '?' ? "?…" : "…@");

    [GeneratedRegex(@"(?<=://)[^\s/]*@|(?<=://\S*)\?\S*?(?=:?(\s|$))", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    private string? LastError()
    {
        _errorReader.Join(TimeSpan.FromMilliseconds(500));
        lock (_errors)
        {
            string[] lines = _errors.ToString().Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            // GStreamer says more after its error than before it.
            string? line = lines.LastOrDefault(text => text.StartsWith("ERROR", StringComparison.Ordinal)) ?? lines.LastOrDefault();
            return line is null ? null : new string([.. line.Take(300).Where(letter => !char.IsControl(letter))]);
        }
    }
}
