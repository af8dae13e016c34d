using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

public sealed class TrainTests : IDisposable
{
    private const int PerClass = 8;

    // The beginning of a JPEG file.
    private static readonly byte[] TruncatedJpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xDB, 0];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_classifier_learns_two_colours_and_its_files_agree_with_each_other()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        CommandLine run = Train("-a", "lenet-5", "--input", "16x16", "--data", data, "-o", _folder["net.onnx"], "-o", _folder["net.edgenet"], "--report", _folder["report.html"], "--epochs", "20", "--validation", data);
        Assert.Matches(@"^validation accuracy 1\.0000, loss 0\.\d{4} \(16 pictures\)\n$", run.Succeeded().ReplaceLineEndings("\n"));
        Assert.Contains("16 pictures to train with, 16 to choose by, 0 to test with", run.Error, StringComparison.Ordinal);
        Assert.Equal(20, Regex.Count(run.Error, "^epoch ", RegexOptions.Multiline));
        // ONNX has no place for a card.
        string picture = Path.Combine(data, "red", "3.png");
        CommandLine.Run("convert", _folder["net.onnx"], "-o", _folder["carded.edgenet"]).Succeeded();
        Assert.Equal(1, Json("eval", _folder["net.edgenet"], "--data", data, "--json").GetProperty("top1").GetDouble());
        Assert.Equal(1, Json("eval", _folder["carded.edgenet"], "--data", data, "--json").GetProperty("top1").GetDouble());
        (JsonElement onnx, JsonElement edgenet) = (Json("run", _folder["carded.edgenet"], picture, "--json"), Json("run", _folder["net.edgenet"], picture, "--json"));
        Assert.Equal(Numbers(onnx.ToString()), Numbers(edgenet.ToString()), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Contains("red", edgenet.ToString(), StringComparison.Ordinal);

        Assert.Contains("<html", File.ReadAllText(_folder["report.html"]), StringComparison.Ordinal);
        Assert.Equal(21, File.ReadAllLines(_folder["report.csv"]).Length);
    }

    [Fact]
    public void A_model_learns_other_classes_with_a_new_last_layer_and_frozen_features()
    {
        Train("-a", "lenet-5", "--input", "16x16", "--data", Colours("data", ("blue", 0x2030A0), ("red", 0xE05040)), "-o", _folder["plain.onnx"], "-o", _folder["first.edgenet"]).Succeeded();
        // Without its card the ONNX file cannot be trained; with it, it is as good as ours.
        CommandLine.Run("convert", _folder["plain.onnx"], "-o", _folder["carded.edgenet"]).Succeeded();
        string other = Colours("other", ("dark", 0x101010), ("grey", 0x707070), ("white", 0xF0F0F0));
        CommandLine run = Train(_folder["carded.edgenet"], "--data", other, "-o", _folder["second.edgenet"], "--freeze", "conv", "--epochs", "30", "--rate", "0.003", "--validation", other, "--test", other);
        Assert.Contains($"{_folder["carded.edgenet"]} knows other classes than the data, which has 3: its last layer starts anew\n", run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("test       accuracy 1.0000", run.Succeeded(), StringComparison.Ordinal);
        Graph first = ModelFile.Load(_folder["carded.edgenet"]), second = ModelFile.Load(_folder["second.edgenet"]);
        Assert.Equal("dark, grey, white", string.Join(", ", second.Card.Labels!.Value));
        Assert.Equal(Weights(first, "conv1/weights"), Weights(second, "conv1/weights"));
        Assert.NotEqual(Weights(first, "fc1/weights"), Weights(second, "fc1/weights"));

        // As many classes: nothing starts anew.
        CommandLine again = Train(_folder["second.edgenet"], "--data", other, "-o", _folder["third.edgenet"], "--epochs", "1", "--rate", "0.00001");
        Assert.DoesNotContain("anew", again.Error, StringComparison.Ordinal);
        Assert.Contains("accuracy 1.0000", again.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_detector_learns_a_YOLO_set_and_goes_on()
    {
        string data = Boxes("yolo");
        CommandLine run = Train("-a", "ssd-mobilenet-v1-people", "--input", "32x32", "--width", "0.25", "--data", data, "--validation", data, "-o", _folder["net.edgenet"], "--epochs", "25", "--rate", "0.01");
        Assert.Matches(@"^validation AP50 [01]\.\d{4}, loss ", run.Succeeded());
        Assert.True(Numbers(run.Output)[1] > 0.5, run.Output);
        Assert.True(Json("eval", _folder["net.edgenet"], "--data", data, "--label-offset", "1", "--json").GetProperty("apAllPoint").GetDouble() > 0.5);
        // The shipped network gives scores, not logits; it learns on all the same.
        CommandLine on = Train(_folder["net.edgenet"], "--data", data, "--validation", data, "-o", _folder["on.edgenet"], "--epochs", "1", "--rate", "0.0001");
        Assert.Contains("validation AP50", on.Succeeded(), StringComparison.Ordinal);
        Assert.Equal(3, ModelFile.Load(_folder["on.edgenet"]).Outputs.Length);
        Assert.Contains(ModelFile.Load(_folder["on.edgenet"]).Outputs, output => output.Name == "scores");
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_from_its_checkpoint_to_the_same_model()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        string[] args = ["train", "-a", "lenet-5", "--input", "16x16", "--data", data, "--epochs", "4", "--batch", "4", "--threads", "1", "--augment", "noise:20"];
        CommandLine.Run([.. args, "-o", _folder["whole.edgenet"]]).Succeeded();

        string[] kept = [.. args, "-o", _folder["kept.edgenet"], "--checkpoint", _folder["run.checkpoint"]];
        using var stopping = new StoppingWriter("epoch 2/");
        Assert.Equal(130, Program.Run(kept, TextWriter.Null, stopping));
        Assert.False(File.Exists(_folder["kept.edgenet"]));
        CommandLine resumed = CommandLine.Run(kept);
        resumed.Succeeded();
        Assert.Contains($"going on from {_folder["run.checkpoint"]}: 2 epochs are done", resumed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("epoch 2/4", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("epoch 3/4", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_folder["whole.edgenet"]), File.ReadAllBytes(_folder["kept.edgenet"]));

        CommandLine other = CommandLine.Run([.. kept, "--rate", "0.5"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Matches("^edgenet: .*run.checkpoint: belongs to a run with .*0.001.* this one has .*0.5", other.Error.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public void A_picture_that_cannot_be_read_is_skipped_and_named()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        // The very first of each class, one of them among those held out.
        foreach (string name in (string[])["blue/00.jpg", "blue/0a.jpg", "red/9.jpg"]) File.WriteAllBytes(Path.Combine(data, name), TruncatedJpeg);
        CommandLine run = Lenet("--data", data);
        run.Succeeded();
        string[] skipped = [.. run.Error.Split('\n').Where(line => line.Contains("skipped: ", StringComparison.Ordinal))];
        Assert.Equal(3, skipped.Length);
        Assert.All((string[])["blue/00.jpg", "blue/0a.jpg", "red/9.jpg"], name => Assert.Single(skipped, line => line.StartsWith($"{Path.Combine(data, name)}: skipped: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_class_without_pictures_is_named()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        Directory.CreateDirectory(Path.Combine(data, "green"));
        CommandLine run = Lenet("--data", data);
        run.Succeeded();
        Assert.Contains($"{Path.Combine(data, "green")}: skipped: no picture (.jpg, .png, .bmp, .ppm, .pgm) of this class; add some or remove the folder; the class is left out\n", run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_box_outside_its_picture_and_a_class_without_a_name_are_named()
    {
        string data = Boxes("yolo");
        File.AppendAllText(Path.Combine(data, "2.txt"), "0 1.5 0.5 0.2 0.2\n");
        File.AppendAllText(Path.Combine(data, "3.txt"), "7 0.5 0.5 0.2 0.2\n");
        CommandLine run = Train("-a", "ssd-mobilenet-v1-people", "--input", "32x32", "--width", "0.25", "--data", data, "--validation", data, "-o", _folder["net.edgenet"], "--epochs", "1");
        run.Succeeded();
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith($"{Path.Combine(data, "2.txt")}: line 2: skipped: ", StringComparison.Ordinal));
        Assert.Single(run.Error.Split('\n'), line => line.TrimEnd() == $"{Path.Combine(data, "3.txt")}: line 2: skipped: class '7'; expected 0 to 0; left out");
    }

    [Fact]
    public void Pictures_of_many_sizes_are_one_set()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        for (int i = 0; i < 6; i++) Picture(Path.Combine(data, "red", $"wide{i}.png"), 0xE05040, 10 + (20 * i), 33 - (5 * i));
        Assert.Contains("accuracy 1.0000", Lenet("--data", data, "--epochs", "20").Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_is_not_there_is_an_error()
    {
        Directory.CreateDirectory(_folder["empty"]);
        Lenet("--data", _folder["empty"]).Failed(1, _folder["empty"]);
        Lenet("--data", _folder["none"]).Failed(1, _folder["none"]);
        Directory.CreateDirectory(_folder["hollow/a"]);
        Directory.CreateDirectory(_folder["hollow/b"]);
        Lenet("--data", _folder["hollow"]).Failed(1, _folder["hollow"]);
        string damaged = _folder["damaged"];
        foreach (string name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(Path.Combine(damaged, name));
            for (int i = 0; i < 6; i++) File.WriteAllBytes(Path.Combine(damaged, name, $"{i}.jpg"), TruncatedJpeg);
        }
        Lenet("--data", damaged).Failed(1, damaged);
        string few = Colours("few", ("blue", 0x2030A0), ("red", 0xE05040));
        Lenet("--data", few, "--batch", "100").Failed(1, "14 pictures do not fill a batch of 100");
        Lenet("--data", few, "--hold-out", "1").Failed(2, "--hold-out 1");
        Lenet("--data", few, "--validation", _folder["none"]).Failed(1, _folder["none"]);
    }

    [Fact]
    public void A_model_needs_a_card_to_train_on()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("green", 0x20A020), ("red", 0xE05040));
        string model = Models.MeanColour().Save(_folder);
        Train(model, "--data", data, "-o", _folder["out.edgenet"]).Failed(2, "card", "--card card.json");
    }

    [Fact]
    public void Classes_are_matched_by_name_whatever_their_order()
    {
        Train("-a", "lenet-5", "--input", "16x16", "--data", Colours("data", ("blue", 0x2030A0), ("red", 0xE05040)), "-o", _folder["first.edgenet"]).Succeeded();
        // Only one of the two, and the one that would be number 0.
        string part = Colours("part", ("red", 0xE05040));
        CommandLine run = Train(_folder["first.edgenet"], "--data", part, "--test", part, "--epochs", "1", "--rate", "1e-6", "-o", _folder["second.edgenet"]);
        Assert.Contains("test       accuracy 1.0000", run.Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("anew", run.Error, StringComparison.Ordinal);
        Train("-a", "lenet-5", "--input", "16x16", "--data", part, "--validation", _folder["data"], "-o", _folder["x.onnx"]).Failed(1, "'blue' is none of the classes to train");
    }

    [Theory]
    [InlineData("--freeze", "conv9", "--freeze conv9", "conv1/weights")]
    [InlineData("--priors", "0.2:0.9:0.5", "--priors", "detectors")]
    [InlineData("--report", "page.csv", "page.csv", ".html")]
    public void Options_that_would_do_nothing_or_harm_are_refused(string option, string value, params string[] words) =>
        Lenet("--data", Colours("data", ("blue", 0x2030A0), ("red", 0xE05040)), option, value).Failed(2, words);

    [Fact]
    public void What_to_train_is_either_a_model_or_an_architecture()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        Train("--data", data, "-o", _folder["x.onnx"]).Failed(2, "MODEL", "--architecture");
        Train("model.onnx", "-a", "lenet-5", "--data", data, "-o", _folder["x.onnx"]).Failed(2, "MODEL", "--architecture");
        Train(_folder["none.onnx"], "--data", data, "-o", _folder["x.onnx"]).Failed(1, "none.onnx");
        Train("-a", "lenet-5", "-o", _folder["x.onnx"]).Failed(2, "--data");
        Train("-a", "lenet-5", "--data", data).Failed(2, "--output");
    }

    [Theory]
    [InlineData("--optimizer", "adamant", "adamant", "nesterov", "adadelta", "adamw")]
    [InlineData("--optimizer", "momentum:x", "momentum:x", "no number")]
    [InlineData("--schedule", "linear", "linear", "constant", "step:epochs", "cosine")]
    [InlineData("--loss", "regret", "regret", "softmax-cross-entropy", "focal")]
    [InlineData("--augment", "shake", "shake", "flip", "crop", "lowlight")]
    [InlineData("--augment", "crop:many", "crop:many", "PADDING")]
    [InlineData("--architecture", "lenet-6", "lenet-6", "lenet-5", "ssd-mobilenet-v1-people")]
    [InlineData("--width", "0.5", "lenet-5", "width multiplier 0.5")]
    [InlineData("--dropout", "1", "lenet-5", "dropout")]
    [InlineData("--rate", "0", "rate", "above 0")]
    public void What_does_not_exist_is_told_in_one_line_with_what_does(string option, string value, params string[] words)
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        string[] args = ["--data", data, "-o", _folder["x.onnx"], "--input", "16x16", option, value];
        Train(option == "--architecture" ? args : [.. args, "-a", "lenet-5"]).Failed(2, words);
        Assert.False(File.Exists(_folder["x.onnx"]));
    }

    [Theory]
    [InlineData("--input", "16", "--input 16", "WIDTHxHEIGHT")]
    [InlineData("--input", "0x16", "lenet-5", "16 × 0")]
    [InlineData("--rate", "fast", "--rate fast")]
    [InlineData("--epochs", "0", "--epochs")]
    [InlineData("--batch", "-1", "--batch")]
    [InlineData("--output", "net.tflite", "net.tflite", ".onnx", ".edgenet")]
    public void A_value_that_makes_no_sense_is_told_in_one_line(string option, string value, params string[] words)
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        string[] args = ["-a", "lenet-5", "--data", data, option, value];
        CommandLine run = Train([.. args, .. option == "--input" ? [] : (string[])["--input", "16x16"], .. option == "--output" ? [] : (string[])["-o", _folder["x.onnx"]]]);
        run.Failed(2, words);
    }

    [Theory]
    [InlineData("-o", "net.onnx")]
    [InlineData("--report", "report.html")]
    [InlineData("--checkpoint", "run.checkpoint")]
    public void A_folder_that_does_not_exist_is_told_before_training(string option, string name)
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        Lenet("--data", data, option, _folder[Path.Combine("none", name)]).Failed(1, name, "folder");
    }

    [Fact]
    public void A_network_gets_the_data_that_it_is_for()
    {
        string classes = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040)), boxes = Boxes("yolo");
        Lenet("--data", boxes).Failed(2, "lenet-5 finds classes", "has boxes");
        Train("-a", "ssd-mobilenet-v1", "--data", classes, "-o", _folder["x.onnx"]).Failed(2, "ssd-mobilenet-v1 finds boxes", "has classes");
        Lenet("--data", classes, "-o", _folder["net.edgenet"], "--epochs", "1").Succeeded();
        Train(_folder["net.edgenet"], "--data", boxes, "-o", _folder["x.onnx"]).Failed(2, "net.edgenet finds classes", "has boxes");
    }

    [Fact]
    public void A_run_that_goes_astray_says_so_in_one_line()
    {
        string data = Colours("data", ("blue", 0x2030A0), ("red", 0xE05040));
        CommandLine run = Lenet("--data", data, "--rate", "1e30", "--optimizer", "sgd");
        Assert.Equal(1, run.ExitCode);
        Assert.Matches("^edgenet: epoch 1, batch 2: .*Lower the learning rate", run.Error.TrimEnd().Split('\n')[^1]);
        Assert.False(File.Exists(_folder["net.edgenet"]));
    }

    private CommandLine Lenet(params string[] more) => Train(["-a", "lenet-5", "--input", "16x16", .. more.Contains("-o") ? [] : (string[])["-o", _folder["net.edgenet"]], .. more]);

    private static CommandLine Train(params string[] args)
    {
        return CommandLine.Run(["train", .. args, .. Unless("--epochs", "8"), .. Unless("--batch", "4"), "--threads", "1"]);

        string[] Unless(string option, string value) => args.Contains(option) ? [] : [option, value];
    }

    private static JsonElement Json(params string[] args) => JsonDocument.Parse(CommandLine.Run(args).Succeeded()).RootElement;

    private static double[] Numbers(string text) => [.. Regex.Matches(text, @"\d+(\.\d+)?([eE]-?\d+)?").Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];

    private static float[] Weights(Graph graph, string name) => graph.Nodes.SelectMany(node => node.Inputs).First(input => input.Name == name).Constant!.ToArray<float>();

    /// <summary>A folder for each class with pictures of nearly its colour.</summary>
    private string Colours(string name, params (string Class, int Colour)[] classes)
    {
        var random = new Random(1);
        foreach ((string label, int colour) in classes)
        {
            Directory.CreateDirectory(_folder[Path.Combine(name, label)]);
            for (int i = 0; i < PerClass; i++) Picture(_folder[Path.Combine(name, label, $"{i}.png")], colour, 16, 16, random.Next(-10, 11));
        }
        return _folder[name];
    }

    /// <summary>Pictures with one red rectangle each, and its place in a text file.</summary>
    private string Boxes(string name)
    {
        Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(_folder[Path.Combine(name, "classes.txt")], "thing\n");
        (int X, int Y, int Wide, int High)[] places = [(4, 4, 16, 36), (30, 10, 18, 40), (16, 20, 14, 32), (40, 18, 16, 42)];
        for (int i = 0; i < places.Length; i++)
        {
            (int x, int y, int wide, int high) = places[i];
            var image = new Image(64, 64, 3);
            Drawing.FilledRectangle(image, 0, 0, 64, 64, new Rgb(30, 30, 30));
            Drawing.FilledRectangle(image, x, y, wide, high, new Rgb(230, 30, 30));
            ImageFile.Save(_folder[Path.Combine(name, $"{i}.png")], image);
            string line = string.Create(CultureInfo.InvariantCulture, $"0 {(x + (wide / 2f)) / 64} {(y + (high / 2f)) / 64} {wide / 64f} {high / 64f}\n");
            File.WriteAllText(_folder[Path.Combine(name, $"{i}.txt")], line);
        }
        return _folder[name];
    }

    private static void Picture(string path, int colour, int width, int height, int shift = 0)
    {
        var image = new Image(width, height, 3);
        byte Shade(int bits) => (byte)Math.Clamp(((colour >> bits) & 255) + shift, 0, 255);
        Drawing.FilledRectangle(image, 0, 0, width, height, new Rgb(Shade(16), Shade(8), Shade(0)));
        ImageFile.Save(path, image);
    }

    /// <summary>Ends the program as Ctrl-C does, at a certain line.</summary>
    private sealed class StoppingWriter(string line) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            if (value?.StartsWith(line, StringComparison.Ordinal) == true) throw new OperationCanceledException();
            base.WriteLine(value);
        }
    }
}
