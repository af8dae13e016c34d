using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Layers with constant weights: packed once for the best kernel of this processor, with all that rides along.</summary>
internal static partial class Lowering
{
    /// <summary>Units that each thread should find, so that uneven ones even out.</summary>
    private const int UnitsPerThread = 4;

    /// <summary>Whether a node has constant weights and a kernel to pack them for.</summary>
    public static bool IsPacked(Node node)
    {
        if (node.Op is not (Conv2D or DepthwiseConv2D or Dense) || node.Inputs.Skip(1).Any(input => input.Constant is null)) return false;
        bool real = node.Inputs[0].Type.Quantization is null;
        if (node.Op is DepthwiseConv2D depthwise)
        {
            DepthwiseShape shape = ShapeOf(depthwise, node.Inputs[0].Type.Shape, node.Inputs[1].Type.Shape);
            return (real ? KernelChoice.DepthwiseF32(in shape) : KernelChoice.DepthwiseS8(in shape)) is not null;
        }
        return (real ? KernelChoice.PointwiseF32() : KernelChoice.PointwiseS8()) is not null;
    }

    private static Work ConvolutionWork(StepGroup group, Binding binding)
    {
        PixelLayer packed = PackConvolution(group, binding);
        Tensor y = binding.Bind(group.Output);
        ImageView input = binding.Bind(group.Main.Inputs[0]).AsImage(), output = y.AsImage();
        ImageView residual = group.Residual is null ? default : binding.Bind(group.Residual).AsImage();
        Action<int, int>[] posts = Posts(group, y, binding);
        int pixels = packed.Pixels, columns = y.Shape[^1], size = packed.BlockPixels;
        int blocks = Math.Max(1, (pixels + size - 1) / size), parts = 1;
        size = (pixels + blocks - 1) / blocks;
        if (binding.Threads > 1 && posts.Length == 0)
            parts = Math.Clamp((UnitsPerThread * binding.Threads + blocks - 1) / blocks, 1, packed.Panels);
        int panels = packed.Panels;
        return new Work(blocks * parts, (begin, end, scratch, _) =>
        {
            for (int unit = begin; unit < end; unit++)
            {
                int first = unit / parts * size, last = Math.Min(pixels, first + size), part = unit % parts;
                packed.Run(
                    in input, output.Address, output.PixelBytes, residual.Address, residual.PixelBytes,
                    first, last, panels * part / parts, panels * (part + 1) / parts, scratch);
                foreach (Action<int, int> post in posts) post(first * columns, last * columns);
            }
        })
        {
            Name = packed.Kernel,
            ScratchBytes = packed.ScratchBytes,
            WeightBytes = packed.WeightBytes,
            Cost = group.Main.MultiplyAdds / 8,
        };
    }

    private static Work DepthwiseWork(StepGroup group, Binding binding)
    {
        PackedDepthwise packed = PackDepthwise(group, binding);
        Tensor y = binding.Bind(group.Output);
        ImageView input = binding.Bind(group.Main.Inputs[0]).AsImage(), output = y.AsImage();
        Action<int, int>[] posts = Posts(group, y, binding);
        int rowElements = y.Shape[2] * y.Shape[3];
        return new Work(y.Shape[0] * y.Shape[1], (begin, end, scratch, _) =>
        {
            packed.Run(in input, output.Row(begin), output.RowBytes, begin, end, scratch);
            foreach (Action<int, int> post in posts) post(begin * rowElements, end * rowElements);
        })
        {
            Name = packed.Kernel.Name,
            ScratchBytes = packed.ScratchBytes,
            WeightBytes = packed.WeightBytes,
            Cost = group.Main.MultiplyAdds / 2,
        };
    }

    /// <summary>Functions of one element that run over a range of the output as soon as it is there.</summary>
    private static Action<int, int>[] Posts(StepGroup group, Tensor y, Binding binding)
    {
        var posts = new Action<int, int>[group.Posts.Count];
        for (int i = 0; i < posts.Length; i++)
        {
            Node node = group.Posts[i];
            Tensor[] inputs = [y.As(node.Inputs[0].Type), .. binding.Bind(node.Inputs.Skip(1))];
            WorkKernel kernel = Lower(node, inputs, [y.As(node.Output.Type)]).Kernel;
            posts[i] = (begin, end) => kernel(begin, end, 0, false);
        }
        return posts;
    }

