namespace PedestrianCamera.Tests;

public class CommandLineTests
{
    [Fact]
    public void The_command_line_wins_over_the_file()
    {
        var file = new CameraSettings { Detector = new DetectorSettings { Threads = 4, Score = 0.5f }, Page = new PageSettings { Address = "192.168.1.2", Port = 1234, Token = "longenough" } };
        CameraSettings settings = CommandLine.Parse(["--source", "ffmpeg:rtsp://camera:554/live", "--threads=2", "--page", "81", "--every-frame"]).Over(file);
        Assert.Equal((SourceKind.Ffmpeg, "rtsp://camera:554/live", false), (settings.Source.Kind, settings.Source.Path, settings.Source.Realtime));
        Assert.Equal((2, 0.5f), (settings.Detector.Threads, settings.Detector.Score));
        Assert.Equal(("192.168.1.2", 81, "longenough"), (settings.Page!.Address, settings.Page.Port, settings.Page.Token));
    }

    [Theory]
    [InlineData("8081", "127.0.0.1", 8081)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80)]
    [InlineData("[::1]:8080", "::1", 8080)]
    public void A_page_is_a_port_with_or_without_an_address(string text, string address, int port)
    {
        PageSettings page = CommandLine.Parse(["--page", text]).Over(new CameraSettings()).Page!;
        Assert.Equal((address, port), (page.Address, page.Port));
    }

    [Theory]
    [InlineData("--sorce", "there is no option --sorce")]
    [InlineData("--source", "--source needs a value")]
    [InlineData("--source webcam", "there is no kind 'webcam'")]
    [InlineData("--source ffmpeg", "expected ffmpeg:FILE-OR-ADDRESS")]
    [InlineData("--threads 65", "--threads 65: expected a whole number from 0 to 64")]
    [InlineData("--score 40", "--score 40: expected 0 to 1")]
    [InlineData("--page 99999", "expected a whole number from 0 to 65535")]
    [InlineData("--page 80 --no-page", "exclude each other")]
    [InlineData("--check --check", "--check was given twice")]
    [InlineData("a.json b.json", "one settings file is read")]
    [InlineData("--max-frames -1", "expected a whole number from 1 on")]
    [InlineData("--json=yes", "--json takes no value")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string arguments, string expected)
    {
        var error = new StringWriter();
        Assert.Equal(2, await Program.RunAsync(arguments.Split(' '), TextWriter.Null, error, default));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().Trim().Split('\n'));
    }

    [Fact]
    public void Every_option_is_in_the_help()
    {
        string everything = Assert.Throws<UsageException>(() => CommandLine.Parse(["--nothing"])).Message;
        foreach (string option in everything.Split("there are ")[1].Split(' ')) Assert.Contains(option, CommandLine.Help, StringComparison.Ordinal);
    }
}
