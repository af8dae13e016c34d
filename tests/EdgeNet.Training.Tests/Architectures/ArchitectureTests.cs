using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Training.Tests;

public class ArchitectureTests
{
    public static TheoryData<string> Names => [.. Architecture.All.Select(architecture => architecture.Name)];

    [Theory]
    [InlineData("lenet-300-100", 266_610)]
    [InlineData("lenet-5", 431_080)]
    [InlineData("resnet-20", 272_474)]
    [InlineData("mobilenet-v1", 4_231_976)]
    [InlineData("mobilenet-v2", 3_504_872)]
    public void There_are_as_many_parameters_as_in_the_paper(string name, long expected) => Assert.Equal(expected, Trained(Default(name).Graph));

    [Theory]
    [InlineData("lenet-300-100", 266_200)]
    [InlineData("lenet-5", 2_293_000)]
    [InlineData("resnet-20", 40_813_184)]
    [InlineData("mobilenet-v1", 568_740_352)]
    [InlineData("mobilenet-v2", 300_774_272)]
    public void There_are_as_many_multiply_adds_as_in_the_paper(string name, long expected) =>
        Assert.Equal(expected, Default(name).Graph.Nodes.Sum(node => node.MultiplyAdds));

    [Theory, MemberData(nameof(Names))]
    public void Every_name_is_unique(string name)
    {
        Graph graph = Small(name).Graph;
        string[] names = [.. graph.Inputs.Select(input => input.Name), .. graph.Nodes.Select(node => node.Name), .. graph.Constants.Select(constant => constant.Name)];
        Assert.Empty(names.GroupBy(x => x).Where(group => group.Count() > 1 || group.Key.Length == 0).Select(group => group.Key));
    }