    private static PixelLayer PackConvolution(StepGroup group, Binding binding)
    {
        (Value x, Constant w, Constant? bias) = Operands(group.Main);
        ConvolutionShape shape = group.Main.Op is Conv2D op
            ? ShapeOf(op, x.Type.Shape, w.Type.Shape)
            : new ConvolutionShape
            {
                InputHeight = 1,
                InputWidth = x.Type.Shape.Product(0, x.Type.Shape.Rank - 1),
                InputChannels = w.Type.Shape[1],
                OutputChannels = w.Type.Shape[0],
                KernelHeight = 1,
                KernelWidth = 1,
            };
        if (x.Type.Quantization is null)
        {
            ReadOnlySpan<float> weights = binding.Decode<float>(w);
            if (KernelChoice.SparsePointwiseF32() is { } sparse
                && PackedSparsePointwise.Pays(sparse, in shape, weights.Length - weights.Count(0)))
                return PixelLayer.Of(PackedSparsePointwise.F32(in shape, sparse, weights, bias?.ToArray<float>(), group.Minimum, group.Maximum));
            return PixelLayer.Of(PackedConvolution.F32(in shape, KernelChoice.PointwiseF32()!, weights, bias?.ToArray<float>(), group.Minimum, group.Maximum));
        }
        var q = new ChannelQuantization(x.Type, w.Type, group.Main.Output.Type, shape.OutputChannels);
        QuantizationS8 clamped = q.Clamped(group.Minimum, group.Maximum);
        ReadOnlySpan<sbyte> codes = binding.Decode<sbyte>(w);
        return PixelLayer.Of(PackedConvolution.S8(in shape, KernelChoice.PointwiseS8(in shape, in clamped, codes)!, clamped, codes, bias?.ToArray<int>()));
    }

    private static PackedDepthwise PackDepthwise(StepGroup group, Binding binding)
    {
        (Value x, Constant w, Constant? bias) = Operands(group.Main);
        DepthwiseShape shape = ShapeOf((DepthwiseConv2D)group.Main.Op, x.Type.Shape, w.Type.Shape);
        if (x.Type.Quantization is null)
            return PackedDepthwise.F32(in shape, KernelChoice.DepthwiseF32(in shape)!, binding.Decode<float>(w), bias?.ToArray<float>(), group.Minimum, group.Maximum);
        var q = new ChannelQuantization(x.Type, w.Type, group.Main.Output.Type, shape.OutputChannels);
        return PackedDepthwise.S8(in shape, KernelChoice.DepthwiseS8(in shape)!, q.Clamped(group.Minimum, group.Maximum), binding.Decode<sbyte>(w), bias?.ToArray<int>());
    }

    private static (Value Input, Constant Weights, Constant? Bias) Operands(Node node) =>
        (node.Inputs[0], node.Inputs[1].Constant!, node.Inputs.Length > 2 ? node.Inputs[2].Constant : null);

    private static ConvolutionShape ShapeOf(Conv2D op, Shape x, Shape w) => new()
    {
        Batch = x[0],
        InputHeight = x[1],
        InputWidth = x[2],
        InputChannels = x[3],
        OutputChannels = w[0],
        KernelHeight = w[1],
        KernelWidth = w[2],
        StrideHeight = op.Strides[0],
        StrideWidth = op.Strides[1],
        DilationHeight = op.Dilations[0],
        DilationWidth = op.Dilations[1],
        PadTop = op.Padding[0],
        PadLeft = op.Padding[1],
        PadBottom = op.Padding[2],
        PadRight = op.Padding[3],
        Groups = op.Groups,
    };

    private static DepthwiseShape ShapeOf(DepthwiseConv2D op, Shape x, Shape w) => new()
    {
        Batch = x[0],
        InputHeight = x[1],
        InputWidth = x[2],
        Channels = x[3],
        Multiplier = w[2] / x[3],
        KernelHeight = w[0],
        KernelWidth = w[1],
        StrideHeight = op.Strides[0],
        StrideWidth = op.Strides[1],
        DilationHeight = op.Dilations[0],
        DilationWidth = op.Dilations[1],
        PadTop = op.Padding[0],
        PadLeft = op.Padding[1],
        PadBottom = op.Padding[2],
        PadRight = op.Padding[3],
    };

    /// <summary>What <see cref="QuantizationS8"/> points into, kept alive with the plan.</summary>
    private sealed class ChannelQuantization
    {
        private readonly float[] _multipliers;
        private readonly int[] _weightZeroPoints;
        private readonly int _inputZeroPoint;
        private readonly int _outputZeroPoint;

        public ChannelQuantization(TensorType x, TensorType w, TensorType y, int channels)
        {
            Quantization qx = x.Quantization!, qw = w.Quantization!, qy = y.Quantization!;
            (_inputZeroPoint, _outputZeroPoint) = (qx.ZeroPoint, qy.ZeroPoint);
            _multipliers = new float[channels];
            _weightZeroPoints = qw.ZeroPoints.All(zero => zero == 0) ? [] : new int[channels];
            for (int channel = 0; channel < channels; channel++)
            {
                int index = qw.IsPerTensor ? 0 : channel;
                _multipliers[channel] = Requantization.Multiplier(qx.Scale, qw.Scales[index], qy.Scale);
                if (_weightZeroPoints.Length > 0) _weightZeroPoints[channel] = qw.ZeroPoints[index];
            }
        }

        public QuantizationS8 Span => Clamped(float.NegativeInfinity, float.PositiveInfinity);

        /// <summary>With a fused clamp to codes.</summary>
        public QuantizationS8 Clamped(float minimum, float maximum) => new()
        {
            InputZeroPoint = _inputZeroPoint,
            WeightZeroPoints = _weightZeroPoints,
            Multipliers = _multipliers,
            OutputZeroPoint = _outputZeroPoint,
            Minimum = (int)Math.Max(minimum, sbyte.MinValue),
            Maximum = (int)Math.Min(maximum, sbyte.MaxValue),
        };
    }
}
