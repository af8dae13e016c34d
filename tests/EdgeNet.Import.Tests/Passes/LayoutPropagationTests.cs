using EdgeNet.Import.Passes;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Passes;

public class LayoutPropagationTests
{
    private readonly Onnxish _net = new();

    private Graph Propagated(params Value[] outputs)
    {
        Graph graph = _net.Build(outputs), result = LayoutPropagation.Run(graph);
        _net.AssertSame(graph, result);
        return result;
    }

    private static string Ops(Graph graph) => string.Join(" ", graph.Nodes.Select(node => node.Op.Name));

    private static int Transposes(Graph graph) => graph.Nodes.Count(node => node.Op is Transpose);

    [Fact]
    public void ConvolutionChainKeepsTransposesAtInputAndOutputOnly()
    {
        Value x = _net.Conv(_net.Input("x", 2, 3, 8, 8), 4, 3);
        x = _net.Do(new Clip(0, 6), x);
        x = _net.Do(new Mul(), x, _net.Floats(4, 1, 1));
        x = _net.Do(new PRelu(), x, _net.Floats(4, 1, 1));
        x = _net.MaxPool(_net.Conv(x, 5));
        Graph graph = Propagated(_net.Do(new Sigmoid(), x));
        Assert.Equal("Transpose Conv2D Clip Mul PRelu Conv2D Pool2D Sigmoid Transpose", Ops(graph));
    }

    [Fact]
    public void ResidualBranchesJoinUntransposed()
    {
        Value x = _net.Do(new Relu(), _net.Conv(_net.Input("x", 1, 3, 4, 4), 4));
        Value sum = _net.Do(new Add(), _net.Conv(_net.Do(new Relu(), _net.Conv(x, 4, 3)), 4, 3), x);
        Graph graph = Propagated(_net.Conv(_net.Do(new Relu(), sum), 2));
        Assert.Equal(2, Transposes(graph));
    }

    [Fact]
    public void ResidualFromTheInputItselfSharesOneTranspose()
    {
        Value x = _net.Input("x", 1, 4, 3, 3);
        Value sum = _net.Do(new Add(), x, _net.Conv(x, 4, 3));
        Graph graph = Propagated(_net.Conv(sum, 2));
        Assert.Equal("Transpose Conv2D Add Conv2D Transpose", Ops(graph));
    }

