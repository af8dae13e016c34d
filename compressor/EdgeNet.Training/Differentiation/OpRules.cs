using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using Cast = EdgeNet.Model.Cast;
using Concat = EdgeNet.Model.Concat;
using Gather = EdgeNet.Model.Gather;
using GatherElements = EdgeNet.Model.GatherElements;
using GatherNd = EdgeNet.Model.GatherNd;
using Pad = EdgeNet.Model.Pad;
using PadMode = EdgeNet.Model.PadMode;
using Quantize = EdgeNet.Model.Quantize;
using TopK = EdgeNet.Model.TopK;
using Where = EdgeNet.Model.Where;

namespace EdgeNet.Training;

/// <summary>The rules of ops that need nothing but their node.</summary>
internal static class OpRules
{
    /// <summary>The rule of a node; null where there is none.</summary>
    public static Rule<T>? Of<T>(Node node) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = node.Inputs[0].Type.Shape, y = node.Output.Type.Shape;
        bool whole = node.Inputs[0].Type is { Element: not ElementType.Float32, Quantization: null };
        return node.Op switch
        {
            Relu => Map(default(Functions<T>.Relu)),
            Clip op => Map(new Functions<T>.Clip(op.Min, op.Max)),
            Abs => Map(default(Functions<T>.Abs)),
            Neg => Map(default(Functions<T>.Neg)),
            Sign => Map(default(Functions<T>.Sign)),
            LeakyRelu op => Map(new Functions<T>.LeakyRelu(op.Alpha)),
            ThresholdedRelu op => Map(new Functions<T>.ThresholdedRelu(op.Alpha)),
            Elu op => Map(new Functions<T>.ExponentialUnit(op.Alpha, 1, 1)),
            Selu op => Map(new Functions<T>.ExponentialUnit(op.Alpha, op.Gamma, 1)),
            Celu op => Map(new Functions<T>.ExponentialUnit(op.Alpha, 1, op.Alpha)),
            Sigmoid => Map(default(Functions<T>.Sigmoid)),
            HardSigmoid op => Map(new Functions<T>.HardSigmoid(op.Alpha, op.Beta)),
            HardSwish => Map(default(Functions<T>.HardSwish)),
            Tanh => Map(default(Functions<T>.Tanh)),
            Exp => Map(default(Functions<T>.Exp)),
            Log => Map(default(Functions<T>.Log)),
            Sqrt => Map(default(Functions<T>.Sqrt)),
            Reciprocal => Map(default(Functions<T>.Reciprocal)),
            Floor => Map(default(Functions<T>.Floor)),
            Ceil => Map(default(Functions<T>.Ceil)),
            Round => Map(default(Functions<T>.Round)),
            Erf => Map(default(Functions<T>.Erf)),
            Gelu { Approximate: false } => Map(default(Functions<T>.Gelu)),
            Gelu => Map(default(Functions<T>.GeluTanh)),
            Softplus => Map(default(Functions<T>.Softplus)),
            Softsign => Map(default(Functions<T>.Softsign)),
            Mish => Map(default(Functions<T>.Mish)),
            Sin => Map(default(Functions<T>.Sin)),
            Cos => Map(default(Functions<T>.Cos)),
            Not => Map(default(Functions<T>.Not)),
            Cast { To: ElementType.Float32 } => new Reshaping<T>(),
            Cast { To: ElementType.Bool } => Map(default(Functions<T>.NotZero)),
            Cast { To: ElementType.Int8 } => Map(new Functions<T>.Truncate(sbyte.MinValue, sbyte.MaxValue)),
            Cast { To: ElementType.UInt8 } => Map(new Functions<T>.Truncate(byte.MinValue, byte.MaxValue)),
            Cast { To: ElementType.Int32 } => Map(new Functions<T>.Truncate(int.MinValue, int.MaxValue)),
            Cast => Map(new Functions<T>.Truncate(long.MinValue, long.MaxValue)),
            Add => Combine<PairFunctions<T>.Add>(),
            Sub => Combine<PairFunctions<T>.Sub>(),
            Mul => Combine<PairFunctions<T>.Mul>(),
            Div when whole => Combine<PairFunctions<T>.WholeQuotient>(),
            Div => Combine<PairFunctions<T>.Div>(),
            Pow when whole => Combine<PairFunctions<T>.WholePower>(),
            Pow => Combine<PairFunctions<T>.Pow>(),
            Max => Combine<PairFunctions<T>.Max>(),
            Min => Combine<PairFunctions<T>.Min>(),
            PRelu => Combine<PairFunctions<T>.PRelu>(),
            Equal => Combine<PairFunctions<T>.Holds<PairFunctions<T>.Equal>>(),
            Less => Combine<PairFunctions<T>.Holds<PairFunctions<T>.Less>>(),
            LessOrEqual => Combine<PairFunctions<T>.Holds<PairFunctions<T>.LessOrEqual>>(),
            Greater => Combine<PairFunctions<T>.Holds<PairFunctions<T>.Greater>>(),
            GreaterOrEqual => Combine<PairFunctions<T>.Holds<PairFunctions<T>.GreaterOrEqual>>(),
            And => Combine<PairFunctions<T>.Holds<PairFunctions<T>.And>>(),
            Or => Combine<PairFunctions<T>.Holds<PairFunctions<T>.Or>>(),
            Xor => Combine<PairFunctions<T>.Holds<PairFunctions<T>.Xor>>(),
            Where => new Choosing<T>(x, node.Inputs[1].Type.Shape, node.Inputs[2].Type.Shape, y),
            ConvTranspose2D op => new TransposedConvolution<T>(op, x, node.Inputs[1].Type.Shape, y),
            MatMul => new MatrixMultiplying<T>(x, node.Inputs[1].Type.Shape),
            Pool2D { Kind: PoolKind.Max } op => new MaximumPooling<T>(op, x, y),
            Pool2D op => new AveragePooling<T>(op, x, y),
            ReduceMean op => new Reducing<T, Reductions<T>.Mean>(op, x),
            ReduceSum op => new Reducing<T, Reductions<T>.Sum>(op, x),
            ReduceSumSquare op => new Reducing<T, Reductions<T>.SumSquare>(op, x),
            ReduceL1 op => new Reducing<T, Reductions<T>.L1>(op, x),
            ReduceL2 op => new Reducing<T, Reductions<T>.L2>(op, x),
            ReduceMax op => new ExtremeReducing<T, Reductions<T>.Max>(op, x),
            ReduceMin op => new ExtremeReducing<T, Reductions<T>.Min>(op, x),
            ReduceProd op => new ProductReducing<T>(op, x),
            IndexOfExtreme op => new IndexFinding<T>(AxisShape.Of(x.Span, op.Axis), op is ArgMax, op.SelectLast),
            TopK op => new ExtremePicking<T>(AxisShape.Of(x.Span, op.Axis), op.Count, op.Largest),
            Softmax op => new NormalizedExponentials<T>(AxisShape.Of(x.Span, op.Axis), logarithm: false),
            LogSoftmax op => new NormalizedExponentials<T>(AxisShape.Of(x.Span, op.Axis), logarithm: true),
            InstanceNormalization op => new InstanceNormalizing<T>(T.CreateChecked(op.Epsilon), x),
            LocalResponseNormalization op => new ResponseNormalizing<T>(op, x[^1]),
            Reshape => new Reshaping<T>(),
            Transpose op => new Transposing<T>(op, x, y),
            Concat op => new Concatenating<T>(op.Axis, y),
            Slice op => new Slicing<T>(op, x, y),
            Pad { Mode: PadMode.Constant } op => new Bordering<T>(op, x, y),
            Pad op => Resampling<T>.Of(op, x),
            Tile op => Resampling<T>.Of(op, x),
            Resize op => Resampling<T>.Of(op, x),
            Expand => new Expanding<T>(x, y),
            Gather op => new SlicePicking<T>(node, AxisShape.Of(x.Span, op.Axis)),
            GatherElements op => new ElementPicking<T>(node, op.Axis),
            GatherNd op => new RowPicking<T>(node, op.BatchDims),
            Quantize op => new FakeQuantizing<T>(op.OutputQuantization!, op.To, x),
            // What comes out of Quantize is real already.
            Dequantize => new Reshaping<T>(),
            _ => null,
        };

        Mapping<T, TFunction> Map<TFunction>(TFunction function) where TFunction : struct, IFunction<T> => new(function);

        Combining<T, TFunction> Combine<TFunction>() where TFunction : struct, IPairFunction<T> => new(x, node.Inputs[1].Type.Shape, y);
    }
}
