using System.Text.Json;
using EdgeNet.Kernels;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Device.Tests;

public sealed class ProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenet-device-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Help_info_and_version_are_data()
    {
        Assert.Contains("detect MODEL PICTURE", Run("--help").Output, StringComparison.Ordinal);
        Assert.Contains("detect MODEL PICTURE", Run("run", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("features", Run("info").Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (Run("--version").ExitCode, Run("--version").Error));
    }

    [Fact]
    public void Selftest_passes()
    {
        (int exitCode, string output, string error) = Run("selftest");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith("passed: ", output.TrimEnd().Split(Environment.NewLine)[^1], StringComparison.Ordinal);
        foreach (string kernel in KernelTable.Names) Assert.Contains(kernel, output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_models_of_the_selftest_give_what_is_stored_with_any_number_of_threads()
    {
        for (int threads = 1; threads <= 4; threads++)
        {
            Assert.Null(ModelParity.CheckCodes(threads).Failure);
            Assert.Null(ModelParity.CheckReals(threads).Failure);
        }
        using var session = new InferenceSession(SmallModels.InCodes());
        session.Input<sbyte>(0).Fill(1);
        session.Run();
        Assert.True(session.Output<sbyte>("features").ToArray().Distinct().Count() > 50, "hardly any codes: the hash would tell little");
    }

    [Fact]
    public void Info_lists_kernels_in_both_forms()
    {
        using var json = JsonDocument.Parse(Run("info", "--json").Output);
        string text = Run("info").Output;
        Assert.Equal(KernelTable.Names.Order(), json.RootElement.GetProperty("kernels").EnumerateArray().Select(kernel => kernel.GetProperty("name").GetString()!).Order());
        foreach (string name in KernelTable.Names.Concat(CpuFeatures.Names)) Assert.Contains(name, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("processor\t: 0\nmodel name\t: A Processor\n", "A Processor")]
    [InlineData("processor\t: 0\nCPU part\t: 0xd08\nCPU part\t: 0xd08\n", "Cortex-A72")]
    [InlineData("CPU part\t: 0xd03\nCPU part\t: 0xd08\n", "Cortex-A53 and Cortex-A72")]
    [InlineData("nothing of the kind", null)]
    public void The_processor_is_named_from_what_the_system_tells(string text, string? name) => Assert.Equal(name, Processor.ModelIn(text));

    [Fact]
    public void Run_ranks_classes()
    {
        Assert.Equal((0, $"1.0000  2  2{Environment.NewLine}0.8000  0  red{Environment.NewLine}", ""), Run("run", Model(), Picture(), "--top", "2"));
        Assert.Equal((0, $"1.0000  2  2{Environment.NewLine}", ""), Run("run", "--top=1", "--threads", "1", "--", Model(), Picture()));
    }

    [Fact]
    public void Detect_prints_boxes_and_draws_them()
    {
        string annotated = Path.Combine(_folder.FullName, "boxes.png");
        Assert.Equal((0, $"0.7500  10.0 5.0 30.0 15.0  1  green{Environment.NewLine}", ""), Run("detect", Detector(), Picture(), "--out", annotated));
        Assert.NotEqual(ImageFile.Load(Picture()).Pixels, ImageFile.Load(annotated).Pixels);
        Assert.Equal((0, "", ""), Run("detect", Detector(), Picture(), "--threshold", "0.8"));
    }

    [Fact]
    public void Bench_shows_layers_and_speaks_json()
    {
        (int exitCode, string table, string progress) = Run("bench", Model(), "--runs", "3");
        Assert.Equal(0, exitCode);
        Assert.Contains("GMAC/s fp32", table, StringComparison.Ordinal);
        Assert.Contains("3 runs, 1 threads", table, StringComparison.Ordinal);
        Assert.Contains("warming up", progress, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Run("bench", Model(), "--runs", "3", "--threads", "2", "--json").Output);
        Assert.Equal(2, json.RootElement.GetProperty("total").GetProperty("threads").GetInt32());
        Assert.True(json.RootElement.GetProperty("peak").GetProperty("fp32Gmacs").GetDouble() > 0);
    }

    [Theory]
    [InlineData()]
    [InlineData("fly")]
    [InlineData("bench")]
    [InlineData("bench", "model", "--json", "--json")]
    [InlineData("bench", "model", "--rounds", "--json")]
    [InlineData("run")]
    [InlineData("run", "model")]
    [InlineData("run", "model", "picture", "more")]
    [InlineData("run", "model", "picture", "--loud")]
    [InlineData("run", "model", "picture", "--top")]
    [InlineData("run", "model", "picture", "--threads", "0")]
    [InlineData("detect", "model", "picture", "--out", "a.png", "--out", "b.png")]
    [InlineData("info", "more")]
    [InlineData("selftest", "--quick")]
    public void Wrong_usage_is_2(params string[] args) => AssertFailed(2, "", Run(args));

    [Fact]
    public void Failures_name_the_file()
    {
        string missing = Path.Combine(_folder.FullName, "missing"), text = Path.Combine(_folder.FullName, "text");
        File.WriteAllText(text, "neither a model nor a picture");
        AssertFailed(1, $"{missing}: no such file", Run("run", missing, Picture()));
        AssertFailed(1, $"{missing}: no such file", Run("run", Model(), missing));
        AssertFailed(1, "no such folder", Run("run", Path.Combine(missing, "model"), Picture()));
        AssertFailed(1, text, Run("run", text, Picture()));
        AssertFailed(1, text, Run("run", Model(), text));
        AssertFailed(1, "no detector", Run("detect", Model(), Picture()));
        AssertFailed(1, missing, Run("detect", Detector(), Picture(), "--out", Path.Combine(missing, "a.png")));
        AssertFailed(2, "--threshold x", Run("detect", Detector(), Picture(), "--threshold", "x"));
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(args, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static void AssertFailed(int exitCode, string words, (int ExitCode, string Output, string Error) run)
    {
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("edgenet-device: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    /// <summary>One pixel in, its three samples out.</summary>
    private string Model() => Save(builder => builder.Output("scores", builder.Input("picture", new TensorType(ElementType.Float32, [1, 1, 1, 3]))), null);

    /// <summary>Always sees one object of class 1, in the middle.</summary>
    private string Detector() => Save(
        builder =>
        {
            builder.Input("picture", new TensorType(ElementType.Float32, [1, 4, 4, 3]));
            builder.Output("scores", builder.Constant(Constant.Of<float>(new Shape([1, 1, 2]), [0.25f, 0.75f])));
            builder.Output("boxes", builder.Constant(Constant.Of<float>(new Shape([1, 1, 4]), new float[4])));
            builder.Output("priors", builder.Constant(Constant.Of<float>(new Shape([1, 4]), [0.5f, 0.5f, 0.5f, 0.5f])));
        },
        new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors"));

    private string Save(Action<GraphBuilder> build, Detector? detector)
    {
        var builder = new GraphBuilder
        {
            Card = new ModelCard(Preprocessing: new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [255]), Labels: ["red", "green"], Detector: detector),
        };
        build(builder);
        string path = Path.Combine(_folder.FullName, "model.edgenet");
        ModelFile.Save(path, builder.Build());
        return path;
    }

    private string Picture()
    {
        var image = new Image(40, 20, 3);
        Drawing.FilledRectangle(image, 0, 0, image.Width, image.Height, new Rgb(204, 51, 255));
        string path = Path.Combine(_folder.FullName, "picture.png");
        ImageFile.Save(path, image);
        return path;
    }
}