    [Fact]
    public void ConcatOfManyBranchesMovesItsAxis()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 4, 4), 4);
        Value joined = _net.Do(new Concat(1), [.. Enumerable.Range(1, 5).Select(channels => _net.Do(new Relu(), _net.Conv(x, channels)))]);
        Graph graph = Propagated(_net.Conv(joined, 2));
        Assert.Equal(2, Transposes(graph));
        Assert.Equal(3, Assert.IsType<Concat>(graph.Nodes.Single(node => node.Op is Concat).Op).Axis);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ChannelShuffleBecomesOneTransposeOfTheLastAxes(int batch)
    {
        Value x = _net.Conv(_net.Input("x", batch, 3, 4, 5), 6);
        x = _net.Reshape(x, batch, 2, 3, 4, 5);
        x = _net.Do(new Transpose([0, 2, 1, 3, 4]), x);
        x = _net.Conv(_net.Reshape(x, batch, 6, 4, 5), 2);
        Graph graph = Propagated(x);
        Assert.Equal("Transpose Conv2D Reshape Transpose Reshape Conv2D Transpose", Ops(graph));
        Assert.Equal(new Transpose([0, 1, 2, 4, 3]), graph.Nodes[3].Op);
    }

    [Fact]
    public void SsdHeadsComeOutClean()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 6, 6), 4);
        Value small = _net.MaxPool(x);
        Value Head(Value feature) => _net.Reshape(_net.ToNhwc(_net.Conv(feature, 8)), 1, -1 * feature.Type.Shape[2] * feature.Type.Shape[3] * -2, 4);
        Graph graph = Propagated(_net.Do(new Concat(1), Head(x), Head(small)));
        Assert.Equal("Transpose Conv2D Pool2D Conv2D Reshape Conv2D Reshape Concat", Ops(graph));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FlattenBeforeDensePermutesTheWeights(bool quantizedWeights)
    {
        Value x = _net.MaxPool(_net.Conv(_net.Input("x", 2, 1, 8, 8), 3, 3));
        x = _net.Do(new Relu(), _net.Reshape(x, 2, 48));
        Value weights = quantizedWeights ? _net.Do(new Dequantize(), _net.Int8(Quantization.PerChannel([0.1f, 0.2f, 0.3f, 0.4f, 0.5f], 0), 5, 48)) : _net.Floats(5, 48);
        Graph graph = Propagated(_net.Do(new Dense(), x, weights, _net.Floats(5)));
        // One channel in: the transpose at the input moves nothing but an axis of extent 1.
        Assert.Equal(0, Transposes(graph));
        Assert.Equal("Reshape Dense", string.Join(" ", graph.Nodes.TakeLast(quantizedWeights ? 3 : 2).Select(node => node.Op.Name).Where(name => name != "Dequantize")));
    }

    [Fact]
    public void GemmWeightsBehindATransposeFold()
    {
        Value x = _net.Reshape(_net.Conv(_net.Input("x", 1, 3, 4, 4), 2), 1, 32);
        Value weights = _net.Do(new Transpose([1, 0]), _net.Do(new Dequantize(), _net.Int8(Quantization.PerTensor(0.1f, 0), 32, 5)));
        Graph graph = Propagated(_net.Do(new Dense(), x, weights));
        Assert.Equal(1, Transposes(graph));
    }

    [Fact]
    public void SqueezeAndExciteStaysInOneLayout()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 4, 4), 4);
        Value pooled = _net.Do(new ReduceMean([2, 3], KeepDims: false), x);
        Value gate = _net.Reshape(_net.Do(new Sigmoid(), _net.Do(new Dense(), pooled, _net.Floats(4, 4))), 1, 4, 1, 1);
        Graph graph = Propagated(_net.Conv(_net.Do(new Mul(), x, gate), 2));
        Assert.Equal(2, Transposes(graph));
    }

    [Fact]
    public void SqueezeAndExciteWithConvolutionsNeedsNoReshape()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 4, 4), 4);
        Value gate = _net.Do(new Sigmoid(), _net.Conv(_net.Do(new ReduceMean([2, 3], KeepDims: true), x), 4));
        Graph graph = Propagated(_net.Conv(_net.Do(new Mul(), x, gate), 2));
        Assert.Equal("Transpose Conv2D ReduceMean Conv2D Sigmoid Mul Conv2D Transpose", Ops(graph));
    }

    [Fact]
    public void QuantizationSinksLikeAnyElementwiseOp()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 4, 4), 4);
        var parameters = Quantization.PerTensor(0.05f, 3);
        for (int i = 0; i < 3; i++)
        {
            x = _net.Do(new Dequantize(), _net.Do(new Quantize(ElementType.Int8) { OutputQuantization = parameters }, x));
            x = _net.Conv(_net.Do(new Relu(), x), 4);
        }
        x = _net.Do(new Dequantize(), _net.Do(new Quantize(ElementType.Int8) { OutputQuantization = Quantization.PerChannel([0.1f, 0.2f, 0.3f, 0.4f], 1) }, x));
        Graph graph = Propagated(x);
        Assert.Equal(2, Transposes(graph));
        Assert.Equal(3, graph.Nodes.Last(node => node.Op is Quantize).Op.OutputQuantization!.Axis);
    }

    [Fact]
    public void ElementwiseWithAnUntransposedInputIsLeft()
    {
        Value x = _net.Conv(_net.Input("x", 1, 3, 4, 4), 4), y = _net.Input("y", 1, 4, 4, 4);
        Graph graph = Propagated(_net.Do(new Add(), x, y));
        Assert.Equal("Transpose Conv2D Transpose Add", Ops(graph));
    }

    [Fact]
    public void MovesOfUnitAxesAndNoOpsBecomeReshapesOrVanish()
    {
        Value x = _net.Input("x", 1, 6, 1, 1);
        Graph graph = Propagated(
            _net.Reshape(_net.Reshape(_net.ToNhwc(x), 2, 3), 3, 2),
            _net.ToNchw(_net.ToNhwc(x)),
            _net.Reshape(_net.Do(new Transpose([1, 0]), _net.Do(new Transpose([1, 0]), _net.Reshape(x, 2, 3))), 1, 6, 1, 1));
        Assert.Equal("Reshape", Ops(graph));
    }

    public static TheoryData<Op> Sinking() => new()
    {
        new Slice([0, 1, 0, 3], [2, 2, 2, 2], [1, 1, 2, -1]),
        new Pad([0, 1, 2, 0], [0, 0, 1, 1], PadMode.Constant, 0.5f),
        new Softmax(1),
        new ReduceMean([2, 3], KeepDims: true),
        new ReduceMean([2, 3], KeepDims: false),
        new ReduceMax([1], KeepDims: false),
        new ReduceSum([0, 2], KeepDims: false),
        new ArgMax(1, KeepDims: false),
        new ArgMax(2, KeepDims: true),
        new TopK(2, 1),
        new Tile([1, 2, 1, 3]),
        new Expand([3, 2, 4, 3, 4]),
        new Resize([2, 4, 6, 8], [1, 1, 2, 2], Interpolation.Nearest, CoordinateTransformation.Asymmetric, NearestRounding.Floor),
    };

    [Theory]
    [MemberData(nameof(Sinking))]
    public void AxesAreRenamed(Op op)
    {
        Value x = _net.Conv(_net.Input("x", 2, 3, 3, 4), 4);
        Value y = _net.Do(op, x);
        if (y.Type.Shape.Rank == 4) y = _net.ToNhwc(y);
        if (y.Type.Shape.Rank == 5) y = _net.Do(new Transpose([0, 1, 3, 4, 2]), y);
        Graph graph = Propagated(y);
        Assert.IsType<Conv2D>(graph.Nodes.Single(node => node.Op.GetType() == op.GetType()).Inputs[0].Producer!.Op);
    }

    [Fact]
    public void GatherAndWhereSink()
    {
        Value x = _net.Conv(_net.Input("x", 2, 3, 3, 4), 4);
        Value picked = _net.Do(new Gather(1), x, _net.Builder.Constant(Constant.Of<long>([2, 3], [0, 3, 1, 2, 2, 0])));
        Value one = _net.Do(new Gather(1), x, _net.Builder.Constant(Constant.Of<long>(Shape.Scalar, [2])));
        Value chosen = _net.Do(new Where(), _net.Do(new Greater(), x, _net.Floats(1)), x, _net.Floats(4, 1, 1));
        Graph graph = Propagated(_net.Do(new Transpose([0, 3, 4, 1, 2]), picked), one, _net.ToNhwc(chosen));
        Assert.All(graph.Nodes.Where(node => node.Op is Gather or Greater), node => Assert.IsType<Conv2D>(node.Inputs[0].Producer!.Op));
    }

    [Fact]
    public void RandomGraphsKeepTheirValuesAndNeverGainTransposes()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var net = new Onnxish(seed);
            var random = new Random(seed);
            var values = new List<Value> { net.Input("x", random.Next(1, 3), random.Next(1, 4), random.Next(1, 4), random.Next(1, 4)) };
            for (int step = 0; step < 12; step++) values.Add(RandomStep(net, random, values));
            Graph graph = net.Build([.. values.TakeLast(2)]);
            Graph result = LayoutPropagation.Run(graph);
            net.AssertSame(graph, result);
            Assert.True(Transposes(result) <= Transposes(graph) + 1, $"seed {seed}: {Ops(graph)} became {Ops(result)}");
        }
    }

    private static Value RandomStep(Onnxish net, Random random, List<Value> values)
    {
        Value x = values[random.Next(values.Count)];
        Shape shape = x.Type.Shape;
        int axis = random.Next(shape.Rank);
        switch (random.Next(10))
        {
            case 0: return net.Do(new Relu(), x);
            case 1 or 2:
                int[] axes = [.. Enumerable.Range(0, shape.Rank)];
                random.Shuffle(axes);
                return net.Do(new Transpose(ValueList.Create<int>(axes)), x);
            case 3:
                return net.Reshape(x, [.. shape.Take(axis), .. axis + 1 < shape.Rank ? (int[])[shape[axis] * shape[axis + 1]] : [1, shape[axis]], .. shape.Skip(axis + 2)]);
            case 4 when shape.Rank < 6 && shape[axis] % 2 == 0:
                return net.Reshape(x, [.. shape.Take(axis), 2, shape[axis] / 2, .. shape.Skip(axis + 1)]);
            case 5 when shape.ElementCount < 500: return net.Do(new Concat(axis), x, net.Do(new Relu(), x));
            case 6: return net.Do(new Add(), x, net.Floats([.. shape.Skip(axis)]));
            case 7:
                Value? other = values.FindLast(value => value.Type.Shape == shape && value != x);
                return net.Do(new Mul(), x, other ?? x);
            case 8: return net.Do(new ReduceMean([axis], shape.Rank == 1 || random.Next(2) == 0), x);
            default: return net.Do(new Slice([.. shape.Select(_ => 0)], [.. shape.Select((extent, i) => i == axis ? (extent + 1) / 2 : extent)], [.. shape.Select(_ => 1)]), x);
        }
    }
}
