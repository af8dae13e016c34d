using System.Diagnostics;

namespace PedestrianCamera.Tests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class InstallScriptTests : IDisposable
{
    private static readonly string s_deploy = Path.Combine(SharedMaterial.Repository, "firmware-samples", "PedestrianCamera", "deploy");

    private readonly TemporaryFolder _folder = new();

    public InstallScriptTests() => File.WriteAllText(_folder["program"], "first");

    private string Binary => _folder["root/usr/local/bin/pedestrian-camera"];

    private string Unit => _folder["root/etc/systemd/system/pedestrian-camera.service"];

    private string Settings => _folder["root/etc/pedestrian-camera/pedestrian-camera.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Installing_again_updates_the_program_and_keeps_the_settings()
    {
        Assert.Equal(0, Install(_folder["program"]).ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(s_deploy, "pedestrian-camera.json")), File.ReadAllText(Settings));
        File.WriteAllText(Settings, "mine");
        File.WriteAllText(_folder["program"], "second");
        Assert.Equal(0, Install(_folder["program"]).ExitCode);
        Assert.Equal(("mine", "second"), (File.ReadAllText(Settings), File.ReadAllText(Binary)));
        Assert.True(File.GetUnixFileMode(Binary).HasFlag(UnixFileMode.OtherExecute));
        Assert.False(File.GetUnixFileMode(Settings).HasFlag(UnixFileMode.OtherRead), "it may come to hold tokens");
    }

    [Fact]
    public void Uninstalling_leaves_only_the_settings_and_can_be_done_again()
    {
        Install(_folder["program"]);
        Assert.Equal(0, Install("--uninstall").ExitCode);
        Assert.Equal(0, Install("--uninstall").ExitCode);
        Assert.Equal([Settings], Directory.GetFiles(_folder["root"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_unit_starts_what_the_script_installs()
    {
        Install(_folder["program"]);
        string[] command = File.ReadLines(Unit).Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..].Split(' ');
        Assert.Equal([Binary, Settings], command.Select(path => _folder["root"] + path));
    }

    [Theory]
    [InlineData("--purge", "unknown option")]
    [InlineData("/nowhere/program", "publish it first")]
    public void What_it_cannot_do_is_said_and_changes_nothing(string argument, string said)
    {
        (int exitCode, string errors) = Install(argument);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["root"]));
    }

    private (int ExitCode, string Errors) Install(string argument)
    {
        ProcessStartInfo start = new("/bin/sh", [Path.Combine(s_deploy, "install.sh"), argument]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DESTDIR"] = _folder["root"];
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
