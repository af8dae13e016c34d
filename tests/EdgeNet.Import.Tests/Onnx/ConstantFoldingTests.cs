using EdgeNet.Model;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Tests.Onnx;

public sealed class ConstantFoldingTests
{
    [Fact]
    public void The_shape_arithmetic_of_a_flattening_view_is_gone()
    {
        Graph graph = new ModelWriter().Input("x", 2, 3, 4).Constant("zero", [], 0L).Constant("axes", [1], 0L).Constant("rest", [1], -1L)
            .Node("Shape", "x", "shape").Node("Gather", "shape,zero", "batch").Node("Unsqueeze", "batch,axes", "first")
            .Node("Concat", "first,rest", "target", ("axis", 0)).Node("Reshape", "x,target", "y").Output("y").Import();

        Assert.Equal(new Reshape([2, 12]), Assert.Single(graph.Nodes).Op);
        Assert.Empty(graph.Constants);
    }

    [Fact]
    public void The_shape_arithmetic_of_an_upsampling_is_gone()
    {
        Graph graph = new ModelWriter().Input("x", 1, 3, 4, 5).Constant("from", [1], 2L).Constant("to", [1], 4L).Constant("two", [], 2f).Constant("empty", [0], Array.Empty<float>())
            .Node("Shape", "x", "shape").Node("Slice", "shape,from,to", "space").Node("Cast", "space", "fractions", ("to", (int)DataType.Float))
            .Node("Mul", "fractions,two", "larger").Node("Floor", "larger", "whole").Node("Cast", "whole", "extents", ("to", (int)DataType.Int64))
            .Node("Slice", "shape,zero,from", "front").Constant("zero", [1], 0L).Node("Concat", "front,extents", "sizes", ("axis", 0))
            .Node("Resize", "x,,empty,sizes", "y").Output("y").Import();

        Assert.Equal([1, 3, 8, 10], ((Resize)Assert.Single(graph.Nodes).Op).Sizes);
    }

    [Theory]
    [InlineData("Add", new long[] { 7, -7 }, new long[] { 2, 2 }, new long[] { 9, -5 })]
    [InlineData("Sub", new long[] { 7, -7 }, new long[] { 2, 2 }, new long[] { 5, -9 })]
    [InlineData("Mul", new long[] { 7, -7 }, new long[] { 2 }, new long[] { 14, -14 })]
    [InlineData("Div", new long[] { 7, -7 }, new long[] { 2 }, new long[] { 3, -3 })]
    [InlineData("Mod", new long[] { 7, -7 }, new long[] { 3 }, new long[] { 1, 2 })]
    [InlineData("Max", new long[] { 7, -7 }, new long[] { 2 }, new long[] { 7, 2 })]
    [InlineData("Min", new long[] { 7, -7 }, new long[] { 2 }, new long[] { 2, -7 })]
    public void Integers_are_computed_with(string op, long[] a, long[] b, long[] expected)
    {
        Graph graph = new ModelWriter().Constant("a", [a.Length], a).Constant("b", [b.Length], b).Node(op, "a,b", "y").Output("y").Import();

        Assert.Equal(expected, graph.Outputs[0].Value.Constant!.ToArray<long>());
    }

    [Fact]
    public void Division_by_zero_stays_in_the_graph() => Assert.IsType<Div>(Assert.Single(
        new ModelWriter().Constant("a", [1], 7L).Constant("b", [1], 0L).Node("Div", "a,b", "y").Output("y").Import().Nodes).Op);

    [Fact]
    public void Elements_are_moved_as_the_ops_say()
    {
        long[] grid = [0, 1, 2, 3, 4, 5];

        Assert.Equal([0, 3, 1, 4, 2, 5], Folded(Grid().Node("Transpose", "g", "y")));
        Assert.Equal([5, 3], Folded(Grid().Constant("s", [2], 1L, -1L).Constant("e", [2], 2L, long.MinValue).Constant("a", [2], 0L, 1L).Constant("d", [2], 1L, -2L).Node("Slice", "g,s,e,a,d", "y")));
        Assert.Equal([2, 0, 5, 3], Folded(Grid().Constant("i", [2], -1L, 0L).Node("Gather", "g,i", "y", ("axis", 1))));
        Assert.Equal([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], Folded(Grid().Constant("r", [2], 1L, 2L).Node("Tile", "g,r", "y")));
        Assert.Equal([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], Folded(Grid().Node("Concat", "g,g", "y", ("axis", 1))));
        Assert.Equal([7, 7, 7, 8, 8, 8], Folded(new ModelWriter().Constant("g", [2, 1], 7L, 8L).Constant("s", [2], 1L, 3L).Node("Expand", "g,s", "y")));
        Assert.Equal([0, 1, 9, 9, 9, 9], Folded(Grid().Constant("two", [], 2L).Constant("nine", [], 9L).Node("Less", "g,two", "c").Node("Where", "c,g,nine", "y")));
        Assert.Equal([0, 60], Folded(Grid().Node("ReduceProd", "g", "y", ("axes", new[] { 1 }), ("keepdims", 0))));

        ModelWriter Grid() => new ModelWriter().Constant("g", [2, 3], grid);
        static long[] Folded(ModelWriter model) => model.Output("y").Import().Outputs[0].Value.Constant!.ToArray<long>();
    }

    [Fact]
    public void An_index_outside_is_refused_with_the_node() => Assert.Contains("'pick'", Assert.Throws<ModelFormatException>(
        () => new ModelWriter().Constant("g", [2], 1L, 2L).Constant("i", [], 2L).Node("Gather", "g,i", "y").Named("pick").Output("y").Import()).Message, StringComparison.Ordinal);

    [Fact]
    public void Weights_that_are_shared_are_arranged_once()
    {
        Graph graph = new ModelWriter().Input("x", 1, 2, 5, 5).Weights("w", 2, 2, 3, 3)
            .Node("Conv", "x,w", "a", ("pads", new[] { 1, 1, 1, 1 })).Node("Conv", "a,w", "y").Output("y").Import();

        Assert.Single(graph.Constants);
    }

    [Fact]
    public void Work_beyond_the_budget_stays_in_the_graph()
    {
        ModelWriter model = new ModelWriter().Weights("a", 1000).Weights("b", 1000).Node("Add", "a,b", "y0");
        for (int i = 1; i < 9; i++) model.Node("Add", $"y{i - 1},b", $"y{i}");

        Graph graph = model.Output("y8").Import(new ImportOptions { FoldingBytes = 0 });

        Assert.InRange(graph.Nodes.Length, 1, 8);
    }
}
