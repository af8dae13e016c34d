using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Chooses the kernel of a node and binds it to its tensors. Everything that does not change from run to run is computed here.</summary>
internal static partial class Lowering
{
    /// <exception cref="UnsupportedOperatorException">There is no kernel for an op on tensors of these types.</exception>
    public static Work Lower(Chain chain, Binding binding)
    {
        if (chain.Stages.Count > 1) return ChainWork(chain, binding);
        StepGroup group = chain.First;
        Node node = group.Main;
        if (group.IsPacked) return node.Op is DepthwiseConv2D ? DepthwiseWork(group, binding) : ConvolutionWork(group, binding);
        if (node.Op is Concat concat) return Join(concat, node, binding);
        return Lower(node, binding.Bind(node.Inputs), binding.Bind(node.Outputs));
    }

    /// <exception cref="UnsupportedOperatorException">There is no kernel for the op on tensors of these types.</exception>
    public static Work Lower(Node node, Tensor[] inputs, Tensor[] outputs)
    {
        Tensor x = inputs[0], y = outputs[0];
        return node.Op switch
        {
            Conv2D op => Convolve(op, x, inputs[1], Optional(inputs, 2), y),
            DepthwiseConv2D op => ConvolveDepthwise(op, x, inputs[1], Optional(inputs, 2), y),
            ConvTranspose2D op => ConvolveTransposed(op, x, inputs[1], Optional(inputs, 2), y),
            Dense => Connect(x, inputs[1], Optional(inputs, 2), y),
            MatMul => Multiply(x, inputs[1], y),
            Pool2D op => Pool(op, x, y),
            Predicate op => Compare(op, x, inputs[1], y),
            Binary op => Combine(op, x, inputs[1], y),
            Unary op => Map(op, x, y),
            Not => Negate(x, y),
            Where => Choose(x, inputs[1], inputs[2], y),
            Cast => Convert(x, y),
            Quantize => ToCodes(x, y),
            Dequantize => FromCodes(x, y),
            Softmax op => Normalize(op.Axis, logarithm: false, x, y),
            LogSoftmax op => Normalize(op.Axis, logarithm: true, x, y),
            BatchNormalization op => Normalize(op, inputs, y),
            InstanceNormalization op => Normalize(op, x, inputs[1], inputs[2], y),
            LocalResponseNormalization op => Normalize(op, x, y),
            Reduction op => Reduce(op, x, y),
            IndexOfExtreme op => FindExtreme(op, x, y),
            TopK op => Select(op, x, y, outputs[1]),
            Transpose op => Permute(op, x, y),
            Concat op => Join(op, inputs, y, _ => false),
            Reshape => Move(x, y),
            Slice op => Cut(op, x, y),
            Pad op => Surround(op, x, y),
            Gather op => Pick(op, x, inputs[1], y),
            GatherElements op => Pick(op, x, inputs[1], y),
            GatherNd op => Pick(op, x, inputs[1], y),
            Expand => Repeat(x, y),
            Tile op => Repeat(op, x, y),
            Resize op => Resample(op, x, y),
            NonMaxSuppression op => Suppress(op, x, inputs[1], y),
            DetectionPostProcess op => PostProcess(op, inputs, outputs),
            _ => throw Missing(node, x),
        };
    }

    private static UnsupportedOperatorException Missing(Node node, Tensor x) =>
        new(node.Op.Name, node.Name, $"there is no kernel for {x.Type}; keep this part of the model in Float32");

    private static Tensor? Optional(Tensor[] inputs, int index) => index < inputs.Length ? inputs[index] : null;
}
