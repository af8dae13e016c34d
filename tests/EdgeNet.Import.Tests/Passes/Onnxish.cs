using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Passes;

/// <summary>Builds graphs as the ONNX importer leaves them: NCHW everywhere, with transposes around each image op.</summary>
internal sealed class Onnxish(int seed = 1)
{
    private readonly Random _random = new(seed);

    public GraphBuilder Builder { get; } = new();

    public Value Input(string name, params ReadOnlySpan<int> shape) => Builder.Input(name, new TensorType(ElementType.Float32, new Shape(shape)));

    public float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() * 2 - 1))];

    public Value Floats(params ReadOnlySpan<int> shape)
    {
        var s = new Shape(shape);
        return Builder.Constant(Constant.Of<float>(s, Numbers(s.ElementCount)));
    }

    public Value Int8(Quantization quantization, params ReadOnlySpan<int> shape)
    {
        var s = new Shape(shape);
        byte[] codes = new byte[s.ElementCount];
        _random.NextBytes(codes);
        return Builder.Constant(Constant.Dense(new TensorType(ElementType.Int8, s, quantization), codes));
    }

    public Value Do(Op op, params ReadOnlySpan<Value> inputs) => Builder.Add(op, op.Name, inputs);

    public Value ToNhwc(Value x) => Do(new Transpose([0, 2, 3, 1]), x);

    public Value ToNchw(Value x) => Do(new Transpose([0, 3, 1, 2]), x);

    public Value Image(Op op, Value x, params Value[] rest) => ToNchw(Do(op, [ToNhwc(x), .. rest]));

    public Value Conv(Value x, int channels, int kernel = 1, int stride = 1) =>
        Image(new Conv2D([stride, stride], [1, 1], [kernel / 2, kernel / 2, kernel / 2, kernel / 2]), x, Floats(channels, kernel, kernel, x.Type.Shape[1]), Floats(channels));

    public Value MaxPool(Value x) => Image(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), x);

    public Value Reshape(Value x, params ReadOnlySpan<int> shape) => Do(new Reshape(ValueList.Create(shape)), x);

    public Graph Build(params ReadOnlySpan<Value> outputs)
    {
        for (int i = 0; i < outputs.Length; i++) Builder.Output($"out{i}", outputs[i]);
        return Builder.Build();
    }

    /// <summary>Asserts that both graphs compute the same from random inputs.</summary>
    public void AssertSame(Graph expected, Graph actual, double tolerance = 1e-9)
    {
        Assert.Equal(expected.Inputs.Select(i => (i.Name, i.Type)), actual.Inputs.Select(i => (i.Name, i.Type)));
        Assert.Equal(expected.Outputs.Select(o => (o.Name, o.Value.Type)), actual.Outputs.Select(o => (o.Name, o.Value.Type)));
        double[][] inputs = [.. expected.Inputs.Select(i => Numbers(i.Type.Shape.ElementCount).Select(x => (double)x).ToArray())];
        double[][] before = Evaluator.Run(expected, inputs), after = Evaluator.Run(actual, inputs);
        for (int i = 0; i < before.Length; i++)
        {
            for (int k = 0; k < before[i].Length; k++) Assert.Equal(before[i][k], after[i][k], tolerance);
        }
    }
}
