using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

/// <summary>Small networks with seeded weights through whose ops channels are followed. All see a picture [1, 8, 8, 3] and give five numbers.</summary>
internal sealed class ChannelNetworks
{
    private static readonly Dictionary<string, Func<ChannelNetworks, Value, Value>> Bodies = new()
    {
        ["chain"] = (n, x) => n.Pointwise(n.Relu(n.Conv(n.Relu(n.Conv(x, 8)), 12)), 8),
        ["depthwise"] = (n, x) => n.Pointwise(n.Relu(n.Depthwise(n.Relu(n.Conv(x, 8)), 1)), 8),
        ["depthwise, two filters a channel"] = (n, x) => n.Pointwise(n.Relu(n.Depthwise(n.Relu(n.Conv(x, 6)), 2)), 8),
        ["residual"] = (n, x) =>
        {
            Value trunk = n.Relu(n.Conv(x, 8));
            Value branch = n.Conv(n.Relu(n.Conv(trunk, 12)), 8);
            return n.Conv(n.Relu(n.Add(new Add(), trunk, branch)), 4);
        },
        ["padded residual"] = (n, x) =>
        {
            // The identity of a block with more channels: zeros beside those that there are.
            Value trunk = n.Relu(n.Conv(x, 8));
            Value padded = n.Add(new Pad([0, 0, 0, 2], [0, 0, 0, 2]), trunk);
            return n.Conv(n.Relu(n.Add(new Add(), n.Conv(trunk, 12), padded)), 4);
        },
        ["concat"] = (n, x) =>
        {
            Value trunk = n.Relu(n.Conv(x, 8));
            return n.Conv(n.Add(new Concat(3), n.Relu(n.Pointwise(trunk, 4)), trunk, n.Relu(n.Conv(trunk, 6))), 4);
        },
        ["concat with the picture"] = (n, x) => n.Conv(n.Add(new Concat(3), n.Relu(n.Conv(x, 8)), x), 4),
        ["concat of rows"] = (n, x) => n.Conv(n.Add(new Concat(1), n.Relu(n.Conv(x, 8)), n.Relu(n.Conv(x, 8)), n.Numbers("rows", [1, 2, 8, 8])), 4),
        ["split"] = (n, x) =>
        {
            Value trunk = n.Relu(n.Conv(x, 12));
            Value left = n.Add(new Slice([0, 0, 0, 0], [1, 8, 8, 5], [1, 1, 1, 1]), trunk), right = n.Add(new Slice([0, 0, 0, 5], [1, 8, 8, 7], [1, 1, 1, 1]), trunk);
            return n.Conv(n.Add(new Concat(3), right, n.Relu(n.Conv(left, 5))), 4);
        },
        ["squeeze and excite"] = (n, x) =>
        {
            Value trunk = n.Relu(n.Conv(x, 8));
            Value gate = n.Add(new Sigmoid(), n.Pointwise(n.Relu(n.Pointwise(n.Add(new ReduceMean([1, 2], true), trunk), 4)), 8));
            return n.Conv(n.Add(new Mul(), trunk, gate), 4);
        },
        ["normalized"] = (n, x) =>
        {
            Value y = n.Conv(x, 8);
            y = n.Add(new BatchNormalization(1e-3f), y, n.Numbers("scale", [8]), n.Numbers("shift", [8]), n.Numbers("mean", [8]), n.Numbers("variance", [8], 0.5f));
            y = n.Add(new PRelu(), y, n.Numbers("slope", [8]));
            y = n.Add(new InstanceNormalization(1e-2f), n.Conv(y, 8), n.Numbers("scale", [8]), n.Numbers("shift", [8]));
            return n.Conv(n.Add(new Mul(), y, n.Numbers("factors", [1, 1, 8])), 4);
        },
        ["pooled and resized"] = (n, x) =>
        {
            Value y = n.Add(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), n.Relu(n.Conv(x, 8)));
            y = n.Add(new Resize([1, 6, 6, 8], [1, 1.5f, 1.5f, 1], Interpolation.Linear), y);
            y = n.Add(new Pool2D(PoolKind.Average, [2, 2], [1, 1], [1, 1], [0, 0, 0, 0]), n.Add(new Pad([0, 1, 1, 0], [0, 0, 0, 0]), y));
            return n.Conv(y, 4);
        },
        ["transposed convolution"] = (n, x) =>
            n.Conv(n.Relu(n.Add(new ConvTranspose2D([2, 2], [1, 1], [0, 0, 0, 0]), n.Relu(n.Conv(x, 8)), n.Weights([6, 2, 2, 8]), n.Numbers("bias", [6]))), 4),
        ["shared weights"] = (n, x) =>
        {
            Value weights = n.Weights([8, 3, 3, 8]), bias = n.Numbers("bias", [8]), y = n.Relu(n.Conv(x, 8));
            for (int i = 0; i < 2; i++) y = n.Relu(n.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), y, weights, bias));
            return n.Conv(y, 4);
        },
        ["channels first and flattened"] = (n, x) =>
        {
            Value y = n.Add(new Transpose([0, 3, 1, 2]), n.Relu(n.Conv(x, 6)));
            return n.Dense(n.Add(new Reshape([1, 6 * 64]), y), 7);
        },
        ["flattened"] = (n, x) => n.Dense(n.Add(new Reshape([1, 6 * 64]), n.Relu(n.Conv(x, 6))), 7),
        ["fully connected"] = (n, x) =>
        {
            Value y = n.Relu(n.Dense(n.Add(new ReduceMax([1, 2], false), n.Relu(n.Conv(x, 8))), 10));
            y = n.Relu(n.Add(new Add(), n.Add(new MatMul(), y, n.Weights([10, 9])), n.Numbers("bias", [9])));
            return n.Add(new Reshape([1, 1, 1, 9]), y);
        },
        ["through ops that are not followed"] = (n, x) =>
        {
            Value y = n.Relu(n.Conv(n.Relu(n.Conv(x, 8)), 8));
            y = n.Add(new LocalResponseNormalization(3, 0.1f, 0.75f, 1), y);
            return n.Conv(n.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0], Groups: 2), n.Relu(n.Conv(y, 8)), n.Weights([8, 1, 1, 4])), 6);
        },
    };

    private readonly GraphBuilder _builder = new();
    private readonly Random _random;
    private int _names;

    private ChannelNetworks(int seed) => _random = new Random(seed);

    public static IEnumerable<string> Names => Bodies.Keys;

    public static Graph Of(string name, int seed)
    {
        var network = new ChannelNetworks(seed);
        Value x = network._builder.Input("picture", new TensorType(ElementType.Float32, [1, 8, 8, 3]));
        x = Bodies[name](network, x);
        x = network.Add(new Reshape([1, x.Type.Shape.ElementCount]), x);
        network._builder.Output("logits", network.Dense(x, 5));
        return network._builder.Build();
    }

    private Value Relu(Value x) => Add(new Relu(), x);

    private Value Conv(Value x, int channels) =>
        Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), x, Weights([channels, 3, 3, x.Type.Shape[3]]), Numbers("bias", [channels]));

    private Value Pointwise(Value x, int channels) => Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), x, Weights([channels, 1, 1, x.Type.Shape[3]]), Numbers("bias", [channels]));

    private Value Depthwise(Value x, int multiplier) => Add(
        new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]), x, Weights([3, 3, x.Type.Shape[3] * multiplier]), Numbers("bias", [x.Type.Shape[3] * multiplier]));

    private Value Dense(Value x, int outputs) => Add(new Dense(), x, Weights([outputs, x.Type.Shape[^1]]), Numbers("bias", [outputs]));

    private Value Weights(Shape shape) => Numbers("weights", shape);

    private Value Add(Op op, params ReadOnlySpan<Value> inputs) => _builder.Add(op, $"{op.Name.ToLowerInvariant()}{_names++}", inputs);

    private Value Numbers(string name, Shape shape, float least = -0.3f)
    {
        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++) values[i] = least + (0.6f * _random.NextSingle());
        return _builder.Constant(Constant.Of(shape, (ReadOnlySpan<float>)values), $"{name}{_names++}");
    }
}
