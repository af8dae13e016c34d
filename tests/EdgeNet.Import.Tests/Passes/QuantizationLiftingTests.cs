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

    /// <summary>Parameters per channel as the last axis of an image has them, all with the zero point of the results of a Relu.</summary>
    private static Quantization Channels(params float[] scales) =>
        new(scales.ToValueList(), Enumerable.Repeat(-128, scales.Length).ToValueList(), 3);

    private Value DepthwiseWeights(params ReadOnlySpan<int> shape) =>
        D(_net.Int8(Quantization.PerChannel(_net.Numbers(shape[2]).Select(x => Math.Abs(x) / 50 + 0.001f).ToValueList(), 2), shape));

    private Value Pointwise(Value x, int channels) => _net.Do(new Relu(), _net.Do(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), x, Weights(channels, 1, 1, x.Type.Shape[3]), _net.Floats(channels)));

    private Value Depthwise(Value x, int channels) => _net.Do(Window, x, DepthwiseWeights(3, 3, channels), _net.Floats(channels));

    private static DepthwiseConv2D Window { get; } = new([1, 1], [1, 1], [1, 1, 1, 1]);

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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ScalesPerChannelMoveIntoTheWeightsBetweenAConvolutionAndADepthwiseOne(int multiplier)
    {
        Value x = Pointwise(Fake(_net.Input("x", 1, 5, 5, 3), Input), 4);
        x = Fake(Depthwise(Fake(x, Channels(0.003f, 0.02f, 0.0007f, 0.11f)), 4 * multiplier), Last);
        Graph graph = Lifted(x);
        Assert.Equal("Quantize Conv2D Relu DepthwiseConv2D Dequantize", Ops(graph));
        Assert.Equal(Quantization.PerTensor(1, -128), graph.Nodes[2].Output.Type.Quantization);
        // Codes of weights never change: what moves are scales.
        Assert.Equal(_net.Builder.Build().Constants.Where(c => c.Type.Element == ElementType.Int8).Select(c => Convert.ToHexString(c.Constant!.Codes.Span)).Order(),
            graph.Constants.Where(c => c.Type.Element == ElementType.Int8).Select(c => Convert.ToHexString(c.Constant!.Codes.Span)).Order());
    }

    [Fact]
    public void ScalesPerChannelMoveAlongAChainWithBiasInAdds()
    {
        Value x = Fake(_net.Input("x", 1, 5, 5, 3), Input);
        x = _net.Do(new Relu(), _net.Do(new Add(), _net.Do(Conv, x, Weights(2, 3, 3, 3)), _net.Floats(1, 1, 1, 2)));
        x = _net.Do(new Relu(), _net.Do(new Add(), _net.Do(Window, Fake(x, Channels(0.01f, 0.2f)), DepthwiseWeights(3, 3, 2)), _net.Floats(1, 1, 1, 2)));
        x = Fake(Depthwise(Fake(x, Channels(0.5f, 0.03f)), 2), Last);
        Assert.Equal("Quantize Conv2D Relu DepthwiseConv2D Relu DepthwiseConv2D Dequantize", Ops(Lifted(x)));
    }

    [Fact]
    public void OtherReadersOfScalesPerChannelGetTheReals()
    {
        Value x = Fake(Pointwise(Fake(_net.Input("x", 1, 4, 4, 3), Input), 2), Channels(0.01f, 0.04f));
        Value depthwise = Fake(Depthwise(x, 2), Last), mixed = Fake(_net.Do(Conv, x, Weights(3, 3, 3, 2)), Last);
        Graph graph = Lifted(depthwise, mixed);
        Assert.Equal("Quantize Conv2D Relu Dequantize Mul DepthwiseConv2D Dequantize Dequantize Conv2D Quantize Dequantize", Ops(graph));
        Assert.Equal(ElementType.Float32, graph.Nodes.Last(node => node.Op is Conv2D).Output.Type.Element);
    }

    [Fact]
    public void ScalesPerChannelStayWhereZeroPointsDifferOrAClipCutsReals()
    {
        Value x = Fake(_net.Input("x", 1, 4, 4, 3), Input);
        Value shifted = Fake(Pointwise(x, 2), Channels(0.01f, 0.04f) with { ZeroPoints = [-128, 3] });
        Value clipped = Fake(_net.Do(new Clip(0, 6), _net.Do(Conv, x, Weights(2, 3, 3, 3))), Channels(0.01f, 0.04f));
        Graph graph = Lifted(Fake(Depthwise(shifted, 2), Last), Fake(Depthwise(clipped, 2), Last));
        Assert.DoesNotContain(graph.Nodes, node => node.Op is Conv2D or DepthwiseConv2D && node.Output.Type.Element == ElementType.Int8);
    }

    [Theory]
    [InlineData(0.02f, true)]
    [InlineData(0.021f, false)]
    public void AFactorThatTheScaleFollowsGoesIntoTheWeights(float scale, bool follows)
    {
        Value x = _net.Do(new Mul(), Fake(_net.Input("x", 1, 4, 4, 3), Input), _net.Builder.Constant(Constant.Of(2f)));
        x = Fake(_net.Do(Conv, Fake(x, Quantization.PerTensor(scale, Input.ZeroPoint)), Weights(2, 3, 3, 3), _net.Floats(2)), Last);
        Assert.Equal(follows ? "Quantize Conv2D Dequantize" : "Quantize Dequantize Mul Quantize Conv2D Dequantize", Ops(Lifted(x)));
    }
}
