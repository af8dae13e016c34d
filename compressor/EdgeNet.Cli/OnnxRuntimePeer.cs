using System.ComponentModel;
using System.Diagnostics;

namespace EdgeNet.Cli;

/// <summary>ONNX Runtime as a second opinion: <c>bench/peers/onnxruntime/run.mjs</c>, run by Node on the same tensors.</summary>
internal static class OnnxRuntimePeer
{
    private static readonly string ScriptPath = Path.Combine("bench", "peers", "onnxruntime", "run.mjs");

    /// <summary>Runs a model and gives the files of its outputs, by name.</summary>
    /// <param name="model">An ONNX file.</param>
    /// <param name="inputs">NumPy files by input name.</param>
    /// <param name="folder">Where the outputs go.</param>
    /// <exception cref="IOException">Node or the package is not there, or the run failed; the message says what to do.</exception>
    public static void Run(string model, IReadOnlyDictionary<string, string> inputs, string folder)
    {
        string script = FindScript();
        string home = Path.GetDirectoryName(script)!;
        if (!Directory.Exists(Path.Combine(home, "node_modules", "onnxruntime-node")))
        {
            // Its install script fetches GPU libraries, which nothing here uses.
            throw new IOException($"ONNX Runtime is not installed beside {script}; install it with: npm ci --ignore-scripts --prefix {home}");
        }

        var start = new ProcessStartInfo("node") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in new[] { script, Path.GetFullPath(model), folder }) start.ArgumentList.Add(argument);
        foreach ((string name, string file) in inputs) start.ArgumentList.Add($"{name}={file}");
        using Process process = Start(start);
        // Both streams are drained, or a talkative process would wait for ever.
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        string complaint = (error.Result + output.Result).Trim();
        if (process.ExitCode != 0) throw new IOException($"ONNX Runtime failed on {model} (exit code {process.ExitCode}): {complaint}");
    }

    /// <summary>The file that the script writes an output to.</summary>
    public static string FileNameOf(string output) => $"{output.Replace('/', '_').Replace(':', '_')}.npy";

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new IOException("Node.js was not found; install it (Debian: apt-get install nodejs npm) and see that 'node' is in the PATH", e);
        }
    }

    private static string FindScript()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string script = Path.Combine(folder, ScriptPath);
            if (File.Exists(script)) return script;
        }
        throw new IOException($"{ScriptPath} was not found in any folder above {AppContext.BaseDirectory}; run edgenet from its source tree");
    }
}
