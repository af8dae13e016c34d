namespace EdgeNet.Model.Tests;

public class GraphTests
{
    private static readonly TensorType Row = new(ElementType.Float32, [1, 4]);

    [Fact]
    public void Nodes_that_no_output_needs_are_dropped()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Row);
        builder.Add(new Exp(), "unused", x);
        builder.Output("y", builder.Add(new Relu(), "used", x));
        Assert.Equal(["used"], builder.Build().Nodes.Select(node => node.Name));
    }

    [Fact]
    public void A_rewrite_keeps_inputs_outputs_and_their_names()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Row);
        builder.Output("same", x);
        builder.Output("y", builder.Add(new Relu(), "relu", builder.Add(new Neg(), "neg", x)));
        Graph graph = GraphRewriter.Run(builder.Build(), (rewriter, node) =>
        {
            if (node.Op is Neg) rewriter[node.Output] = rewriter[node.Inputs[0]];
            else rewriter.Copy(node);
        });
        Assert.Equal(["same", "y"], graph.Outputs.Select(output => output.Name));
        Assert.Same(graph.Inputs[0], graph.Outputs[0].Value);
        Assert.Same(graph.Inputs[0], Assert.Single(graph.Nodes).Inputs[0]);
    }

    [Fact]
    public void A_shape_error_names_the_op_and_the_node()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Row), y = builder.Input("y", new TensorType(ElementType.Float32, [3]));
        ShapeException e = Assert.Throws<ShapeException>(() => builder.Add(new Add(), "sum", x, y));
        Assert.Equal("Add 'sum': shapes [1, 4] and [3] do not broadcast", e.Message);
    }

    [Fact]
    public void Consumers_are_listed_once_each_in_order()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Row);
        Value a = builder.Add(new Add(), "a", x, x);
        builder.Output("y", builder.Add(new Mul(), "b", a, x));
        Graph graph = builder.Build();
        Assert.Equal(["a", "b"], graph.ConsumersOf(graph.Inputs[0]).Select(node => node.Name));
    }
}