    [Theory, MemberData(nameof(Names))]
    public void Batch_normalization_stands_alone_and_no_bias_before_it(string name)
    {
        Graph graph = Small(name).Graph;
        Assert.All(graph.Nodes.Where(node => node.Op is BatchNormalization), node => Assert.Equal(2, node.Inputs[0].Producer!.Inputs.Length));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_seed_fixes_all_weights_and_another_changes_all_that_are_random(string name)
    {
        Graph one = Small(name).Graph, again = Small(name).Graph, other = Small(name, settings => settings with { Seed = 2 }).Graph;
        Assert.Equal(one.Constants.Length, again.Constants.Length);
        foreach ((Value a, Value b, Value c) in one.Constants.Zip(again.Constants, other.Constants))
        {
            Assert.True(a.Constant!.Elements().Span.SequenceEqual(b.Constant!.Elements().Span), a.Name);
            if (a.Name.EndsWith("/weights", StringComparison.Ordinal)) Assert.False(a.Constant.Elements().Span.SequenceEqual(c.Constant!.Elements().Span), a.Name);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Activations_are_alive_at_every_depth_of_a_new_network(string name)
    {
        UntrainedNetwork network = Small(name);
        var random = new Random(3);
        using var session = new InferenceSession(Probed(network.Graph));
        foreach (ref float x in session.Input<float>(0)) x = (float)((4 * random.NextDouble()) - 2);
        session.Run();
        foreach (string output in session.OutputMetadata.Keys)
        {
            float[] values = session.Output<float>(output).ToArray();
            Assert.All(values, value => Assert.True(float.IsFinite(value), output));
            // Zeros around the small images at the end cost some; half the variance in each of 28 layers, as without He's factor, would leave 4e-9.
            double meanSquare = values.Average(x => (double)x * x);
            Assert.True(meanSquare is > 1e-4 and < 1000, $"{output}: mean square {meanSquare}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void The_card_says_what_a_picture_model_needs(string name)
    {
        Architecture architecture = Architecture.Named(name);
        Graph graph = Small(name).Graph;
        Assert.Equal(name, graph.Card.Name);
        Assert.Equal(ImageLayout.Nhwc, graph.Card.Preprocessing!.Layout);
        Assert.Equal([1, architecture.Defaults.Channels], [graph.Inputs[0].Type.Shape[0], graph.Inputs[0].Type.Shape[3]]);
        Prediction.PictureModel.CheckCard(graph);
    }

    [Theory, MemberData(nameof(Names))]
    public void Grey_and_colour_pictures_both_go_in(string name)
    {
        foreach (int channels in (int[])[1, 3])
        {
            Graph graph = Small(name, settings => settings with { Channels = channels }).Graph;
            Assert.Equal(channels, graph.Inputs[0].Type.Shape[3]);
            Prediction.PictureModel.CheckCard(graph);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Settings_without_sense_are_refused_in_one_line(string name)
    {
        Architecture architecture = Architecture.Named(name);
        Refused(settings => settings with { Classes = 1 }, "1 classes");
        Refused(settings => settings with { Channels = 2 }, "2 channels");
        Refused(settings => settings with { Width = architecture.MinimumSide - 1 }, "too small");
        Refused(settings => settings with { Height = -5 }, "too small");
        Refused(settings => settings with { Width = int.MaxValue, Height = int.MaxValue }, "larger");
        Refused(settings => settings with { Labels = ["only one"] }, "labels");
        Refused(settings => settings with { WidthMultiplier = 0 }, "width multiplier");
        Refused(settings => settings with { WidthMultiplier = float.NaN }, "width multiplier");
        Refused(settings => settings with { Dropout = 1 }, "dropout");

        void Refused(Func<ArchitectureSettings, ArchitectureSettings> change, string expected)
        {
            string message = Assert.Throws<ArchitectureException>(() => architecture.Build(change(architecture.Defaults))).Message;
            Assert.StartsWith(name, message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void The_smallest_input_is_large_enough(string name)
    {
        Architecture architecture = Architecture.Named(name);
        Graph graph = architecture.Build(architecture.Defaults with { Width = architecture.MinimumSide, Height = architecture.MinimumSide, Classes = 2, Labels = null }).Graph;
        Assert.All(graph.Outputs, output => Assert.True(output.Value.Type.Shape.ElementCount > 0));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_those_that_are_known()
    {
        string message = Assert.Throws<ArchitectureException>(() => Architecture.Named("mobilenet")).Message;
        Assert.StartsWith("architecture 'mobilenet' is unknown; expected lenet-300-100, ", message, StringComparison.Ordinal);
        Assert.All(Architecture.All, architecture => Assert.Contains(architecture.Name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Layers_of_fixed_size_take_no_width_multiplier() => Assert.Throws<ArchitectureException>(
        () => Small("lenet-5", settings => settings with { WidthMultiplier = 0.5f }));

    [Fact]
    public void Dropout_names_the_features_before_the_classifier()
    {
        UntrainedNetwork network = Small("mobilenet-v1", settings => settings with { Dropout = 0.25f });
        KeyValuePair<string, float> dropout = Assert.Single(network.Dropout);
        Assert.Equal(0.25f, dropout.Value);
        Node reader = Assert.Single(network.Graph.Nodes, node => node.Inputs[0].Name == dropout.Key);
        Assert.IsType<Dense>(reader.Op);
        Assert.Empty(Small("mobilenet-v1", settings => settings with { Dropout = 0 }).Dropout);
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(24, 24)]
    [InlineData(11.9, 16)]
    [InlineData(11.2, 16)]
    [InlineData(9, 16)]
    [InlineData(8.8, 8)]
    [InlineData(1, 8)]
    public void Channels_are_multiples_of_8_and_never_a_tenth_less_than_asked(double channels, int expected) =>
        Assert.Equal(expected, LayerBuilder.Rounded(channels));

    internal static UntrainedNetwork Default(string name) => Architecture.Named(name) is { } architecture ? architecture.Build(architecture.Defaults) : throw new InvalidOperationException();

    /// <summary>An input and a width that take little time.</summary>
    internal static UntrainedNetwork Small(string name, Func<ArchitectureSettings, ArchitectureSettings>? change = null)
    {
        Architecture architecture = Architecture.Named(name);
        ArchitectureSettings settings = architecture.Defaults;
        if (settings.Width > 64) settings = settings with { Width = 96, Height = 64, Classes = Math.Min(settings.Classes, 10), WidthMultiplier = 0.25f };
        return architecture.Build(change is null ? settings : change(settings));
    }

    /// <summary>Parameters that gradients change: all constants that nodes read, without the statistics of batch normalization.</summary>
    internal static long Trained(Graph graph) => graph.Nodes
        .SelectMany(node => node.Op is BatchNormalization ? node.Inputs[1..3] : node.Inputs[1..])
        .Where(input => input.Constant is not null).Distinct().Sum(input => (long)input.Type.Shape.ElementCount);

    // Every activation and linear layer as an output.
    private static Graph Probed(Graph graph)
    {
        var builder = new GraphBuilder();
        var map = graph.Inputs.ToDictionary(input => input, input => builder.Input(input.Name, input.Type));
        foreach (Node node in graph.Nodes)
        {
            map[node.Output] = builder.Add(node.Op, node.Name, [.. node.Inputs.Select(
                input => map.TryGetValue(input, out Value? known) ? known : builder.Constant(input.Constant!, input.Name))]);
            // An image of two pixels a side is mostly border.
            bool fits = node.Output.Type.Shape.Rank != 4 || Math.Min(node.Output.Type.Shape[1], node.Output.Type.Shape[2]) > 2;
            if (node.Op is Clip or Relu or Dense && fits) builder.Output(node.Name, map[node.Output]);
        }
        return builder.Build();
    }
}
