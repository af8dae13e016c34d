using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using K = EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>Ops on one element at a time.</summary>
internal static partial class Lowering
{
    private static Work Map(EdgeNet.Model.Unary op, Tensor x, Tensor y) => x.Type switch
    {
        { Quantization: not null } => MapCodes(op, x, y),
        { Element: ElementType.Float32 } => MapReals(op, x, y),
        { Element: ElementType.Int8 } => MapIntegers<sbyte>(op, x, y),
        { Element: ElementType.UInt8 } => MapIntegers<byte>(op, x, y),
        { Element: ElementType.Int32 } => MapIntegers<int>(op, x, y),
        _ => MapIntegers<long>(op, x, y),
    };

    private static Work MapReals(EdgeNet.Model.Unary op, Tensor x, Tensor y)
    {
        return op switch
        {
            Relu => With(new K.Unary.Relu<float>()),
            Clip clip => With(new K.Unary.Clip<float>(clip.Min, clip.Max)),
            Abs => With(new K.Unary.Abs<float>()),
            Neg => With(new K.Unary.Neg<float>()),
            Sign => With(new K.Unary.Sign<float>()),
            LeakyRelu leaky => With(new K.Unary.LeakyRelu(leaky.Alpha)),
            ThresholdedRelu thresholded => With(new K.Unary.ThresholdedRelu(thresholded.Alpha)),
            Elu elu => With(new K.Unary.Elu(elu.Alpha)),
            Selu selu => With(new K.Unary.Selu(selu.Alpha, selu.Gamma)),
            Celu celu => With(new K.Unary.Celu(celu.Alpha)),
            Sigmoid => With(new K.Unary.Sigmoid()),
            HardSigmoid hard => With(new K.Unary.HardSigmoid(hard.Alpha, hard.Beta)),
            HardSwish => With(new K.Unary.HardSwish()),
            Tanh => With(new K.Unary.Tanh()),
            Exp => With(new K.Unary.Exp()),
            Log => With(new K.Unary.Log()),
            Sqrt => With(new K.Unary.Sqrt()),
            Reciprocal => With(new K.Unary.Reciprocal()),
            Floor => With(new K.Unary.Floor()),
            Ceil => With(new K.Unary.Ceil()),
            Round => With(new K.Unary.Round()),
            Erf => With(new K.Unary.Erf()),
            Gelu { Approximate: false } => With(new K.Unary.Gelu()),
            Gelu => With(new K.Unary.GeluTanh()),
            Softplus => With(new K.Unary.Softplus()),
            Softsign => With(new K.Unary.Softsign()),
            Mish => With(new K.Unary.Mish()),
            Sin => With(new K.Unary.Sin()),
            Cos => With(new K.Unary.Cos()),
            _ => throw NoKernel(op, x),
        };

        Work With<TOperator>(TOperator f) where TOperator : struct, IUnaryOperator<float, float> =>
            new(x.Shape.ElementCount, (begin, end) => K.Unary.Run(f, x.As<float>(), y.As<float>(), begin, end));
    }

    private static Work MapIntegers<T>(EdgeNet.Model.Unary op, Tensor x, Tensor y) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        return op switch
        {
            Relu => With(new K.Unary.Relu<T>()),
            // The bounds of an integer clip are integers that the importer wrote as floats; infinite ones saturate.
            Clip clip => With(new K.Unary.Clip<T>(T.CreateSaturating(clip.Min), T.CreateSaturating(clip.Max))),
            Abs => With(new K.Unary.Abs<T>()),
            Neg => With(new K.Unary.Neg<T>()),
            Sign => With(new K.Unary.Sign<T>()),
            _ => throw NoKernel(op, x),
        };

