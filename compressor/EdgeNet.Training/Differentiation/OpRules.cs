using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using Concat = EdgeNet.Model.Concat;
using Pad = EdgeNet.Model.Pad;
using PadMode = EdgeNet.Model.PadMode;

namespace EdgeNet.Training;

/// <summary>The rules of ops that need nothing but their node.</summary>
internal static class OpRules
{
    /// <summary>The rule of a node; null where there is none.</summary>
    public static Rule<T>? Of<T>(Node node) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = node.Inputs[0].Type.Shape, y = node.Output.Type.Shape;
        return node.Op switch
        {
            Relu => Map(default(Functions<T>.Relu)),
            Clip op => Map(new Functions<T>.Clip(op.Min, op.Max)),
            Sigmoid => Map(default(Functions<T>.Sigmoid)),
            HardSigmoid op => Map(new Functions<T>.HardSigmoid(op.Alpha, op.Beta)),
            HardSwish => Map(default(Functions<T>.HardSwish)),
            Add => Combine<PairFunctions<T>.Add>(),
            Sub => Combine<PairFunctions<T>.Sub>(),
            Mul => Combine<PairFunctions<T>.Mul>(),
            Pool2D { Kind: PoolKind.Max } op => new MaximumPooling<T>(op, x, y),
            Pool2D op => new AveragePooling<T>(op, x, y),
            ReduceMean op => new Reducing<T, Reductions<T>.Mean>(op, x),
            Softmax op => new NormalizedExponentials<T>(AxisShape.Of(x.Span, op.Axis), logarithm: false),
            LogSoftmax op => new NormalizedExponentials<T>(AxisShape.Of(x.Span, op.Axis), logarithm: true),
            Reshape => new Reshaping<T>(),
            Transpose op => new Transposing<T>(op, x, y),
            Concat op => new Concatenating<T>(op.Axis, y),
            Slice op => new Slicing<T>(op, x, y),
            Pad { Mode: PadMode.Constant } op => new Bordering<T>(op, x, y),
            Expand => new Expanding<T>(x, y),
            _ => null,
        };

        Mapping<T, TFunction> Map<TFunction>(TFunction function) where TFunction : struct, IFunction<T> => new(function);

        Combining<T, TFunction> Combine<TFunction>() where TFunction : struct, IPairFunction<T> => new(x, node.Inputs[1].Type.Shape, y);
    }
}
