using EdgeNet.Import.Passes;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Passes;

public class QuantizationLiftingTests
{
    private static readonly Quantization Input = Quantization.PerTensor(0.01f, -5), Middle = Quantization.PerTensor(0.02f, 3), Last = Quantization.PerTensor(0.5f, -20);
    private readonly Onnxish _net = new();

    private Value Q(Value x, Quantization parameters) => _net.Do(new Quantize(ElementType.Int8) { OutputQuantization = parameters }, x);

    private Value D(Value x) => _net.Do(new Dequantize(), x);

    private Value Fake(Value x, Quantization parameters) => D(Q(x, parameters));

    private Value Weights(params ReadOnlySpan<int> shape) =>
        D(_net.Int8(Quantization.PerChannel(_net.Numbers(shape[0]).Select(x => Math.Abs(x) / 50 + 0.001f).ToValueList(), 0), shape));

    private static Conv2D Conv { get; } = new([1, 1], [1, 1], [1, 1, 1, 1]);

    private Graph Lifted(params Value[] outputs)
    {
        Graph graph = _net.Build(outputs), result = QuantizationLifting.Run(graph);
        double step = graph.Outputs.Max(output => output.Value.Producer?.Inputs[0].Type.Quantization?.Scale ?? 0);
        _net.AssertSame(graph, result, 1.01 * step);
        return result;
    }

    private static string Ops(Graph graph) => string.Join(" ", graph.Nodes.Select(node => node.Op.Name));

    [Fact]
    public void ConvolutionsWithClampsRunOnCodes()
    {
        Value x = Fake(_net.Input("x", 1, 5, 5, 3), Input);
        x = Fake(_net.Do(new Clip(0, 6), _net.Do(new Relu(), _net.Do(Conv, x, Weights(4, 3, 3, 3), _net.Floats(4)))), Middle);
        x = Fake(_net.Do(Conv, x, Weights(2, 3, 3, 4)), Last);
        Graph graph = Lifted(x);
        Assert.Equal("Quantize Conv2D Relu Clip Conv2D Dequantize", Ops(graph));
        Node conv = graph.Nodes[1];
        Assert.Equal(Middle, conv.Op.OutputQuantization);
        Assert.Equal(ElementType.Int32, conv.Inputs[2].Type.Element);
        Assert.Equal(4, conv.Inputs[1].Type.Quantization!.Scales.Count);
    }

    [Fact]
    public void AConstantPerChannelAddedToAConvolutionIsBias()
    {
        Value x = Fake(_net.Input("x", 1, 4, 4, 3), Input);
        x = Fake(_net.Do(new Relu(), _net.Do(new Add(), _net.Do(Conv, x, Weights(4, 3, 3, 3)), _net.Floats(1, 1, 1, 4))), Middle);
        x = Fake(_net.Do(new Add(), _net.Floats(4), _net.Do(Conv, x, Weights(4, 3, 3, 4), _net.Floats(4))), Last);
        Assert.Equal("Quantize Conv2D Relu Conv2D Dequantize", Ops(Lifted(x)));
    }

    [Fact]
    public void ArithmeticAndTablesRunOnCodes()
    {
        Value x = Fake(_net.Input("x", 1, 4, 4, 3), Input), y = Fake(_net.Input("y", 1, 4, 4, 3), Middle);
        Value sum = Fake(_net.Do(new Relu(), _net.Do(new Add(), x, y)), Middle);
        Value product = Fake(_net.Do(new Mul(), sum, Fake(_net.Do(new Sigmoid(), sum), Input)), Middle);
        Value pooled = Fake(_net.Do(new ReduceMean([1, 2], false), product), Middle);
        Value head = Fake(_net.Do(new Dense(), pooled, Weights(5, 3), _net.Floats(5)), Last);
        Graph graph = Lifted(Fake(_net.Do(new Softmax(1), head), Input));
        Assert.Equal("Quantize Quantize Add Relu Sigmoid Mul ReduceMean Dense Softmax Dequantize", Ops(graph));
    }

    [Fact]
    public void MoversRunOnCodesAndRequantizeWhereParametersDiffer()
    {
        Value x = Fake(_net.Input("x", 1, 4, 4, 3), Input), y = Fake(_net.Input("y", 1, 4, 4, 3), Middle);
        Value joined = Fake(_net.Do(new Concat(3), x, y), Middle);
        Value pooled = Fake(_net.Do(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), joined), Middle);
        Graph graph = Lifted(Fake(_net.Reshape(pooled, 1, 24), Last));
        Assert.Equal("Quantize Quantize Quantize Concat Pool2D Reshape Quantize Dequantize", Ops(graph));
    }

    [Fact]
    public void ReshapeWithoutItsOwnQuantizationIsSeenThrough()
    {
        Value x = _net.Reshape(Fake(_net.Input("x", 1, 2, 2, 3), Input), 1, 12);
        Graph graph = Lifted(Fake(_net.Do(new Dense(), x, Weights(5, 12)), Last));
        Assert.Equal("Quantize Reshape Dense Dequantize", Ops(graph));
    }

    [Fact]
    public void ResizeLiftsWithEqualParametersOnly()
    {
        var resize = new Resize([1, 4, 4, 1], [1, 2, 2, 1], Interpolation.Nearest, CoordinateTransformation.Asymmetric, NearestRounding.Floor);
        Value x = Fake(_net.Input("x", 1, 2, 2, 1), Middle);
        Graph graph = Lifted(Fake(_net.Do(resize, x), Middle), Fake(_net.Do(resize, x), Input));
        Assert.Equal("Quantize Dequantize Resize Dequantize Resize Quantize Dequantize", Ops(graph));
    }

    [Fact]
    public void QuantizeAfterDequantizeCancelsOrRequantizes()
    {
        Value x = Fake(Fake(Fake(_net.Input("x", 4), Input), Input), Middle);
        Assert.Equal("Quantize Quantize Dequantize", Ops(Lifted(x)));
    }

    [Fact]
    public void ARealResultWithOtherReadersStaysReal()
    {
        Value conv = _net.Do(Conv, Fake(_net.Input("x", 1, 3, 3, 2), Input), Weights(2, 3, 3, 2));
        Graph graph = Lifted(Fake(conv, Last), conv);
        Assert.Equal(ElementType.Float32, graph.Nodes.Single(node => node.Op is Conv2D).Output.Type.Element);
    }

    [Fact]
    public void ABiasThatInt32CannotHoldKeepsTheFloatForm()
    {
        Value x = Fake(_net.Input("x", 1, 3), Input);
        Value bias = _net.Builder.Constant(Constant.Of(1e20f, 1f));
        Graph graph = Lifted(Fake(_net.Do(new Dense(), x, Weights(2, 3), bias), Last));
        Assert.Contains(graph.Nodes, node => node.Op is Dense && node.Output.Type.Element == ElementType.Float32);
    }

    [Fact]
    public void LayoutChangesOfWeightsFoldAndOneWeightServesSeveralConvolutions()
    {
        Value weights = _net.Do(new Transpose([0, 2, 3, 1]), Weights(4, 4, 1, 1));
        Value x = Fake(_net.Input("x", 1, 3, 3, 4), Input);
        var pointwise = new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]);
        Graph graph = Lifted(Fake(_net.Do(pointwise, Fake(_net.Do(pointwise, x, weights), Middle), weights), Last));
        Assert.Equal("Quantize Conv2D Conv2D Dequantize", Ops(graph));
    }
}
