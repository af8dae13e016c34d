using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

public sealed class CompressTests : IDisposable
{
    private const string Recipe = """
        name: quick
        seed: 4
        retraining: { batch: 8 }
        steps:
          - rate: { bits: 3, epochs: 2, tune-epochs: 1 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _data, _model, _recipe;

    public CompressTests()
    {
        var random = new Random(1);
        foreach ((string label, int colour) in (ReadOnlySpan<(string, int)>)[("blue", 0x2030A0), ("red", 0xE05040)])
        {
            Directory.CreateDirectory(_folder[Path.Combine("data", label)]);
            for (int i = 0; i < 12; i++)
            {
                var image = new Image(16, 16, 3);
                int shift = random.Next(-20, 21);
                byte Shade(int bits) => (byte)Math.Clamp(((colour >> bits) & 255) + shift, 0, 255);
                Drawing.FilledRectangle(image, 0, 0, 16, 16, new Rgb(Shade(16), Shade(8), Shade(0)));
                ImageFile.Save(_folder[Path.Combine("data", label, $"p{i}.png")], image);
            }
        }
        _data = _folder["data"];
        _model = _folder["model.onnx"];
        _recipe = _folder["recipe.yaml"];
        File.WriteAllText(_recipe, Recipe);
        CommandLine.Run("train", "-a", "lenet-5", "--input", "16x16", "--data", _data, "--epochs", "20", "--batch", "4", "--validation", _data, "-o", _model).Succeeded();
    }

    public void Dispose() => _folder.Dispose();

    private CommandLine Compress(params string[] args) => CommandLine.Run(["compress", _model, .. args, "-o", _folder["small.edgenet"]]);

    private string[] Written => [.. Directory.GetFileSystemEntries(_folder["."]).Select(path => Path.GetFileName(path)!).Where(name => name.StartsWith("small", StringComparison.Ordinal)).Order()];

    [Fact]
    public void A_model_becomes_a_small_file_that_holds_to_what_its_ledger_promises()
    {
        CommandLine run = Compress("--data", _data, "--hold-out", "3", "--recipe", _recipe, "--ledger", _folder["small.json"], "--report", _folder["small.html"]);
        string output = run.Succeeded();
        Assert.Contains("8 to measure on (every third picture, from the first on, held out)", run.Error, StringComparison.Ordinal);
        Assert.Contains("int8+deflate", output, StringComparison.Ordinal);
        Assert.Contains("top-1 100.00", output, StringComparison.Ordinal);
        Assert.Equal(["small.edgenet", "small.html", "small.json"], Written);
        Assert.True(new FileInfo(_folder["small.edgenet"]).Length < new FileInfo(_model).Length / 6);
        Assert.Contains("<html", File.ReadAllText(_folder["small.html"]), StringComparison.Ordinal);
        Assert.Contains("holds to its promise", CommandLine.Run("verify", _folder["small.edgenet"], "--ledger", _folder["small.json"]).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("top-1 100.00 % on 8 pictures", CommandLine.Run("verify", _folder["small.edgenet"], "--ledger", _folder["small.json"], "--data", _data, "--hold-out", "3").Succeeded(), StringComparison.Ordinal);

        // Another model does not hold to it.
        CommandLine.Run("convert", _model, "-o", _folder["other.edgenet"]).Succeeded();
        CommandLine broken = CommandLine.Run("verify", _folder["other.edgenet"], "--ledger", _folder["small.json"]);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("broken: the file has", broken.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_command_makes_the_same_bytes()
    {
        Compress("--data", _data, "--recipe", _recipe, "--threads", "1").Succeeded();
        byte[] first = File.ReadAllBytes(_folder["small.edgenet"]);
        Compress("--data", _data, "--recipe", _recipe, "--threads", "2").Succeeded();
        Assert.Equal(first, File.ReadAllBytes(_folder["small.edgenet"]));
    }

    [Fact]
    public void Pictures_that_nobody_has_labelled_will_do()
    {
        CommandLine run = Compress("--data", Path.Combine(_data, "red"), "--recipe", _recipe);
        run.Succeeded();
        Assert.Contains("agreement", run.Error, StringComparison.Ordinal);

        // The small model agrees with itself, which says nothing.
        Compress("--data", Path.Combine(_data, "red"), "--recipe", _recipe, "--ledger", _folder["small.json"]).Succeeded();
        string verified = CommandLine.Run("verify", _folder["small.edgenet"], "--ledger", _folder["small.json"], "--data", Path.Combine(_data, "red")).Succeeded();
        Assert.Contains("agreement with the original is not measured", verified, StringComparison.Ordinal);
        Assert.DoesNotContain("100.00 %", verified, StringComparison.Ordinal);
        // A read-me beside them says nothing of them.
        File.WriteAllText(Path.Combine(_data, "red", "readme.txt"), "photos of the summer\n");
        Compress("--data", Path.Combine(_data, "red"), "--recipe", _recipe).Succeeded();
    }

    [Fact]
    public void A_single_picture_is_too_few_to_retrain_with()
    {
        Directory.CreateDirectory(_folder["few"]);
        File.Copy(Path.Combine(_data, "red", "p0.png"), Path.Combine(_folder["few"], "p0.png"));
        Compress("--data", _folder["few"], "--recipe", _recipe).Failed(1, "only one picture", "--validation");
        Assert.Empty(Written);
    }

    [Fact]
    public void Where_there_is_nothing_to_go_on_from_it_is_said()
    {
        CommandLine run = Compress("--data", _data, "--recipe", _recipe, "--resume");
        run.Succeeded();
        Assert.Contains("small.edgenet.work: there is nothing to go on from; beginning anew", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cards_do_not_have_is_named()
    {
        File.WriteAllText(_folder["card.json"], "{ \"preprocesing\": {} }");
        Compress("--data", _data, "--card", _folder["card.json"]).Failed(1, "card.json: line 1", "$.preprocesing: cards have no such key");
    }

    [Fact]
    public void The_seed_is_the_recipes_own_unless_another_is_given()
    {
        Assert.Contains("seed: 4", CommandLine.Run("compress", "--recipe", _recipe, "--print-recipe").Succeeded(), StringComparison.Ordinal);
        Assert.Contains("seed: 9", CommandLine.Run("compress", "--recipe", _recipe, "--print-recipe", "--seed", "9").Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("[default: 1]", CommandLine.Run("compress", "--help").Succeeded().Split('\n').Single(line => line.Contains("--seed", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_is_kept_to_and_one_that_is_impossible_is_one_line_and_leaves_nothing()
    {
        Compress("--data", _data, "--recipe", _recipe, "--max-size", "20KB").Succeeded();
        Assert.InRange(new FileInfo(_folder["small.edgenet"]).Length, 19000, 20000);
        File.Delete(_folder["small.edgenet"]);
        CommandLine impossible = Compress("--data", _data, "--recipe", _recipe, "--max-size", "1KB");
        Assert.Equal(1, impossible.ExitCode);
        Assert.StartsWith("edgenet: 1000 bytes are too few", impossible.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Empty(Written);
    }

    [Fact]
    public void A_size_is_taken_to_the_byte()
    {
        // 1.001 times 1000 is 1000.9999999999999 in binary floats.
        CommandLine impossible = Compress("--data", _data, "--recipe", _recipe, "--max-size", "1.001KB");
        Assert.Contains("edgenet: 1001 bytes are too few", impossible.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_the_users_where_states_would_stand_is_left_alone()
    {
        Directory.CreateDirectory(_folder["small.edgenet.work"]);
        File.WriteAllText(_folder[Path.Combine("small.edgenet.work", "thesis.txt")], "years");
        CommandLine run = Compress("--data", _data, "--recipe", _recipe);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("small.edgenet.work: states of the run would stand here, but it is a folder of something else", run.Error, StringComparison.Ordinal);
        Assert.Equal("years", File.ReadAllText(_folder[Path.Combine("small.edgenet.work", "thesis.txt")]));
    }

    [Fact]
    public void A_drop_is_searched_for_on_pictures_that_neither_retrain_nor_measure()
    {
        CommandLine run = Compress("--data", _data, "--hold-out", "3", "--recipe", _recipe, "--max-drop", "100", "--ledger", _folder["small.json"]);
        run.Succeeded();
        Assert.Contains("14 pictures to retrain with, 8 to measure on (every third picture, from the first on, held out; of the others every 10th, 2 in all, to search for the drop on)", run.Error, StringComparison.Ordinal);
        Assert.Contains("on the pictures that the drop was searched for on, ", run.Error, StringComparison.Ordinal);
        // What is measured is told apart as without a limit.
        Assert.Contains(" on 8 pictures", CommandLine.Run("verify", _folder["small.edgenet"], "--ledger", _folder["small.json"], "--data", _data, "--hold-out", "3").Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--also"), InlineData("--validation")]
    public void Pictures_without_data_to_retrain_with_are_not_passed_over(string option) =>
        Compress(option, _data, "--recipe", _recipe).Failed(2, option, "--data");

    [Fact]
    public void A_drop_that_was_not_kept_fails_and_says_how_close_it_came()
    {
        File.WriteAllText(_recipe, Recipe.Replace("- rate: { bits: 3, epochs: 2, tune-epochs: 1 }", "- prune: { density: 0.0005, scope: uniform, protect: false, rounds: 1, epochs: 0 }", StringComparison.Ordinal));
        CommandLine run = Compress("--data", _data, "--hold-out", "3", "--recipe", _recipe, "--max-drop", "0");
        Assert.Equal(1, run.ExitCode);
        Assert.Matches("edgenet: the budget of 0 points was not met; .*small.edgenet is the closest: [0-9]+ bytes and [0-9.]+ points lost", run.Error);
        Assert.Contains("tried with bits and densities", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--max-size", "little", "--max-size little: expected a size")]
    [InlineData("--max-drop", "-1", "--max-drop -1: expected points")]
    [InlineData("--preset", "tiny", "tiny")]
    [InlineData("--ledger", "./small.edgenet", "two outputs of this name")]
    public void Settings_that_make_no_sense_are_named(string option, string value, string words)
    {
        CommandLine run = Compress("--data", _data, option, value == "./small.edgenet" ? _folder[value] : value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(Written);
    }

    [Fact]
    public void Bad_data_and_bad_recipes_are_one_line_and_leave_nothing()
    {
        Directory.CreateDirectory(_folder["empty"]);
        Compress("--data", _folder["empty"]).Failed(1, "empty");
        Compress("--data", _folder["nowhere"]).Failed(1, "nowhere");
        File.WriteAllText(_recipe, "name: x\nsteps:\n  - rate: { bitz: 3 }\n");
        Compress("--data", _data, "--recipe", _recipe).Failed(1, "recipe.yaml", "line 3", "bitz");
        Compress("--recipe", _recipe, "--preset", "paper").Failed(2, "--recipe and --preset");
        Assert.Empty(Written);
    }

    [Fact]
    public void A_recipe_can_be_printed_and_used_again()
    {
        string yaml = CommandLine.Run("compress", "--preset", "paper", "--print-recipe").Succeeded();
        Assert.Contains("name: paper", yaml, StringComparison.Ordinal);
        File.WriteAllText(_recipe, yaml);
        Assert.Equal(yaml, Compress("--recipe", _recipe, "--print-recipe").Succeeded());
    }

    [Fact]
    public void Without_pictures_weights_are_shared_all_the_same()
    {
        CommandLine run = Compress("--recipe", _recipe);
        run.Succeeded();
        Assert.Contains("nothing was retrained: there are no pictures", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(ModelFile.Load(_folder["small.edgenet"]).Nodes);
    }

    [Fact]
    public void A_model_that_is_quantized_already_is_refused()
    {
        CommandLine run = CommandLine.Run("compress", Models.Quantized().Save(_folder), "-o", _folder["small.edgenet"]);
        run.Failed(1, "no Float32 weights");
    }
}
