using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using Cast = EdgeNet.Model.Cast;
using Quantize = EdgeNet.Model.Quantize;

namespace EdgeNet.Training;

/// <summary>The one list of how ops are trained: a rule, or the reason why there is none.</summary>
internal static class RuleTable
{
    /// <summary>
    /// Ops whose outputs are steps or choices: their gradient is zero wherever there is one, so nothing flows back through them.
    /// </summary>
    public static bool IsFlat(Op op) => op is Floor or Ceil or Round or Sign or Predicate or Not or Cast or IndexOfExtreme;

    /// <summary>The rule of a node.</summary>
    /// <exception cref="UnsupportedOperatorException">The op is not trained.</exception>
    public static Rule<T> Of<T>(Node node, NetworkOptions options, bool frozen) where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.Op switch
    {
        not Quantize when node.Op.OutputQuantization is not null => throw new UnsupportedOperatorException(
            node.Op.Name, node.Name, "arithmetic on codes is not trained; train the model in Float32 and quantize it afterwards"),
        Conv2D op => Convolution<T>(Shapes.Of(op, node)),
        Dense => Convolution<T>(Shapes.OfDense(node)),
        DepthwiseConv2D op => Depthwise<T>(Shapes.Of(op, node)),
        BatchNormalization op => new BatchNormalizing<T>(T.CreateChecked(op.Epsilon), T.CreateChecked(options.StatisticsMomentum), frozen),
        _ => OpRules.Of<T>(node) ?? throw new UnsupportedOperatorException($"{node}: {node.Op.Name} cannot be trained; name outputs before it, or leave the model as it is"),
    };

    private static Rule<T> Convolution<T>(ConvolutionShape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) && FastConvolution.For(in shape) is { } fast ? (Rule<T>)(object)fast : new PlainConvolution<T>(shape);

    private static Rule<T> Depthwise<T>(DepthwiseShape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) && FastDepthwise.For(in shape) is { } fast ? (Rule<T>)(object)fast : new PlainDepthwise<T>(shape);
}
