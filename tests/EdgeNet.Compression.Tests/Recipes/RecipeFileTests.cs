using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Compression.Tests;

public sealed class RecipeFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenet-recipes-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_left_out_has_the_default_of_its_record()
    {
        Recipe recipe = RecipeFile.Parse("steps:\n  - prune: { density: 0.25 }\n  - channels: { keep: 0.5 }\n  - cluster:\n  - rate\n  - int8: {}\n", "folder/mine.yaml");
        var expected = new Recipe
        {
            Name = "mine",
            Steps = [new PruneStep { Density = 0.25 }, new ChannelStep { Keep = 0.5 }, new ClusterStep(), new RateStep(), new Int8Step()],
        };
        Assert.Equal(Described(expected), Described(recipe));
    }

    [Fact]
    public void Settings_may_stand_in_a_line_or_below_each_other()
    {
        PruneStep inLine = Step<PruneStep>("- prune: { density: 0.1, pattern: 2:4, rounds: 5, protect: false, layers: { conv1: 1, \"fc/1\": 0.05 } }");
        PruneStep below = Step<PruneStep>("- prune:\n      density: 1e-1\n      pattern: 2:4   # of four\n      rounds: 5\n      protect: false\n      layers:\n        conv1: 1\n        fc/1: .05");
        Assert.Equal(Described(inLine), Described(below));
        Assert.Equal((0.1, PruningPattern.TwoOfFour, 5, false), (inLine.Density, inLine.Pattern, inLine.Rounds, inLine.Protect));
        Assert.Equal(0.05, inLine.Layers["fc/1"]);
    }

    [Theory]
    [InlineData("steps: [rate]\nbias: half", 2, "recipe: there is no key 'bias'; expected name, seed, biases, retraining, steps")]
    [InlineData("steps:\n- prune: { density: 2 }", 2, "density: '2'; expected a number above 0, at most 1")]
    [InlineData("steps:\n- prune: { density: 0 }", 2, "density: '0'; expected a number above 0, at most 1")]
    [InlineData("steps:\n- prune: { density: NaN }", 2, "density: 'NaN'; expected a number")]
    [InlineData("steps:\n- prune: { density: '0.5' }", 2, "density: '0.5'; expected a number")]
    [InlineData("steps:\n- prune: { density: 0,5 }", 2, "density: '0'; expected a number above 0")]
    [InlineData("steps:\n- prune:\n    rounds: 5", 3, "prune: density is missing; expected a number above 0")]
    [InlineData("steps:\n- prune", 2, "prune: density is missing")]
    [InlineData("steps:\n- cluster:\n    start: linear\n    bits: 5.5", 4, "bits: '5.5'; expected a whole number from 1 to 8")]
    [InlineData("steps:\n- cluster:\n    layers:\n      conv1: 9", 4, "layers: conv1: '9'; expected a whole number from 1 to 8")]
    [InlineData("steps:\n- cluster: { layers: 4 }", 2, "layers: '4'; expected a mapping")]
    [InlineData("steps:\n- int8: { per-channel: yes }", 2, "per-channel: 'yes'; expected true or false")]
    [InlineData("steps:\n- int8: { perChannel: true }", 2, "int8: there is no key 'perChannel'; expected calibration, samples, per-channel")]
    [InlineData("steps:\n- int8: { calibration: kl }", 2, "calibration: 'kl'; expected one of min-max, percentile, mean-squared-error, entropy")]
    [InlineData("steps:\n- int8: { calibration: [min-max] }", 2, "calibration: a list; expected one of")]
    [InlineData("steps:\n- rate: 3", 2, "rate: '3'; expected keys with values")]
    [InlineData("steps:\n- rate: { bits: 3 }\n  int8: {}", 2, "2 keys in one step; expected one of prune, channels, cluster, rate, int8")]
    [InlineData("steps:\n- quantize: {}", 2, "there is no step 'quantize'; expected one of")]
    [InlineData("steps:\n- [rate]", 2, "steps: a list; expected one of")]
    [InlineData("steps: []", 1, "steps: none; expected a list of steps")]
    [InlineData("steps:", 1, "steps: nothing; expected a list of steps")]
    [InlineData("steps: rate", 1, "steps: 'rate'; expected a list of steps")]
    [InlineData("name: x", 1, "recipe: steps is missing")]
    [InlineData("- rate", 1, "recipe: a list; expected keys with values")]
    [InlineData("steps: [rate]\nseed: -1", 2, "seed: '-1'; expected a whole number, 0 or above")]
    [InlineData("steps: [rate]\nseed: 2147483648", 2, "seed: '2147483648'; expected a whole number")]
    [InlineData("steps: [rate]\nretraining:\n  optimizer: newton", 3, "optimizer: ")]
    [InlineData("steps: [rate]\nretraining:\n  augment: turn", 3, "augment: ")]
    [InlineData("steps: [rate]\nretraining:\n  augment: \"turn\\nabout\"", 3, "augment: ")]
    [InlineData("steps:\n- cluster: { layers: { \"a\\nb\": 9 } }", 2, "layers: a b: '9'")]
    [InlineData("steps: [rate]\nseed: 1\nseed: 2", 3, "seed: it stands here for the second time")]
    [InlineData("steps: [rate]\n? [a]\n: 1", 2, "a list as a key; expected a name")]
    [InlineData("steps: [rate]\n---\nsteps: [int8]", 2, "a second document")]
    [InlineData("steps: &all [rate]", 1, "an anchor (&)")]
    [InlineData("steps: [*all]", 1, "an alias (*)")]
    [InlineData("steps: !!seq [rate]", 1, "a tag (!)")]
    [InlineData("steps: [rate\n", 2, "")]
    [InlineData("steps:\n\t- rate", 1, "tab")]
    [InlineData("steps:\n- rate\nname: \"\\UFFFFFFFF\"", 3, "")]
    [InlineData("steps:\n- rate\nname: \"\\uD800\"", 3, "")]
    [InlineData("name: \"", 1, "")]
    [InlineData("%YAML 9.1\n---\nsteps: [rate]", 1, "")]
    public void A_mistake_is_told_in_one_line_with_file_line_key_and_what_was_expected(string yaml, int line, string told)
    {
        CompressionException e = Assert.Throws<CompressionException>(() => RecipeFile.Parse(yaml, "mine.yaml"));
        Assert.StartsWith($"mine.yaml: line {line}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void A_file_without_a_recipe_is_refused(string yaml) =>
        Assert.Equal("mine.yaml: it is empty; expected a recipe", Assert.Throws<CompressionException>(() => RecipeFile.Parse(yaml, "mine.yaml")).Message);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("\n- rate")]
    [InlineData("x")]
    [InlineData("\"\\")]
    [InlineData("\n a: |\n")]
    public void Much_of_the_same_ends_soon_in_one_line(string piece)
    {
        string yaml = "steps:" + string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        string message = Assert.Throws<CompressionException>(() => RecipeFile.Parse(yaml, "mine.yaml")).Message;
        Assert.InRange(message.Length, 1, 400);
        Assert.DoesNotContain('\n', message);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public void Aliases_that_would_grow_without_bound_are_refused_at_the_first_anchor()
    {
        string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(name => $"{name}: &{name} [*{(char)(name - 1)},*{(char)(name - 1)},*{(char)(name - 1)},*{(char)(name - 1)}]\n"));
        Assert.Contains("line 1: an anchor", Assert.Throws<CompressionException>(() => RecipeFile.Parse(bomb, "mine.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_recipes_give_a_recipe_or_one_line()
    {
        string whole = RecipeFile.ToYaml(Presets.Named("paper"));
        var random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            char[] text = whole.ToCharArray();
            for (int changes = random.Next(1, 4); changes > 0; changes--) text[random.Next(text.Length)] = random.Next(4) == 0 ? (char)random.Next(0x10000) : "{}[]:,-#&*!|>'\"%@`?~ \n\t0a"[random.Next(25)];
            try
            {
                RecipeFile.Parse(new string(text)[..random.Next(text.Length + 1)], "mine.yaml");
            }
            catch (CompressionException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 100, 3000);
    }

    [Fact]
    public void Files_that_are_too_large_or_no_text_are_refused()
    {
        string path = Path.Combine(_folder.FullName, "mine.yaml");
        File.WriteAllText(path, $"steps: [rate]\n{new string('#', RecipeFile.MaxBytes)}");
        Assert.Equal($"{path}: larger than 1048576 bytes; expected a recipe", Assert.Throws<CompressionException>(() => RecipeFile.Read(path)).Message);
        File.WriteAllBytes(path, [0x73, 0xFF, 0xFE]);
        Assert.Equal($"{path}: it is not UTF-8 text; expected a recipe in YAML", Assert.Throws<CompressionException>(() => RecipeFile.Read(path)).Message);
        Assert.Throws<FileNotFoundException>(() => RecipeFile.Read(Path.Combine(_folder.FullName, "none.yaml")));
    }

    [Fact]
    public void A_recipe_that_is_written_and_read_is_the_same() => Prop.ForAll(Recipes().ToArbitrary(), recipe =>
    {
        string yaml = RecipeFile.ToYaml(recipe);
        Recipe read = RecipeFile.Parse(yaml, "other.yaml");
        Assert.Equal(Described(recipe), Described(read));
        Assert.Equal(yaml, RecipeFile.ToYaml(read));
    }).Check(Config.QuickThrowOnFailure.WithReplay(20_260_101, 1).WithMaxTest(300));

    [Fact]
    public void What_is_written_has_every_setting_of_the_records()
    {
        Recipe recipe = RecipeFile.Parse("steps: [ { prune: { density: 0.5 } }, { channels: { keep: 0.5 } }, cluster, rate, int8 ]", "all.yaml");
        string[] lines = RecipeFile.ToYaml(recipe).Split('\n');
        foreach (object record in (IEnumerable<object>)[recipe, recipe.Retraining, .. recipe.Steps])
        {
            foreach (PropertyInfo setting in Settings(record))
            {
                string key = string.Concat(setting.Name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
                Assert.Contains(lines, line => line.Trim().StartsWith($"{key}:", StringComparison.Ordinal));
            }
        }
        Assert.Equal(5, recipe.Steps.Select(step => step.GetType()).Distinct().Count());
        Assert.Equal(5, typeof(RecipeStep).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(RecipeStep))));
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = culture;
            Recipe recipe = RecipeFile.Parse("steps: [ { prune: { density: 0.125 } } ]", "mine.yaml");
            Assert.Equal(0.125, ((PruneStep)recipe.Steps[0]).Density);
            Assert.Contains("density: 0.125\n", RecipeFile.ToYaml(recipe), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0.00001, "0.00001")]
    [InlineData(0.00003, "0.00003")]
    [InlineData(10, "10")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-300, "1E-300")]
    [InlineData(1 / 3e5, "3.3333333333333333E-06")]
    public void Numbers_are_written_as_people_write_them_where_that_is_exact(double rate, string text) =>
        Assert.Contains($"rate: {text}\n", RecipeFile.ToYaml(new Recipe { Name = "a", Steps = [new RateStep { Rate = rate }] }), StringComparison.Ordinal);

    [Fact]
    public void A_written_file_is_read_again()
    {
        string path = Path.Combine(_folder.FullName, "mine.yaml");
        RecipeFile.Write(path, Presets.Named("small"));
        Assert.Equal(Described(Presets.Named("small")), Described(RecipeFile.Read(path)));
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    private static T Step<T>(string step) => Assert.IsType<T>(Assert.Single(RecipeFile.Parse($"steps:\n  {step}\n", "mine.yaml").Steps));

    private static IEnumerable<PropertyInfo> Settings(object record) =>
        record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    /// <summary>All settings as text, found without the code that is tested.</summary>
    private static string Described(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        IDictionary table => $"{{{string.Join(", ", table.Keys.Cast<string>().Order(StringComparer.Ordinal).Select(key => $"{key} = {Described(table[key])}"))}}}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Described))}]",
        _ => $"{value.GetType().Name} {{{string.Join(", ", Settings(value).Select(setting => $"{setting.Name} = {Described(setting.GetValue(value))}"))}}}",
    };

    private static Gen<Recipe> Recipes()
    {
        Gen<string> name = Gen.OneOf(
            Gen.Elements("", "conv1", "a b", "yes", "null", "1", "-", "# no", "a: b", "é😀", "\"\\\n\t\r\0\u0085\u2028\uFEFF", "'", "&a", "*a", "!a", "{", "2:4", "~", " x ", "a\u00A0b"),
            Gen.Choose(0x20, 0x2FFF).Select(code => (char)code).ArrayOf().Select(characters => new string(characters)));
        Gen<double> part = Gen.OneOf(Gen.Elements(1, 0.1, 1e-300, double.Epsilon, 1 / 3.0), Gen.Choose(1, 1_000_000).Select(i => i / 1_000_000.0));
        Gen<double> rate = Gen.OneOf(Gen.Elements(10, 1e-5, 0.0003, 1 / 3.0), Gen.Choose(1, 1000).Select(i => i / 7e4));
        Gen<int> epochs = Gen.Choose(0, 10_000), bits = Gen.Choose(1, 8), rounds = Gen.Choose(1, 100);
        Gen<bool> flag = Gen.Elements(true, false);
        Gen<RecipeStep> prune = from density in part
                                from pattern in Gen.Elements(Enum.GetValues<PruningPattern>())
                                from scope in Gen.Elements(Enum.GetValues<PruningScope>())
                                from count in rounds
                                from e in epochs
                                from r in rate
                                from protect in flag
                                from layers in ByName(part)
                                select (RecipeStep)new PruneStep { Density = density, Pattern = pattern, Scope = scope, Rounds = count, Epochs = e, Rate = r, Protect = protect, Layers = layers };
        Gen<RecipeStep> channels = from keep in part
                                   from ranking in Gen.Elements(Enum.GetValues<ChannelRanking>())
                                   from count in rounds
                                   from e in epochs
                                   from r in rate
                                   select (RecipeStep)new ChannelStep { Keep = keep, Ranking = ranking, Rounds = count, Epochs = e, Rate = r };
        Gen<RecipeStep> cluster = from count in bits
                                  from convolutions in Gen.Choose(0, 8)
                                  from sensitivity in flag
                                  from layers in ByName(bits)
                                  from start in Gen.Elements(Enum.GetValues<CentroidStart>())
                                  from e in epochs
                                  from r in rate
                                  select (RecipeStep)new ClusterStep { Bits = count, ConvolutionBits = convolutions, BySensitivity = sensitivity, Layers = layers, Start = start, Epochs = e, Rate = r };
        Gen<RecipeStep> rated = from count in part
                                from e in epochs
                                from tune in epochs
                                from r in rate
                                select (RecipeStep)new RateStep { Bits = 8 * count, Epochs = e, TuneEpochs = tune, Rate = r };
        Gen<RecipeStep> int8 = from calibration in Gen.Elements(Enum.GetValues<Calibration>())
                               from samples in Gen.Choose(1, 1_000_000)
                               from flags in flag.ArrayOf(3)
                               from keep in Gen.Choose(0, int.MaxValue)
                               from e in epochs
                               from r in rate
                               select (RecipeStep)new Int8Step { Calibration = calibration, Samples = samples, PerChannel = flags[0], Equalize = flags[1], CorrectBias = flags[2], KeepFloat = keep, Epochs = e, Rate = r };
        return from title in name
               from seed in Gen.Choose(0, int.MaxValue)
               from biases in Gen.Elements(Enum.GetValues<BiasStorage>())
               from labels in part
               from temperature in rate
               from hints in epochs
               from batch in Gen.Choose(1, 4096)
               from optimizer in Gen.Elements("adam", "momentum:0.95", "sgd")
               from augment in Gen.Elements("", "flip", "flip@0.3,crop:4,color:0.2")
               from steps in Gen.OneOf(prune, channels, cluster, rated, int8).NonEmptyListOf()
               select new Recipe
               {
                   Name = title,
                   Seed = seed,
                   Biases = biases,
                   Retraining = new RetrainingSettings { Labels = labels, Temperature = temperature, Hints = hints, Batch = batch, Optimizer = optimizer, Augment = augment },
                   Steps = [.. steps.Take(100)],
               };

        Gen<ImmutableDictionary<string, T>> ByName<T>(Gen<T> value) =>
            from names in name.ListOf()
            from first in value
            select names.Distinct().ToImmutableDictionary(each => each, _ => first);
    }
}
