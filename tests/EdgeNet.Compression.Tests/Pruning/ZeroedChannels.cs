using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

/// <summary>Channels that contribute nothing, though they are there: what channel pruning must not tell from channels that are gone.</summary>
internal static class ZeroedChannels
{
    /// <summary>For each group that may lose some, a random part of its channels.</summary>
    public static int[][] Draw(ChannelGroups groups, Random random) => [.. groups.Groups.Select(group => group.Fixed is not null
        ? []
        : Enumerable.Range(0, group.Channels).OrderBy(_ => random.Next()).Take(random.Next(group.Channels)).ToArray())];

    /// <summary>The graph with the outputs of removed channels made zero in every layer, normalization and addition that computes them.</summary>
    public static Graph Of(ChannelGroups groups, int[][] removed)
    {
        var replacements = new Dictionary<Constant, Constant>();
        foreach (Node node in groups.Graph.Nodes)
        {
            if (!groups.Tracing.Axes.TryGetValue(node.Output, out ChannelAxis? axis)) continue;
            int[] gone = [.. Enumerable.Range(0, axis.Units.Length).Where(i => groups.PlaceOf(axis.Units[i]) is var (group, index) && removed[group].Contains(index))];
            (int Input, int Axis)[] constants = node.Op switch
            {
                Conv2D or ConvTranspose2D or Dense => [(1, 0), (2, 0)],
                DepthwiseConv2D => [(1, 2), (2, 0)],
                MatMul => [(1, 1)],
                BatchNormalization or InstanceNormalization => [(1, 0), (2, 0)],
                Add when node.Inputs[1].Constant is not null => [(1, 0)],
                Concat when node.Inputs[^1].Constant is not null => [(node.Inputs.Length - 1, 3)],
                _ => [],
            };
            foreach ((int input, int channelAxis) in constants.Where(place => place.Input < node.Inputs.Length))
            {
                Constant constant = node.Inputs[input].Constant!;
                float[] values = replacements.GetValueOrDefault(constant, constant).ToArray<float>();
                Shape shape = constant.Type.Shape;
                for (int i = 0; i < values.Length; i++)
                {
                    if (gone.Contains(i / shape.Product(channelAxis + 1, shape.Rank) % shape[channelAxis])) values[i] = 0;
                }
                replacements[constant] = Constant.Of(shape, (ReadOnlySpan<float>)values);
            }
        }
        return WeightLayers.Replace(groups.Graph, replacements);
    }
}
