using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

/// <summary>Seeded small networks of the layers that planners meet: what is fused, viewed and chained in them differs from seed to seed.</summary>
internal static class RandomNetwork
{
    /// <param name="seed">Which network.</param>
    /// <param name="quantized">On 8-bit codes.</param>
    /// <param name="everythingIsSeen">Whether each value is an output, so that nothing can be fused.</param>
    /// <param name="size">The height and width of the image.</param>
    public static Graph Build(int seed, bool quantized, bool everythingIsSeen, int size = 20)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder();
        var layers = new Layers(random, builder, quantized);
        Value x = builder.Input("x", layers.Type(random.Next(1, 3) == 1 ? [1, size, size - 3, 3] : [random.Next(1, 3), size, size, random.Next(1, 40)]));
        var seen = new List<Value>();
        Keep(x = layers.Convolution(x, 3, random.Next(1, 3)));
        for (int i = 0; i < 7; i++)
        {
            switch (random.Next(8))
            {
                case 0:
                    Keep(x = layers.Convolution(x, 1, 1));
                    break;
                case 1:
                    Keep(x = layers.Convolution(x, 3, random.Next(1, 3)));
                    break;
                case 2:
                case 3:
                    Keep(x = layers.Depthwise(x, random.Next(3) == 0 ? 5 : 3, random.Next(1, 3)));
                    Keep(x = layers.Convolution(x, 1, 1));
                    break;
                case 4:
                    Value branch = layers.Convolution(x, 1, 1, x.Type.Shape[3]);
                    Keep(branch);
                    Keep(x = layers.Add(branch, x));
                    break;
                case 5:
                    Value left = layers.Convolution(x, 1, 1), right = layers.Convolution(x, 3, 1);
                    Keep(left);
                    Keep(right);
                    Keep(x = builder.Add(new Concat(3), $"concat{i}", left, right));
                    break;
                case 6:
                    Keep(x = layers.Activation(x));
                    break;
                default:
                    int half = Math.Max(1, x.Type.Shape[3] / 2);
                    Shape shape = x.Type.Shape;
                    Value cut = builder.Add(new Slice([0, 0, 0, shape[3] - half], [shape[0], shape[1], shape[2], half], [1, 1, 1, 1]), $"slice{i}", x);
                    Keep(cut);
                    Keep(x = layers.Convolution(cut, 1, 1));
                    break;
            }
            if (random.Next(2) == 0) Keep(x = layers.Activation(x));
        }
        Value flat = builder.Add(new Reshape([1, x.Type.Shape.ElementCount]), "flat", x), again = builder.Add(new Reshape([1, x.Type.Shape.ElementCount]), "again", layers.Activation(x));
        builder.Output("y", builder.Add(new Concat(1), "joined", flat, again));
        if (everythingIsSeen)
        {
            foreach (Value value in seen) builder.Output(value.Name, value);
        }
        return builder.Build();

        void Keep(Value value) => seen.Add(value);
    }

    private sealed class Layers(Random random, GraphBuilder builder, bool quantized)
    {
        private readonly Quantization _codes = Quantization.PerTensor(0.05f, random.Next(-128, 128));
        private int _count;

        public TensorType Type(Shape shape) => quantized ? new TensorType(ElementType.Int8, shape, _codes) : new TensorType(ElementType.Float32, shape);

        public Value Convolution(Value x, int kernel, int stride, int? outputs = null)
        {
            int channels = outputs ?? random.Next(1, 70), pad = kernel / 2, depth = x.Type.Shape[3];
            return Finish(new Conv2D([stride, stride], [1, 1], [pad, pad, pad, pad]), x, [channels, kernel, kernel, depth], channels, 0, kernel * kernel * depth);
        }

        public Value Depthwise(Value x, int kernel, int stride)
        {
            int channels = x.Type.Shape[3], pad = kernel / 2;
            return Finish(new DepthwiseConv2D([stride, stride], [1, 1], [pad, pad, pad, pad]), x, [kernel, kernel, channels], channels, 2, kernel * kernel);
        }

        public Value Add(Value a, Value b) => builder.Add(Quantized(new Add()), Next("add"), a, b);

        public Value Activation(Value x)
        {
            Op op = random.Next(4) switch { 0 => new Relu(), 1 => new Clip(0, 2.5f), 2 => new HardSwish(), _ => new LeakyRelu(0.1f) };
            return builder.Add(Quantized(op), Next(op.Name), x);
        }

        private Value Finish(Op op, Value x, Shape shape, int channels, int axis, int products)
        {
            Value weights, bias;
            double spread = 1 / Math.Sqrt(products);
            if (quantized)
            {
                float[] scales = [.. Enumerable.Range(0, channels).Select(_ => (float)(spread / 64 * (0.5 + random.NextDouble())))];
                sbyte[] codes = new sbyte[shape.ElementCount];
                foreach (ref sbyte code in codes.AsSpan()) code = (sbyte)random.Next(-127, 128);
                var type = new TensorType(ElementType.Int8, shape, channels == 1 ? Quantization.PerTensor(scales[0], 0) : Quantization.PerChannel(ValueList.Create<float>(scales), axis));
                weights = builder.Constant(Constant.Dense(type, System.Runtime.InteropServices.MemoryMarshal.AsBytes(codes.AsSpan()).ToArray()));
                bias = builder.Constant(Constant.Of<int>([.. Enumerable.Range(0, channels).Select(_ => random.Next(-2000, 2000))]));
                return builder.Add(Quantized(op), Next(op.Name), x, weights, bias);
            }
            weights = builder.Constant(Constant.Of<float>(shape, [.. Enumerable.Range(0, shape.ElementCount).Select(_ => (float)((random.NextDouble() * 4 - 2) * spread))]));
            bias = builder.Constant(Constant.Of<float>([.. Enumerable.Range(0, channels).Select(_ => (float)random.NextDouble() - 0.5f)]));
            Value y = builder.Add(op, Next(op.Name), x, weights, bias);
            if (random.Next(3) > 0) return y;
            float[] Channel(double low) => [.. Enumerable.Range(0, channels).Select(_ => (float)(low + random.NextDouble()))];
            return random.Next(2) == 0
                ? builder.Add(new BatchNormalization(1e-3f), Next("norm"), y, Fixed(Channel(0.5)), Fixed(Channel(-0.5)), Fixed(Channel(-0.5)), Fixed(Channel(0.5)))
                : builder.Add(new Mul(), Next("scale"), y, Fixed(Channel(0.5)));
        }

        private Value Fixed(float[] values) => builder.Constant(Constant.Of<float>(values));

        private Op Quantized(Op op) => quantized ? op with { OutputQuantization = _codes } : op;

        private string Next(string name) => $"{name}{_count++}";
    }
}
