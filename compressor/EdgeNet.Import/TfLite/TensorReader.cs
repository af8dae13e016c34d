using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>
/// From the tensors of the file to the types and constants of the graph. “Outer” is what the user sees, “inner” what the graph
/// computes with: the same but for quantized UInt8, which is Int8 inside.
/// </summary>
internal sealed class TensorReader(ModelFile model, int fileLength)
{
    private const int Shift = 128;

    private readonly Dictionary<uint, ReadOnlyMemory<byte>> _shifted = [];
    private readonly Dictionary<Tensor, Quantization?> _inner = new(ReferenceEqualityComparer.Instance);
    private long _copyBudget = fileLength;

    public bool HasData(Tensor tensor) => Data(tensor).Length > 0;

    public static ElementType Element(Tensor tensor) => tensor.Type switch
    {
        StoredType.FLOAT32 or StoredType.FLOAT16 => ElementType.Float32,
        StoredType.INT32 => ElementType.Int32,
        StoredType.INT64 => ElementType.Int64,
        StoredType.BOOL => ElementType.Bool,
        StoredType.INT8 => ElementType.Int8,
        StoredType.UINT8 => ElementType.UInt8,
        StoredType.INT16 => throw Unsupported(tensor, "16-bit activations are not supported; convert with 8-bit activations"),
        StoredType.INT4 => throw Unsupported(tensor, "4-bit weights are not supported; convert with 8-bit weights"),
        _ => throw Unsupported(tensor, "convert with float32, int8, uint8, int32, int64 or bool tensors"),
    };

    /// <summary>The type of a graph input. An unknown batch is bound to 1.</summary>
    public static TensorType OuterType(Tensor tensor)
    {
        if (tensor.Type == StoredType.FLOAT16) throw Unsupported(tensor, "16-bit float activations are not supported; convert with float32 activations");
        int[] shape = [.. tensor.Shape.Select((extent, axis) => axis == 0 && extent == -1 ? 1 : extent)];
        return Named(tensor, () => new TensorType(Element(tensor), new Shape(shape), Outer(tensor)));
    }

    /// <summary>The parameters as the file states them; null where there are none that matter (int32 biases state some).</summary>
    public static Quantization? Outer(Tensor tensor) => Parameters(tensor, 0);

    /// <summary>The parameters of the Int8 codes inside the graph.</summary>
    public Quantization? Inner(Tensor tensor)
    {
        if (!_inner.TryGetValue(tensor, out Quantization? known)) _inner[tensor] = known = Parameters(tensor, tensor.Type == StoredType.UINT8 ? Shift : 0);
        return known;
    }

    /// <summary>The parameters of a tensor that is computed or fed, which has one scale.</summary>
    public Quantization? InnerOfActivation(Tensor tensor) => Inner(tensor) is not { IsPerTensor: false } ? Inner(tensor)
        : throw Unsupported(tensor, "activations are quantized per tensor, not per channel; convert with per-tensor activations");

    /// <summary>The values of a tensor that has some in the file, or that has no elements at all; else null.</summary>
    public Constant? Constant(Tensor tensor)
    {
        ReadOnlyMemory<byte> data = Data(tensor);
        if (data.Length == 0 && !tensor.Shape.Contains(0)) return null;
        if (tensor.IsSparse) throw Unsupported(tensor, "sparse tensors are not supported; convert without sparsity (DENSIFY)");
        return Named(tensor, () =>
        {
            var shape = new Shape(tensor.Shape);
            if (tensor.Type == StoredType.FLOAT16) return EdgeNet.Model.Constant.Half(shape, data);
            ElementType element = Element(tensor);
            Quantization? inner = Inner(tensor);
            if (inner is not null)
            {
                ReadOnlyMemory<byte> codes = element == ElementType.UInt8 ? Shifted(tensor, shape) : data;
                return EdgeNet.Model.Constant.Dense(new TensorType(ElementType.Int8, shape, inner), codes);
            }
            if (element == ElementType.Bool && data.Span.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new ModelFormatException("a Bool is neither 0 nor 1");
            return EdgeNet.Model.Constant.Dense(new TensorType(element, shape), data);
        });
    }

    private static Quantization? Parameters(Tensor tensor, int shift)
    {
        if (tensor.Type is not (StoredType.INT8 or StoredType.UINT8) || tensor.Quantization is not { } q) return null;
        if (q.HasDetails) throw Unsupported(tensor, "custom quantization is not supported; convert with affine quantization");
        if (q.Scale.Length == 0) return null;
        if (q.ZeroPoint.Length != 0 && q.ZeroPoint.Length != q.Scale.Length)
            throw new ModelFormatException($"tensor '{tensor.Name}' has {q.Scale.Length} scales and {q.ZeroPoint.Length} zero points; expected as many of both");
        // Out of range stays out of range; Quantization itself refuses it.
        int[] zeroPoints = new int[q.Scale.Length];
        for (int i = 0; i < q.ZeroPoint.Length; i++) zeroPoints[i] = (int)Math.Clamp(q.ZeroPoint[i] - shift, -1000, 1000);
        if (q.ZeroPoint.Length == 0) Array.Fill(zeroPoints, -shift);
        return new Quantization(ValueList.Create<float>(q.Scale), ValueList.Create<int>(zeroPoints), q.Scale.Length == 1 ? 0 : q.Dimension);
    }

    private ReadOnlyMemory<byte> Data(Tensor tensor)
    {
        if (tensor.Buffer >= (uint)model.Buffers.Length)
            throw new ModelFormatException($"tensor '{tensor.Name}' is in buffer {tensor.Buffer} but the model has {model.Buffers.Length}; the file is damaged");
        return model.Buffers[tensor.Buffer];
    }

    private ReadOnlyMemory<byte> Shifted(Tensor tensor, Shape shape)
    {
        if (_shifted.TryGetValue(tensor.Buffer, out ReadOnlyMemory<byte> known)) return known;
        ReadOnlySpan<byte> codes = Data(tensor).Span;
        if (codes.Length != shape.ElementCount) throw new ModelFormatException($"{codes.Length} bytes for {shape.ElementCount} codes");
        _copyBudget -= codes.Length;
        if (_copyBudget < 0) throw new ModelFormatException("the buffers overlap; the file is damaged");
        byte[] shifted = new byte[codes.Length];
        for (int i = 0; i < shifted.Length; i++) shifted[i] = (byte)(codes[i] ^ Shift);
        _shifted[tensor.Buffer] = shifted;
        return shifted;
    }

    private static T Named<T>(Tensor tensor, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ShapeException or ModelFormatException)
        {
            throw new ModelFormatException($"tensor '{tensor.Name}': {e.Message}", e);
        }
    }

    private static UnsupportedOperatorException Unsupported(Tensor tensor, string advice) => new($"tensor of {tensor.Type}", tensor.Name, advice);
}
