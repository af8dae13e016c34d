using System.CommandLine;
using EdgeNet.Cli.Commands;
using EdgeNet.Cli.Demo;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

public sealed class DemoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FindsEveryFigureAndLeavesItsFiles()
    {
        string model = Path.Combine(_folder, "models", "vests.edgenet");
        (int code, string output) = Demo("--out", _folder, "--model", model);

        Assert.Equal(0, code);
        Assert.Contains("set by hand", output, StringComparison.Ordinal);
        Assert.True(File.Exists(model));
        for (int number = 1; number <= StreetScene.Count; number++)
        {
            Assert.Equal(StreetScene.Draw(number).Image.Pixels, ImageFile.Load(Path.Combine(_folder, $"scene-{number}.png")).Pixels);
            Assert.True(File.Exists(Path.Combine(_folder, $"scene-{number}-boxes.png")));
        }
    }

    [Fact]
    public void RunsOnGivenPictures()
    {
        ImageFile.Save(Path.Combine(_folder, "grey.png"), new Image(40, 30, 1));
        ImageFile.Save(Path.Combine(_folder, "street.png"), StreetScene.Draw(1).Image);
        (int code, string output) = Demo("--out", Path.Combine(_folder, "out"), "--images", _folder);

        Assert.Equal(0, code);
        Assert.Matches(@"grey\.png +0 +-", output);
        Assert.Matches(@"street\.png +\d+ +-", output);
        Assert.Contains("pedestrian detector", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "out", "grey-boxes.png")));
        Assert.Throws<DatasetException>(() => Demo("--out", _folder, "--images", Path.Combine(_folder, "none")));
    }

    // The network was adjusted on no scene in particular, so it must do on others.
    [Fact]
    public void FindsFiguresInOtherScenes()
    {
        using var session = new InferenceSession(DemoNetwork.Build(), new SessionOptions { Threads = 1 });
        var detector = new PictureModel(session);
        for (int number = StreetScene.Count + 1; number <= StreetScene.Count + 20; number++)
        {
            StreetScene scene = StreetScene.Draw(number);
            Detection[] found = detector.Detect(scene.Image);
            Assert.True(found.Length == scene.Figures.Count, $"scene {number}: {found.Length} boxes for {scene.Figures.Count} figures");
            Assert.All(scene.Figures, figure => Assert.Contains(found, detection => detection.Box.IntersectionOverUnion(figure) >= 0.5f));
        }
    }

    private static (int Code, string Output) Demo(params string[] args)
    {
        using StringWriter output = new();
        int code = DemoCommand.Create().Parse(args).Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return (code, output.ToString());
    }
}
