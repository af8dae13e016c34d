namespace EdgeNet.Model.Tests;

public class OpTests
{
    private static readonly Type[] Ops = [.. typeof(Op).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract)];

    [Fact]
    public void Every_op_has_a_sample() => Assert.Empty(Ops.Except(OpSamples.All().Select(sample => sample.Op.GetType())).Select(type => type.Name));

    [Fact]
    public void Every_sample_passes_its_shape_rule()
    {
        foreach ((Op op, var inputs) in OpSamples.All().Concat(OpSamples.Quantized())) Assert.NotEmpty(op.InferTypes(inputs));
    }

    [Fact]
    public void Every_op_comes_back_from_a_file_as_it_was()
    {
        foreach ((Op op, var inputs) in OpSamples.All().Concat(OpSamples.Quantized()))
        {
            var builder = new GraphBuilder();
            Value[] values = [.. inputs.Select((type, i) => builder.Input($"x{i}", type))];
            builder.Output("y", builder.Add(op, "node", values));
            Graph read = ModelFile.Read(ModelFile.Write(builder.Build()));
            Assert.Equal(op, Assert.Single(read.Nodes).Op);
        }
    }

    [Fact]
    public void Too_few_and_too_many_inputs_are_refused()
    {
        foreach ((Op op, var inputs) in OpSamples.All())
        {
            Assert.Throws<ShapeException>(() => op.InferTypes([]));
            Assert.Throws<ShapeException>(() => op.InferTypes([.. inputs, .. Enumerable.Repeat(inputs[0], 4097)]));
        }
    }

    [Fact]
    public void Arithmetic_on_codes_of_several_scales_is_refused()
    {
        var image = new TensorType(ElementType.Int8, [1, 4, 4, 2], Quantization.PerChannel([0.5f, 0.25f], 3));
        Quantization to = Quantization.PerTensor(0.5f, 3);
        foreach (Op op in new Op[] { new Tanh(), new ReduceMean([0], false), new Pool2D(PoolKind.Average, [2, 2], [1, 1], [1, 1], [0, 0, 0, 0]) })
            Assert.Contains("per tensor", Assert.Throws<ShapeException>(() => (op with { OutputQuantization = to }).InferTypes([image])).Message, StringComparison.Ordinal);
    }

    // Rows: input extent, kernel, stride, dilation, pads before and after, ceil; the expected output extent, by hand.
    [Theory]
    [InlineData(5, 3, 1, 1, 0, 0, false, 3)]
    [InlineData(5, 3, 2, 1, 1, 1, false, 3)]
    [InlineData(6, 3, 2, 1, 0, 1, false, 3)]
    [InlineData(7, 3, 1, 2, 0, 0, false, 3)]
    [InlineData(4, 3, 2, 1, 0, 0, true, 2)]
    [InlineData(2, 1, 2, 1, 0, 0, true, 1)]
    [InlineData(5, 2, 2, 1, 0, 1, true, 3)]
    public void Windows_fit_as_computed_by_hand(int input, int kernel, int stride, int dilation, int before, int after, bool ceil, int expected)
    {
        var op = new Pool2D(PoolKind.Max, [kernel, 1], [stride, 1], [dilation, 1], [before, 0, after, 0], CeilMode: ceil);
        Assert.Equal([1, expected, 1, 1], op.InferTypes([new TensorType(ElementType.Float32, [1, input, 1, 1])])[0].Shape);
    }

    [Fact]
    public void Shapes_beyond_the_limits_are_refused_before_anything_is_allocated()
    {
        Assert.Throws<ShapeException>(() => new Shape([1 << 20, 1 << 20]));
        Assert.Throws<ShapeException>(() => new Shape([0, 1 << 20, 1 << 20]));
        Assert.Throws<ShapeException>(() => new Shape([1, 1, 1, 1, 1, 1, 1, 1, 1]));
        Assert.Throws<ShapeException>(() => new Shape([-1]));
    }
}
