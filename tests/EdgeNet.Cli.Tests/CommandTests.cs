using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Help_and_version_are_data()
    {
        Assert.Contains("inspect", CommandLine.Run("--help").Succeeded(), StringComparison.Ordinal);
        Assert.Contains("--tensor-in", CommandLine.Run("run", "--help").Succeeded(), StringComparison.Ordinal);
        Assert.NotEqual("", CommandLine.Run("--version").Succeeded());
    }

    [Fact]
    public void Inspect_counts()
    {
        string model = Models.MeanColour().Save(_folder);
        JsonElement totals = JsonDocument.Parse(CommandLine.Run("inspect", model, "--json").Succeeded()).RootElement.GetProperty("totals");
        Assert.Equal(2, totals.GetProperty("layers").GetInt32());
        Assert.Equal(21, totals.GetProperty("parameters").GetInt32());
        Assert.Equal(6, totals.GetProperty("nonZeroParameters").GetInt32());
        Assert.Equal(18, totals.GetProperty("macs").GetInt32());
        Assert.Equal(84, totals.GetProperty("float32Bytes").GetInt32());
        Assert.Equal(new FileInfo(model).Length, totals.GetProperty("edgeNetBytes").GetInt64());
    }

    [Fact]
    public void Inspect_shows_layers_and_constants()
    {
        string text = CommandLine.Run("inspect", Models.MeanColour().Save(_folder)).Succeeded();
        Assert.Matches(@"0\s+Conv2D\s+means\s+Float32\[1, 1, 1, 3\]\s+21\s+18", text);
        Assert.Matches(@"w\s+Float32\[3, 1, 2, 3\]\s+Dense\s+2\s+1\.0\s+66\.7 %", text);
        Assert.Matches(@"means\[2\]\s+Float32\[3\]", text);
    }

    [Fact]
    public void A_file_of_Deep_Compression_is_a_model_with_a_card()
    {
        // 26 layers of which no weight is stored: counts, 256 shared values a layer and 3,976 biases, all zero.
        string model = _folder["zero.net"], converted = _folder["zero.edgenet"], picture = Models.Picture(_folder, 0, 0, 0);
        File.WriteAllBytes(model, new byte[4 * (26 + 26 * 256 + 3976)]);
        CommandLine.Run("convert", model, "-o", converted).Succeeded();
        Assert.Contains("imported from zero.net", CommandLine.Run("inspect", converted).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("0.0010", CommandLine.Run("run", model, picture, "--top", "1").Succeeded(), StringComparison.Ordinal);
        Assert.Equal(CommandLine.Run("run", model, picture).Succeeded(), CommandLine.Run("run", converted, picture).Succeeded());
    }

    [Fact]
    public void Convert_adds_a_card_and_run_uses_it()
    {
        string bare = Models.MeanColour().Save(_folder), full = _folder["full.edgenet"];
        string card = _folder.Write("card.json", Models.CardJson), labels = _folder.Write("labels.txt", "rot\ngrün\nblau\n\n");
        CommandLine.Run("convert", bare, "-o", full, "--card", card).Succeeded();
        Assert.Equal("mean colour", ModelFile.Load(full).Card.Name);
        CommandLine.Run("convert", full, "-o", full, "--labels", labels).Succeeded();

        string picture = Models.Picture(_folder, 51, 255, 102);
        string text = CommandLine.Run("run", full, picture, "--top", "2", "--threads", "1").Succeeded();
        Assert.Equal([picture, "  1.0000  1  grün", "  0.4000  2  blau"], text.TrimEnd().Split(Environment.NewLine));
        JsonElement first = JsonDocument.Parse(CommandLine.Run("run", full, picture, picture, "--json").Succeeded()).RootElement[1].GetProperty("classes")[0];
        Assert.Equal((1, "grün", 1f), (first.GetProperty("index").GetInt32(), first.GetProperty("label").GetString(), first.GetProperty("score").GetSingle()));
    }

    [Fact]
    public void Run_writes_boxes_and_an_annotated_picture()
    {
        string model = Models.Detector().Save(_folder), picture = Models.Picture(_folder, 0, 0, 0), annotated = Path.Combine(_folder["new"], "picture-boxes.png");
        string[] lines = CommandLine.Run("run", model, picture, "--out", _folder["new"]).Succeeded().TrimEnd().Split(Environment.NewLine);
        Assert.Equal([$"{picture}: 1 boxes, drawn in {annotated}", "  0.7500  10.0 5.0 30.0 15.0  1  person"], lines);
        Assert.Contains(ImageFile.Load(annotated).Pixels, sample => sample > 0);

        JsonElement found = JsonDocument.Parse(CommandLine.Run("run", model, picture, "--out", _folder["new"], "--json").Succeeded()).RootElement[0];
        Assert.Equal(annotated, found.GetProperty("annotated").GetString());
        Assert.Equal(30, found.GetProperty("boxes")[0].GetProperty("xMax").GetSingle());
        Assert.Single(CommandLine.Run("run", model, picture, "--out", _folder["new"], "--threshold", "0.8").Succeeded().TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("person\n")]
    [InlineData("nothing\nperson\n")]
    public void Labels_of_a_detector_may_leave_the_background_out(string labels)
    {
        string model = Models.Detector().Save(_folder);
        CommandLine.Run("convert", model, "-o", model, "--labels", _folder.Write("labels.txt", labels)).Succeeded();
        Assert.Equal("person", ModelFile.Load(model).Card.Labels!.Value[1]);
    }

    [Fact]
    public void Run_takes_and_gives_tensors()
    {
        // Doubles and floats in the model's own layout; the output's name is no file name.
        string model = Models.MeanColour().Save(_folder);
        var input = new NpyArray(NpyType.Float64, new Shape([1, 1, 2, 3]), MemoryMarshal.AsBytes<double>([1, 2, 3, 3, 4, 5]).ToArray());
        NpyFile.Save(_folder["in.npy"], input);
        CommandLine.Run("run", model, "--tensor-in", $"picture={_folder["in.npy"]}", "--tensor-out", _folder["out"]).Succeeded();
        NpyArray output = NpyFile.Load(Path.Combine(_folder["out"], "scores_0_a.npy"));
        Assert.Equal((NpyType.Float32, new Shape([1, 3])), (output.Type, output.Shape));
        Assert.Equal([2, 3, 4], MemoryMarshal.Cast<byte, float>(output.Bytes.Span).ToArray());
    }

    [Fact]
    public void Verify_compares_with_a_folder()
    {
        string model = Models.MeanColour().Save(_folder);
        Directory.CreateDirectory(_folder["inputs"]);
        Directory.CreateDirectory(_folder["outputs"]);
        NpyFile.Save(_folder["inputs/picture.npy"], NpyArray.Of(new Shape([1, 1, 2, 3]), 1f, 2, 3, 3, 4, 5));
        NpyFile.Save(_folder["outputs/scores_0_a.npy"], NpyArray.Of(new Shape([1, 3]), 2f, 3, 4.001f));
        CommandLine strict = CommandLine.Run("verify", model, "--reference", _folder["."]);
        Assert.Equal(1, strict.ExitCode);
        Assert.Matches(@"scores/0:a\s+1\.00e-03\s+2\.50e-04\s+-\s+FAIL", strict.Output);
        Assert.Contains("pass", CommandLine.Run("verify", model, "--reference", _folder["."], "--tolerance", "1e-3").Succeeded(), StringComparison.Ordinal);
        NpyFile.Save(_folder["outputs/scores_0_a.npy"], NpyArray.Of(new Shape([1, 3]), 2f, float.NaN, 4));
        Assert.Equal(1, CommandLine.Run("verify", model, "--reference", _folder["."], "--tolerance", "1000").ExitCode);
    }

    [Fact]
    public void Verify_counts_steps_of_quantized_outputs()
    {
        string model = Models.Quantized().Save(_folder);
        Directory.CreateDirectory(_folder["inputs"]);
        Directory.CreateDirectory(_folder["outputs"]);
        NpyFile.Save(_folder["inputs/x.npy"], NpyArray.Of(new Shape([4]), 2L, 4, 6, 8));
        NpyFile.Save(_folder["outputs/codes.npy"], NpyArray.Of(new Shape([4]), (sbyte)1, (sbyte)2, (sbyte)3, (sbyte)5));
        NpyFile.Save(_folder["outputs/reals.npy"], NpyArray.Of(new Shape([4]), 1f, 2, 3.5f, 4));
        string text = CommandLine.Run("verify", model, "--reference", _folder["."]).Succeeded();
        Assert.Matches(@"codes\s+1\.00e\+00\s+2\.00e-01\s+1\s+pass", text);
        Assert.Matches(@"reals\s+5\.00e-01\s+1\.25e-01\s+1\s+pass", text);
        Assert.Equal(1, CommandLine.Run("verify", model, "--reference", _folder["."], "--steps", "0").ExitCode);
    }

    [Fact]
    public void Export_and_convert_go_there_and_back()
    {
        string model = Models.MeanColour().Save(_folder), onnx = _folder["model.onnx"], again = _folder["again.edgenet"];
        CommandLine.Run("export", model, "-o", onnx).Succeeded();
        CommandLine.Run("convert", onnx, "-o", again).Succeeded();
        Graph graph = ModelFile.Load(again);
        Assert.Equal("picture", Assert.Single(graph.Inputs).Name);
        Assert.Equal("imported from model.onnx", graph.Card.Provenance!.Value[^1]);
    }
}