        Work With<TOperator>(TOperator f) where TOperator : struct, IUnaryOperator<T, T> =>
            new(x.Shape.ElementCount, (begin, end) => K.Unary.Run(f, x.As<T>(), y.As<T>(), begin, end));
    }

    /// <summary>A table of 256 codes, made with <see cref="PortableMath"/> so that it is the same on every machine.</summary>
    private static Work MapCodes(EdgeNet.Model.Unary op, Tensor x, Tensor y)
    {
        sbyte[] table = TableOf(op, x.Type, y.Type);
        return new(x.Shape.ElementCount, (begin, end) => LookupTableS8.Map(table, x.As<sbyte>(), y.As<sbyte>(), begin, end));
    }

    /// <summary>The code of the result for each code of the input.</summary>
    public static sbyte[] TableOf(EdgeNet.Model.Unary op, TensorType x, TensorType y)
    {
        Quantization from = x.Quantization!, to = y.Quantization!;
        sbyte[] table = new sbyte[LookupTableS8.Length];
        LookupTableS8.Build(RealFunction(op, x), from.Scale, from.ZeroPoint, to.Scale, to.ZeroPoint, table);
        return table;
    }

    private static Func<double, double> RealFunction(EdgeNet.Model.Unary op, TensorType x) => op switch
    {
        Relu => v => Math.Max(v, 0),
        Clip clip => v => Math.Min(Math.Max(v, clip.Min), clip.Max),
        Abs => Math.Abs,
        Neg => v => -v,
        Sign => v => Math.Sign(v),
        LeakyRelu leaky => v => v < 0 ? leaky.Alpha * v : v,
        ThresholdedRelu thresholded => v => v > thresholded.Alpha ? v : 0,
        Elu elu => v => v < 0 ? elu.Alpha * PortableMath.Expm1(v) : v,
        Selu selu => v => selu.Gamma * (v > 0 ? v : selu.Alpha * PortableMath.Expm1(v)),
        Celu celu => v => v < 0 ? celu.Alpha * PortableMath.Expm1(v / celu.Alpha) : v,
        Sigmoid => PortableMath.Sigmoid,
        HardSigmoid hard => v => Math.Clamp(hard.Alpha * v + hard.Beta, 0, 1),
        HardSwish => v => v * Math.Clamp(v + 3, 0, 6) / 6,
        Tanh => PortableMath.Tanh,
        Exp => PortableMath.Exp,
        Log => PortableMath.Log,
        Sqrt => Math.Sqrt,
        Reciprocal => v => 1 / v,
        Floor => Math.Floor,
        Ceil => Math.Ceiling,
        Round => v => Math.Round(v, MidpointRounding.ToEven),
        Erf => PortableMath.Erf,
        Gelu { Approximate: false } => PortableMath.Gelu,
        Gelu => PortableMath.GeluTanh,
        Softplus => PortableMath.Softplus,
        Softsign => v => v / (1 + Math.Abs(v)),
        Sin => PortableMath.Sin,
        Cos => PortableMath.Cos,
        Mish => PortableMath.Mish,
        _ => throw new UnsupportedOperatorException(op.Name, "", $"there is no kernel for {x}; keep this part of the model in Float32"),
    };

    private static Work Combine(EdgeNet.Model.Binary op, Tensor a, Tensor b, Tensor y) => a.Type switch
    {
        { Quantization: not null } => CombineCodes(op, a, b, y),
        { Element: ElementType.Float32 } => CombineNumbers<float>(op, a, b, y),
        { Element: ElementType.Int8 } => CombineNumbers<sbyte>(op, a, b, y),
        { Element: ElementType.UInt8 } => CombineNumbers<byte>(op, a, b, y),
        { Element: ElementType.Int32 } => CombineNumbers<int>(op, a, b, y),
        _ => CombineNumbers<long>(op, a, b, y),
    };

    private static Work CombineNumbers<T>(EdgeNet.Model.Binary op, Tensor a, Tensor b, Tensor y) where T : unmanaged, INumber<T>
    {
        var shape = BroadcastShape.Of(a.Shape.Span, b.Shape.Span);
        return op switch
        {
            Add => With(new K.Binary.Add<T>()),
            Sub => With(new K.Binary.Sub<T>()),
            Mul => With(new K.Binary.Mul<T>()),
            Div => With(new K.Binary.Div<T>()),
            Pow => With(new K.Binary.Pow<T>()),
            Max => With(new K.Binary.Max<T>()),
            Min => With(new K.Binary.Min<T>()),
            PRelu => With(new K.Binary.PRelu<T>()),
            _ => throw NoKernel(op, a),
        };

        Work With<TOperator>(TOperator f) where TOperator : struct, IBinaryOperator<T, T> =>
            new(y.Shape.ElementCount, (begin, end) => K.Binary.Run(f, shape, a.As<T>(), b.As<T>(), y.As<T>(), begin, end));
    }

    private static Work CombineCodes(EdgeNet.Model.Binary op, Tensor a, Tensor b, Tensor y)
    {
        Quantization qa = a.Type.Quantization!, qb = b.Type.Quantization!, qy = y.Type.Quantization!;
        var q = new BinaryQuantizationS8(qa.Scale, qa.ZeroPoint, qb.Scale, qb.ZeroPoint, qy.Scale, qy.ZeroPoint);
        var shape = BroadcastShape.Of(a.Shape.Span, b.Shape.Span);
        int count = y.Shape.ElementCount;
        return op switch
        {
            Add => new(count, (begin, end) => BinaryS8.Add(shape, q, a.As<sbyte>(), b.As<sbyte>(), y.As<sbyte>(), begin, end)),
            Sub => new(count, (begin, end) => BinaryS8.Sub(shape, q, a.As<sbyte>(), b.As<sbyte>(), y.As<sbyte>(), begin, end)),
            Mul => new(count, (begin, end) => BinaryS8.Mul(shape, q, a.As<sbyte>(), b.As<sbyte>(), y.As<sbyte>(), begin, end)),
            _ => throw NoKernel(op, a),
        };
    }

    private static Work Compare(Predicate op, Tensor a, Tensor b, Tensor y) => a.Type.Element switch
    {
        ElementType.Float32 => CompareNumbers<float>(op, a, b, y),
        ElementType.Int8 => CompareNumbers<sbyte>(op, a, b, y),
        ElementType.Int32 => CompareNumbers<int>(op, a, b, y),
        ElementType.Int64 => CompareNumbers<long>(op, a, b, y),
        _ => CompareNumbers<byte>(op, a, b, y),
    };

    private static Work CompareNumbers<T>(Predicate op, Tensor a, Tensor b, Tensor y) where T : unmanaged, INumber<T>
    {
        var shape = BroadcastShape.Of(a.Shape.Span, b.Shape.Span);
        return op switch
        {
            Equal => With(new K.Binary.Equal<T>()),
            Less => With(new K.Binary.Less<T>()),
            LessOrEqual => With(new K.Binary.LessOrEqual<T>()),
            Greater => With(new K.Binary.Greater<T>()),
            GreaterOrEqual => With(new K.Binary.GreaterOrEqual<T>()),
            And => Logical(new K.Binary.And()),
            Or => Logical(new K.Binary.Or()),
            Xor => Logical(new K.Binary.Xor()),
            _ => throw NoKernel(op, a),
        };

        Work With<TOperator>(TOperator f) where TOperator : struct, IBinaryOperator<T, byte> =>
            new(y.Shape.ElementCount, (begin, end) => K.Binary.Run(f, shape, a.As<T>(), b.As<T>(), y.As<byte>(), begin, end));

        Work Logical<TOperator>(TOperator f) where TOperator : struct, IBinaryOperator<byte, byte> =>
            new(y.Shape.ElementCount, (begin, end) => K.Binary.Run(f, shape, a.As<byte>(), b.As<byte>(), y.As<byte>(), begin, end));
    }

    private static Work Negate(Tensor x, Tensor y) =>
        new(x.Shape.ElementCount, (begin, end) => K.Unary.Scalar(new K.Unary.Not(), x.As<byte>(), y.As<byte>(), begin, end));

    private static Work Choose(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        return y.Type.Element.Size() switch
        {
            1 => With<byte>(),
            4 => With<int>(),
            _ => With<long>(),
        };

        Work With<T>() where T : unmanaged
        {
            var shape = BroadcastShape.Of(condition.Shape.Span, a.Shape.Span, b.Shape.Span);
            return new(y.Shape.ElementCount, (begin, end) => K.Where.Scalar(shape, condition.As<byte>(), a.As<T>(), b.As<T>(), y.As<T>(), begin, end));
        }
    }

    private static UnsupportedOperatorException NoKernel(Op op, Tensor x) =>
        new(op.Name, "", $"there is no kernel for {x.Type}; keep this part of the model in Float32");
}
