using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>
/// Operators between numbers and codes, and on codes. The latter become Dequantize, the op on numbers, Quantize: plain and always
/// right; a later pass makes quantized ops of such triples, whichever form they came in.
/// </summary>
internal static class QuantizationOperators
{
    private const string StaticAdvice = "quantize the model statically, to INT8 or UINT8";

    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["QuantizeLinear"] = QuantizeLinear,
        ["DequantizeLinear"] = DequantizeLinear,
        ["QLinearConv"] = QLinearConv,
        ["QLinearMatMul"] = node => Code(node, ConvolutionOperators.MatrixProduct(node, Real(node, 0), Real(node, 3)), 6),
    };

    public static Dictionary<string, OperatorMapping> Microsoft { get; } = new()
    {
        ["QLinearAdd"] = node => Code(node, node.Emit(new Add(), Real(node, 0), Real(node, 3)), 6),
        ["QLinearMul"] = node => Code(node, node.Emit(new Mul(), Real(node, 0), Real(node, 3)), 6),
        ["QLinearSigmoid"] = node => Code(node, node.Emit(new Sigmoid(), Real(node, 0)), 3),
        ["QLinearLeakyRelu"] = node => Code(node, node.Emit(new LeakyRelu(node.Attributes.Float("alpha", 0.01f)), Real(node, 0)), 3),
        ["QLinearGlobalAveragePool"] = node => Pooled(node, ConvolutionOperators.GlobalAveragePool),
        ["QLinearAveragePool"] = node => Pooled(node, ConvolutionOperators.AveragePool),
        ["QLinearSoftmax"] = QLinearSoftmax,
        ["QLinearConcat"] = QLinearConcat,
        ["QGemm"] = QGemm,
        ["QuantizeLinear"] = QuantizeLinear,
        ["DequantizeLinear"] = DequantizeLinear,
    };

    /// <summary>The parameters of unsigned codes once they are shifted to Int8.</summary>
    public static Quantization Shifted(Quantization unsigned) => unsigned with { ZeroPoints = unsigned.ZeroPoints.Select(zeroPoint => zeroPoint - 128).ToValueList() };

    /// <summary>
    /// The parameters of a graph input of 8-bit codes, as those that read it say. Null where one reads it as plain numbers, or its
    /// parameters are not known.
    /// </summary>
    public static Quantization? OfInput(GraphTranslation graph, string input, ElementType element)
    {
        Quantization? found = null;
        var pending = new Queue<string>([input]);
        var seen = new HashSet<string> { input };
        while (pending.TryDequeue(out string? name))
        {
            foreach ((NodeProto reader, int at) in graph.ReadersOf(name))
            {
                if (reader.OpType == "DequantizeLinear" || (reader.OpType is ['Q', ..] && ScaleOf(reader, at) is not null))
                {
                    if (ParametersOf(graph, reader, at, element) is not { } parameters) return null;
                    found ??= parameters;
                }
                else if (at == 0 && reader.OpType is "Identity" or "Reshape" or "Transpose" or "Flatten" or "Squeeze" or "Unsqueeze" or "Slice")
                {
                    foreach (string output in reader.Output.Where(seen.Add)) pending.Enqueue(output);
                }
                else
                {
                    return null;
                }
            }
        }
        return found;
    }

    private static Quantization? ParametersOf(GraphTranslation graph, NodeProto reader, int codes, ElementType element)
    {
        if ((reader.OpType == "DequantizeLinear" ? 1 : ScaleOf(reader, codes)) is not int at || at >= reader.Input.Count) return null;
        if (graph.Known(reader.Input[at]) is not { Type: { Element: ElementType.Float32, Shape.ElementCount: 1 } } scale) return null;
        int zeroPoint = 0;
        if (at + 1 < reader.Input.Count && reader.Input[at + 1].Length > 0)
        {
            if (graph.Known(reader.Input[at + 1]) is not { } known || known.Type.Element != element || known.Type.Shape.ElementCount != 1) return null;
            zeroPoint = (int)known.ToInt64s()[0];
        }
        float number = scale.ToArray<float>()[0];
        return float.IsFinite(number) && number > 0 ? Quantization.PerTensor(number, zeroPoint) : null;
    }

    /// <summary>Where the scale of an input of codes stands among the inputs of a QLinear operator; null if that input is none.</summary>
    private static int? ScaleOf(NodeProto reader, int codes) => reader.OpType switch
    {
        "QLinearConcat" => codes >= 2 && (codes - 2) % 3 == 0 ? codes + 1 : null,
        "QLinearConv" or "QLinearMatMul" or "QLinearAdd" or "QLinearMul" or "QGemm" => codes is 0 or 3 ? codes + 1 : null,
        "QLinearSigmoid" or "QLinearLeakyRelu" or "QLinearGlobalAveragePool" or "QLinearAveragePool" or "QLinearSoftmax" => codes == 0 ? 1 : null,
        _ => null,
    };

    private static void QuantizeLinear(OnnxNode node)
    {
        if (node.Attributes.Int("block_size", 0) != 0) throw node.Unsupported($"scales per block are not supported; {StaticAdvice}, with scales per tensor or per channel");
        Code(node, node.Cast(node.Input(0), ElementType.Float32), 1, node.Attributes.Int("output_dtype", 0));
    }

    private static void DequantizeLinear(OnnxNode node)
    {
        if (node.Attributes.Int("block_size", 0) != 0) throw node.Unsupported($"scales per block are not supported; {StaticAdvice}, with scales per tensor or per channel");
        node.Output(Real(node, 0));
    }

    private static void QLinearConv(OnnxNode node)
    {
        Value x = Real(node, 0), weights = Real(node, 3, channelAxis: 0);
        Code(node, ConvolutionOperators.Convolve(node, x, weights, Bias(node, 8, 1, 4)), 6);
    }

    /// <summary>Inputs: a with scale and zero point, b with its own, c (Int32), y's; without y's the result is of numbers.</summary>
    private static void QGemm(OnnxNode node)
    {
        float alpha = node.Attributes.Float("alpha", 1);
        Value y = ConvolutionOperators.Gemm(
            node, Real(node, 0), Real(node, 3, channelAxis: node.Attributes.Flag("transB") ? 0 : 1), Bias(node, 6, 1, 4, alpha), alpha, beta: 1);
        if (node.Has(7)) Code(node, y, 7);
        else node.Output(y);
    }

    private static void QLinearConcat(OnnxNode node)
    {
        if (node.InputCount < 5 || node.InputCount % 3 != 2) throw node.Invalid($"{node.InputCount} inputs; expected scale, zero point and a triple for each part");
        Value[] parts = [.. Enumerable.Range(0, (node.InputCount - 2) / 3).Select(part => Real(node, 2 + 3 * part))];
        Code(node, node.Emit(new Concat(node.Axis(node.Attributes.Int("axis"), parts[0].Type.Shape.Rank)), parts), 0);
    }

    private static void QLinearSoftmax(OnnxNode node)
    {
        Value x = Real(node, 0);
        Shape shape = x.Type.Shape;
        int axis = node.Axis(node.Attributes.Long("axis", -1), shape.Rank);
        if (node.Attributes.Int("opset", 13) < 13 && shape.Product(axis + 1, shape.Rank) != 1)
        {
            Value rows = node.Reshape(x, [shape.Product(0, axis), shape.Product(axis, shape.Rank)]);
            Code(node, node.Reshape(node.Emit(new Softmax(1), rows), shape), 3);
            return;
        }
        Code(node, node.Emit(new Softmax(axis), x), 3);
    }

    private static void Pooled(OnnxNode node, Func<OnnxNode, Value, Value> pool)
    {
        Value x = Real(node, 0);
        if (!node.Attributes.Flag("channels_last"))
        {
            Code(node, pool(node, x), 3);
            return;
        }
        Code(node, node.ChannelsLast(pool(node, node.ChannelsSecond(x))), 3);
    }

    /// <summary>The numbers that an input of codes stands for; its scale and zero point are the next two inputs.</summary>
    private static Value Real(OnnxNode node, int input, int? channelAxis = null)
    {
        Operand codes = node.Operand(input);
        ElementType element = codes.Value.Type.Element;
        Quantization? wanted = element.IsEightBit() && node.Input(input + 1).Constant is not null
            && (!node.Has(input + 2) || node.Input(input + 2).Constant is not null)
            ? Parameters(node, input + 1, codes.Value.Type.Shape, channelAxis)
            : null;
        if (codes.Value.Type.Quantization is { } known)
        {
            if (wanted is null) throw node.Unsupported("its scale or zero point comes at run time; make it an initializer");
            if (codes.Unsigned) wanted = Shifted(wanted);
            Value numbers = node.Emit(new Dequantize(), codes.Value);
            return known == wanted ? numbers : Reread(node, numbers, known, wanted);
        }
        if (wanted is not null && codes.Value.Constant is { } constant)
        {
            bool unsigned = element == ElementType.UInt8;
            var type = new TensorType(ElementType.Int8, constant.Type.Shape, unsigned ? Shifted(wanted) : wanted);
            return node.Emit(new Dequantize(), node.Constant(Constant.Dense(type, unsigned ? Shifted(node, constant.Codes) : constant.Codes), codes.Value.Name));
        }
        if (codes.Value.Constant is { Type.Element: ElementType.Int32 } integers && node.Input(input + 1).Constant is not null)
            return Scaled(node, integers, input, channelAxis, codes.Value.Name);
        return Computed(node, codes.Value, input, channelAxis);
    }

    private static byte[] Shifted(OnnxNode node, ReadOnlyMemory<byte> unsigned)
    {
        node.Spend(unsigned.Length);
        byte[] codes = unsigned.ToArray();
        foreach (ref byte code in codes.AsSpan()) code ^= 0x80;
        return codes;
    }

    /// <summary>Codes of one scale and zero point that are read with others.</summary>
    private static Value Reread(OnnxNode node, Value numbers, Quantization known, Quantization wanted)
    {
        if (!known.IsPerTensor || !wanted.IsPerTensor) throw node.Unsupported("it reads codes with another scale per channel than they were made with");
        Value stretched = node.Emit(new Mul(), numbers, node.Scalar(wanted.Scale / known.Scale));
        return node.Emit(new Add(), stretched, node.Scalar(wanted.Scale * (known.ZeroPoint - wanted.ZeroPoint)));
    }

    /// <summary>A bias of integers: numbers that are multiples of its scale, exactly.</summary>
    private static Value Scaled(OnnxNode node, Constant integers, int input, int? channelAxis, string name)
    {
        node.Spend(8L * integers.Type.Shape.ElementCount);
        float[] scales = node.KnownFloats(input + 1)!;
        long[] zeroPoints = node.KnownLongs(input + 2) ?? [0];
        Shape shape = integers.Type.Shape;
        int axis = scales.Length == 1 ? 0 : ChannelAxis(node, shape, scales.Length, channelAxis), inner = scales.Length == 1 ? 1 : shape.Product(axis + 1, shape.Rank);
        if (zeroPoints.Length != 1 && zeroPoints.Length != scales.Length) throw node.Invalid($"{scales.Length} scales with {zeroPoints.Length} zero points");
        float[] numbers = [.. integers.ToArray<int>().Select((code, i) =>
        {
            int channel = i / inner % scales.Length;
            return scales[channel] * (code - zeroPoints[zeroPoints.Length == 1 ? 0 : channel]);
        })];
        return node.Constant(Constant.Of<float>(shape, numbers), name);
    }

    /// <summary>Integers that are no codes to us: (x − zero point) × scale, step by step.</summary>
    private static Value Computed(OnnxNode node, Value x, int input, int? channelAxis)
    {
        Value numbers = node.Cast(x, ElementType.Float32);
        if (node.Optional(input + 2) is { } zeroPoint) numbers = node.Emit(new Sub(), numbers, Along(node.Cast(zeroPoint, ElementType.Float32)));
        return node.Emit(new Mul(), numbers, Along(node.Input(input + 1)));

        Value Along(Value parameter)
        {
            Shape shape = parameter.Type.Shape;
            if (shape.ElementCount == 1) return node.Reshape(parameter, Shape.Scalar);
            if (shape.Rank != 1) throw node.Unsupported($"a scale of shape {shape}; {StaticAdvice}, with scales per tensor or per channel");
            int axis = ChannelAxis(node, x.Type.Shape, shape[0], channelAxis);
            return node.Reshape(parameter, [shape[0], .. Enumerable.Repeat(1, x.Type.Shape.Rank - axis - 1)]);
        }
    }

    /// <summary>A bias in units of input scale × weight scale.</summary>
    private static Value? Bias(OnnxNode node, int bias, int inputScale, int weightScale, float alpha = 1)
    {
        if (!node.Has(bias)) return null;
        if (node.Known(bias) is not { Type.Element: ElementType.Int32 } codes) throw node.Invalid("its bias is not of INT32");
        node.Spend(8L * codes.Type.Shape.ElementCount);
        float scale = node.KnownFloat(inputScale)!.Value * alpha;
        float[] scales = node.KnownFloats(weightScale)!;
        int last = codes.Type.Shape.Rank == 0 ? 1 : codes.Type.Shape[^1];
        if (scales.Length != 1 && scales.Length != last) throw node.Invalid($"a bias of shape {codes.Type.Shape} for {scales.Length} scales");
        float[] numbers = [.. codes.ToArray<int>().Select((code, i) => code * (scale * scales[i % scales.Length]))];
        return node.Constant(Constant.Of<float>(codes.Type.Shape, numbers), node.InputName(bias));
    }

    /// <summary>Numbers as codes, the node's output; the scale and the zero point are inputs of the node.</summary>
    private static void Code(OnnxNode node, Value numbers, int scale, int stated = 0)
    {
        ElementType element = node.Optional(scale + 1)?.Type.Element ?? OnnxTensors.Element(stated) ?? ElementType.UInt8;
        if (!element.IsEightBit()) throw node.Unsupported($"codes of 16 or 32 bits; {StaticAdvice}");
        node.Known(scale + 1);
        if (node.Known(scale) is null) throw node.Invalid("it lacks its scale");
        Quantization quantization = Parameters(node, scale, numbers.Type.Shape, null);
        bool unsigned = element == ElementType.UInt8;
        var op = new Quantize(ElementType.Int8) { OutputQuantization = unsigned ? Shifted(quantization) : quantization };
        node.Output(0, new Operand(numbers.Constant is { } constant ? Coded(node, constant, op) : node.Emit(op, numbers), unsigned));
    }

    /// <summary>Weights that the model keeps as numbers and codes as it runs: coded now.</summary>
    private static Value Coded(OnnxNode node, Constant numbers, Quantize op)
    {
        node.Spend(8L * numbers.Type.Shape.ElementCount);
        TensorType type = op.InferTypes([numbers.Type])[0];
        Quantization quantization = type.Quantization!;
        int inner = quantization.IsPerTensor ? 1 : type.Shape.Product(quantization.Axis + 1, type.Shape.Rank);
        byte[] codes = [.. numbers.ToArray<float>().Select((number, i) =>
        {
            int channel = i / inner % quantization.Scales.Count;
            return (byte)(sbyte)Math.Clamp(MathF.Round(number / quantization.Scales[channel]) + quantization.ZeroPoints[channel], -128, 127);
        })];
        return node.Constant(Constant.Dense(type, codes));
    }

    /// <summary>The parameters at two inputs of a node, as ONNX states them.</summary>
    private static Quantization Parameters(OnnxNode node, int input, Shape shape, int? channelAxis)
    {
        Constant scale = node.Known(input)!;
        if (scale.Type.Shape.Rank > 1 && scale.Type.Shape.ElementCount > 1)
            throw node.Unsupported($"a scale of shape {scale.Type.Shape}; {StaticAdvice}, with scales per tensor or per channel");
        float[] scales = node.KnownFloats(input)!;
        long[] zeroPoints = node.KnownLongs(input + 1) ?? new long[scales.Length];
        if (scales.Length == 0 || zeroPoints.Length != scales.Length) throw node.Invalid($"{scales.Length} scales with {zeroPoints.Length} zero points");
        int axis = scales.Length == 1 ? 0 : ChannelAxis(node, shape, scales.Length, channelAxis);
        return new Quantization(ValueList.Create<float>(scales), zeroPoints.Select(node.Narrow).ToValueList(), axis);
    }

    private static int ChannelAxis(OnnxNode node, Shape shape, int channels, int? channelAxis)
    {
        // A vector has one axis to choose from; exporters leave the attribute at its default there.
        int axis = channelAxis ?? (shape.Rank == 1 ? 0 : node.Axis(node.Attributes.Long("axis", 1), shape.Rank));
        return axis < shape.Rank && shape[axis] == channels ? axis : throw node.Invalid($"{channels} scales for axis {axis} of shape {shape}");
    }
}
