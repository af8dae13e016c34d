using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Google.Protobuf;
using AttributeType = EdgeNet.Import.Onnx.Proto.AttributeProto.Types.AttributeType;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Onnx;

/// <summary>Our tensors, types and parameters as ONNX messages.</summary>
internal static class OnnxWriterTensors
{
    public static int DataTypeOf(ElementType element) => (int)(element switch
    {
        ElementType.Float32 => DataType.Float,
        ElementType.Int8 => DataType.Int8,
        ElementType.UInt8 => DataType.Uint8,
        ElementType.Int32 => DataType.Int32,
        ElementType.Int64 => DataType.Int64,
        _ => DataType.Bool,
    });

    /// <summary>A constant with its elements written out, however it is stored.</summary>
    public static TensorProto Tensor(string name, Constant constant)
    {
        var tensor = new TensorProto { Name = name, DataType = DataTypeOf(constant.Type.Element), RawData = ByteString.CopyFrom(constant.Elements().Span) };
        tensor.Dims.AddRange(constant.Type.Shape.Select(extent => (long)extent));
        return tensor;
    }

    /// <summary>The type of an input or output; codes are plain 8-bit integers to ONNX.</summary>
    public static ValueInfoProto Info(string name, TensorType type)
    {
        var shape = new TensorShapeProto();
        foreach (int extent in type.Shape) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = DataTypeOf(type.Element), Shape = shape } },
        };
    }

    /// <summary>A constant of one number.</summary>
    public static Constant Scalar(ElementType element, double value) => element switch
    {
        ElementType.Float32 => Constant.Of<float>(Shape.Scalar, [(float)value]),
        ElementType.Int8 => Constant.Of<sbyte>(Shape.Scalar, [(sbyte)value]),
        ElementType.UInt8 => Constant.Of<byte>(Shape.Scalar, [(byte)value]),
        ElementType.Int32 => Constant.Of<int>(Shape.Scalar, [(int)value]),
        ElementType.Int64 => Constant.Of<long>(Shape.Scalar, [(long)value]),
        _ => Constant.Of<bool>(Shape.Scalar, [value != 0]),
    };

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, bool value) => Attribute(name, value ? 1 : 0);

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, IEnumerable<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.Select(value => (long)value));
        return attribute;
    }
}
