using System.Text;
using EdgeNet.Model;

namespace EdgeNet.Cli.Tests;

public sealed class ErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData()]
    [InlineData("fly")]
    [InlineData("inspect")]
    [InlineData("inspect", "a.edgenet", "--loud")]
    [InlineData("convert", "a.edgenet")]
    [InlineData("run", "a.edgenet", "a.png", "--top", "0")]
    [InlineData("run", "a.edgenet", "a.png", "--top", "many")]
    [InlineData("run", "a.edgenet", "a.png", "--threads", "0")]
    [InlineData("run", "a.edgenet")]
    [InlineData("run", "a.edgenet", "a.png", "--tensor-out", "out")]
    [InlineData("run", "a.edgenet", "a.png", "--tensor-in", "x=a.npy")]
    [InlineData("verify", "a.edgenet")]
    [InlineData("verify", "a.edgenet", "--reference", "a", "--onnx", "b")]
    public void Wrong_usage_is_2(params string[] args) => CommandLine.Run(args).Failed(2);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        CommandLine.Run("inspect", _folder["none.edgenet"]).Failed(1, "none.edgenet");
        string model = Models.Detector().Save(_folder);
        CommandLine.Run("run", model, _folder["none.png"]).Failed(1, "none.png");
        CommandLine.Run("convert", model, "-o", _folder["x.edgenet"], "--card", _folder["none.json"]).Failed(1, "none.json");
    }

    [Fact]
    public void A_file_that_is_no_model_is_named()
    {
        CommandLine.Run("inspect", _folder.Write("a.bin", "hello")).Failed(1, "a.bin", "not a model");
        CommandLine.Run("inspect", _folder.Write("a.edgenet", "hello")).Failed(1, "a.edgenet");
        CommandLine.Run("inspect", _folder.Write("a.tflite", "hello")).Failed(1, "a.tflite");
        CommandLine.Run("inspect", _folder.Write("empty.onnx", "")).Failed(1, "empty.onnx");
        CommandLine.Run("inspect", _folder.Write("a.net", "hello")).Failed(1, "a.net", "byte 5");
        string model = Models.MeanColour().Save(_folder);
        File.WriteAllBytes(model, File.ReadAllBytes(model)[..^1]);
        CommandLine.Run("inspect", model).Failed(1, "model.edgenet");
    }

    [Fact]
    public void An_operator_that_is_not_supported_is_named_with_its_node()
    {
        File.WriteAllBytes(_folder["odd.onnx"], OnnxBytes.ModelOf(op: "Frobnicate", node: "widget_7"));
        CommandLine.Run("inspect", _folder["odd.onnx"]).Failed(1, "odd.onnx", "Frobnicate", "widget_7");
    }

    [Fact]
    public void A_picture_needs_a_card_and_a_picture_file()
    {
        string model = Models.MeanColour().Save(_folder);
        CommandLine.Run("run", model, Models.Picture(_folder, 0, 0, 0)).Failed(1, "preprocessing", "--card");
        CommandLine.Run("run", Models.Detector().Save(_folder), _folder.Write("a.png", "no")).Failed(1, "a.png");
    }

    [Theory]
    [InlineData("{\n  \"name\": \"x\",\n  \"colour\": 1\n}", "line 3")]
    [InlineData("{\n  \"preprocessing\": { \"layout\": \"Nhcw\" }\n}", "line 2")]
    [InlineData("{\n  \"preprocessing\": { \"layout\": \"Nhwc\", \"color\": \"Rgb\", \"mean\": [\"a\"] }\n}", "line 2")]
    [InlineData("{\n\n", "line 3")]
    [InlineData("{ \"labels\": [null] }", "label")]
    [InlineData("{ \"preprocessing\": { \"layout\": \"Nhwc\", \"color\": \"Gray\", \"mean\": [0], \"standardDeviation\": [1] } }", "Gray")]
    [InlineData("null", "null")]
    public void A_bad_card_is_told_where(string json, string where)
    {
        string model = Models.MeanColour().Save(_folder), card = _folder.Write("card.json", json);
        CommandLine.Run("convert", model, "-o", _folder["x.edgenet"], "--card", card).Failed(1, where);
        Assert.False(File.Exists(_folder["x.edgenet"]));
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused()
    {
        string model = Models.MeanColour().Save(_folder), file = _folder["in.npy"];
        NpyFile.Save(file, NpyArray.Of(new Shape([1, 2, 3]), 1f, 2, 3, 4, 5, 6));
        CommandLine.Run("run", model, "--tensor-in", $"picture={file}", "--tensor-out", _folder["out"]).Failed(1, "in.npy", "[1, 2, 3]", "[1, 1, 2, 3]");
        NpyFile.Save(file, NpyArray.Of(new Shape([1, 1, 2, 3]), 1, 2, 3, 4, 5, (1 << 24) + 1));
        CommandLine.Run("run", model, "--tensor-in", $"picture={file}", "--tensor-out", _folder["out"]).Failed(1, "in.npy", "element 5");
        CommandLine.Run("run", model, "--tensor-out", _folder["out"]).Failed(2, "picture");
        CommandLine.Run("run", model, "--tensor-in", $"image={file}", "--tensor-out", _folder["out"]).Failed(2, "image", "picture");
        CommandLine.Run("run", model, "--tensor-in", $"picture={_folder.Write("a.npy", "no")}", "--tensor-out", _folder["out"]).Failed(1, "a.npy");
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void Open_dimensions_are_for_formats_that_leave_them_open()
    {
        string model = Models.MeanColour().Save(_folder);
        CommandLine.Run("inspect", model, "--batch", "2").Failed(2, "--batch");
        CommandLine.Run("inspect", model, "--dim", "n=2").Failed(2, "--dim");
        CommandLine.Run("inspect", model, "--dim", "n").Failed(2, "--dim n");
        CommandLine.Run("inspect", model, "--batch", "0").Failed(2, "--batch");
    }

    [Fact]
    public void A_reference_must_be_whole()
    {
        string model = Models.MeanColour().Save(_folder);
        CommandLine.Run("verify", model, "--reference", _folder["."]).Failed(1, "picture.npy");
    }
}

/// <summary>Just enough of protocol buffers to write an ONNX model of one node.</summary>
internal static class OnnxBytes
{
    /// <summary>A model x → op → y on floats of shape [1].</summary>
    public static byte[] ModelOf(string op, string node)
    {
        byte[] shape = Field(2, Field(1, Varint(1, 1)));
        byte[] type = Field(2, Field(1, [.. Varint(1, 1), .. shape]));
        byte[] graph =
        [
            .. Field(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(3, node), .. Text(4, op)]),
            .. Text(2, "graph"),
            .. Field(11, [.. Text(1, "x"), .. type]),
            .. Field(12, [.. Text(1, "y"), .. type]),
        ];
        return [.. Varint(1, 8), .. Field(7, graph), .. Field(8, Varint(2, 17))];
    }

    private static byte[] Varint(int field, byte value) => [(byte)(field << 3), value];

    private static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];
}
