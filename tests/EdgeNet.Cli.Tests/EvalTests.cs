using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeNet.Cli.Commands;
using EdgeNet.Cli.Demo;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

public sealed class EvalTests : IDisposable
{
    private const int Scenes = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-eval-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("tsv")]
    [InlineData("yolo")]
    public void DetectorIsMeasured(string format)
    {
        int boxes = WriteScenes(format);
        JsonElement result = Json(Detector(), "--data", _folder, "--threads", "1");

        Assert.Equal(format, result.GetProperty("format").GetString());
        Assert.Equal(Scenes, result.GetProperty("samples").GetInt32());
        Assert.Equal(boxes, result.GetProperty("boxes").GetInt32());
        Assert.Equal(1, result.GetProperty("apAllPoint").GetDouble(), 1e-9);
        Assert.Equal(1, result.GetProperty("recall").GetDouble());
        Assert.Equal(1, result.GetProperty("precision").GetDouble());
        Assert.Equal(1, result.GetProperty("proposalRecall").GetDouble());
        Assert.InRange(result.GetProperty("apCoco").GetDouble(), 0.3, 1);
    }

    [Fact]
    public void ReportSaysDataSplitAndCount()
    {
        WriteScenes("tsv");
        (int code, string output) = Eval(Detector(), "--data", Path.Combine(_folder, "boxes.tsv"), "--limit", "2", "--min-iou", "0.4");

        Assert.Equal(0, code);
        Assert.Contains("boxes.tsv (tsv), split not stated, 2 of 3 pictures", output, StringComparison.Ordinal);
        Assert.Contains("AP40", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassesAreNamedOrNumbered()
    {
        WriteScenes("tsv");
        string model = Detector();
        Assert.Equal(1, Json(model, "--data", _folder, "--class", "1").GetProperty("recall").GetDouble());
        Assert.Throws<UsageException>(() => Eval(model, "--data", _folder, "--class", "dog"));
        Assert.Throws<UsageException>(() => Eval(model, "--data", _folder, "--class", "2"));
    }

    [Fact]
    public void DamagedPictureIsNamed()
    {
        WriteScenes("tsv");
        File.WriteAllText(Path.Combine(_folder, "scene-2.png"), "no picture");
        Assert.Contains("scene-2.png", Assert.Throws<ImageFormatException>(() => Eval(Detector(), "--data", _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassifierIsMeasured()
    {
        foreach ((string name, int channel) in new[] { ("red/1", 0), ("red/2", 0), ("blue/1", 2), ("blue/mislabelled", 1) }) WriteColour(name, channel);
        JsonElement result = Json(Classifier(), "--data", _folder);

        Assert.Equal("folders", result.GetProperty("format").GetString());
        Assert.Equal(4, result.GetProperty("samples").GetInt32());
        Assert.Equal(0.75, result.GetProperty("top1").GetDouble());
        Assert.Equal(1, result.GetProperty("top5").GetDouble());
    }

    [Fact]
    public void LabelOffsetIsAdded()
    {
        WriteColour("1_blue", 2);
        WriteColour("0_green", 1);
        string model = Classifier();
        Assert.Equal(1, Json(model, "--data", _folder, "--label-offset", "1").GetProperty("top1").GetDouble());
        string message = Assert.Throws<DatasetException>(() => Eval(model, "--data", _folder, "--label-offset", "2")).Message;
        Assert.Contains("1_blue.png: class 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownFoldersAreRefused()
    {
        WriteColour("red/1", 0);
        WriteColour("mauve/1", 2);
        Assert.Contains("mauve", Assert.Throws<DatasetException>(() => Eval(Classifier(), "--data", _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DataMustFitTheModel()
    {
        WriteScenes("tsv");
        Assert.Throws<UsageException>(() => Eval(Classifier(), "--data", _folder));
        Assert.Throws<UsageException>(() => Eval(Detector(), "--data", _folder, "--format", "numbered"));
    }

    [Theory]
    [InlineData("--format", "pickle")]
    [InlineData("--limit", "0")]
    [InlineData("--min-iou", "1.5")]
    public void WrongOptionsAreRefused(string option, string value) =>
        Assert.NotEmpty(EvalCommand.Create().Parse(["model.edgenet", "--data", _folder, option, value]).Errors);

    private int WriteScenes(string format)
    {
        List<string> table = ["file\twidth\theight\txmin\tymin\txmax\tymax"];
        for (int number = 1; number <= Scenes; number++)
        {
            StreetScene scene = StreetScene.Draw(number);
            ImageFile.Save(Path.Combine(_folder, $"scene-{number}.png"), scene.Image);
            table.AddRange(scene.Figures.Select(box => string.Create(
                CultureInfo.InvariantCulture, $"scene-{number}.png\t{StreetScene.Width}\t{StreetScene.Height}\t{box.XMin}\t{box.YMin}\t{box.XMax}\t{box.YMax}")));
            if (format != "yolo") continue;
            File.WriteAllLines(Path.Combine(_folder, $"scene-{number}.txt"), scene.Figures.Select(box => string.Create(
                CultureInfo.InvariantCulture,
                $"0 {(box.XMin + box.XMax) / 2 / StreetScene.Width} {(box.YMin + box.YMax) / 2 / StreetScene.Height} {box.Width / StreetScene.Width} {box.Height / StreetScene.Height}")));
        }

        if (format == "yolo") File.WriteAllText(Path.Combine(_folder, "classes.txt"), "Person\n");
        else File.WriteAllLines(Path.Combine(_folder, "boxes.tsv"), table);
        return table.Count - 1;
    }

    private void WriteColour(string name, int channel)
    {
        Image image = new(4, 4, 3);
        for (int i = channel; i < image.Pixels.Length; i += 3) image.Pixels[i] = 200;
        string path = Path.Combine(_folder, name + ".png");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ImageFile.Save(path, image);
    }

    private string Detector() => Saved(DemoNetwork.Build());

    // The mean of each channel is its score.
    private string Classifier()
    {
        GraphBuilder builder = new()
        {
            Card = new ModelCard(Preprocessing: new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [255]), Labels: ["red", "green", "blue"]),
        };
        Value image = builder.Input("image", new TensorType(ElementType.Float32, [1, 4, 4, 3]));
        builder.Output("scores", builder.Add(new ReduceMean([1, 2], KeepDims: false), "mean", image));
        return Saved(builder.Build());
    }

    private string Saved(Graph graph)
    {
        string path = Path.Combine(_folder, "model.edgenet");
        ModelFile.Save(path, graph);
        return path;
    }

    private static JsonElement Json(string model, params string[] args)
    {
        (int code, string output) = Eval(model, [.. args, "--json"]);
        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static (int Code, string Output) Eval(string model, params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = EvalCommand.Create().Parse([model, .. args]).Invoke(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        Assert.Empty(error.ToString());
        return (code, output.ToString());
    }
}
