using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class PruningPlanTests
{
    [Theory]
    [InlineData(PruningScope.Uniform)]
    [InlineData(PruningScope.Global)]
    [InlineData(PruningScope.Sensitivity)]
    public void Rounds_come_to_the_density_of_the_step_and_leave_protected_layers_alone(PruningScope scope)
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        var step = new PruneStep { Density = 0.25, Scope = scope, Rounds = 3 };
        var plan = PruningPlan.Of(graph, step, pruned => -Density.Of(pruned).Sum());
        Assert.Equal(scope == PruningScope.Sensitivity ? 2 : 0, plan.Curves.Length);
        Assert.Equal(2, plan.Remarks.Length);
        var left = new List<long>();
        for (int round = 1; round <= 3; round++)
        {
            graph = plan.Prune(graph, round);
            left.Add(WeightLayers.Of(graph).Skip(2).Sum(layer => (long)layer.Shape.ElementCount - layer.Constant.CountZeros()));
        }
        // Of 208 weights a quarter stays; after the first round 0.25 + 0.75 · 8 ⁄ 27.
        Assert.InRange(left[2], 51, 53);
        Assert.InRange(left[0], 96, 100);
        Assert.True(left[1] < left[0] && left[1] > left[2]);
        Assert.Equal<double>([1, 1], Density.Of(graph)[..2]);
    }

    [Fact]
    public void Layers_with_a_density_of_their_own_come_to_it()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        var step = new PruneStep { Density = 0.25, Scope = PruningScope.Uniform, Rounds = 1, Layers = ImmutableDictionary<string, double>.Empty.Add("depth", 0.5) };
        Assert.Equal<double>([1, 0.5, 0.25, 0.25], Density.Of(PruningPlan.Of(graph, step, _ => 0).Prune(graph, 1)));
    }

    [Fact]
    public void A_step_out_of_range_is_refused()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        Assert.Throws<CompressionException>(() => PruningPlan.Of(graph, new PruneStep { Density = 0 }, _ => 0));
        Assert.Throws<CompressionException>(() => PruningPlan.Of(graph, new PruneStep { Density = 0.5, Rounds = 0 }, _ => 0));
    }
}
