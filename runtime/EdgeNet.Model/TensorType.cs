namespace EdgeNet.Model;

/// <summary>Everything known of a tensor before it has values.</summary>
public sealed record TensorType
{
    /// <summary>A type; quantization parameters only on Int8 and UInt8.</summary>
    /// <exception cref="ShapeException">The quantization does not fit the element type or the shape.</exception>
    public TensorType(ElementType element, Shape shape, Quantization? quantization = null)
    {
        if (!Enum.IsDefined(element)) throw new ShapeException($"element type {element} is unknown");
        quantization?.Check(element, shape);
        Element = element;
        Shape = shape;
        Quantization = quantization;
    }

    /// <summary>What it holds.</summary>
    public ElementType Element { get; }

    /// <summary>Its extents.</summary>
    public Shape Shape { get; }

    /// <summary>How codes relate to real numbers; null where the elements are the numbers.</summary>
    public Quantization? Quantization { get; }

    /// <summary>Bytes of the dense tensor.</summary>
    public long ByteCount => (long)Shape.ElementCount * Element.Size();

    /// <summary>This type with another shape; a per-channel quantization must still fit.</summary>
    public TensorType WithShape(Shape shape) => new(Element, shape, Quantization);

    /// <inheritdoc/>
    public override string ToString() => Quantization is null ? $"{Element}{Shape}" : $"{Element}{Shape} quantized";
}
