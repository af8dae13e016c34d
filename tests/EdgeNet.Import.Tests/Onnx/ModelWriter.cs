using System.Runtime.InteropServices;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Google.Protobuf;
using AttributeType = EdgeNet.Import.Onnx.Proto.AttributeProto.Types.AttributeType;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Tests.Onnx;

/// <summary>Writes small ONNX models.</summary>
internal sealed class ModelWriter
{
    public ModelWriter(int opset = 13)
    {
        Proto = new ModelProto { IrVersion = 8, ProducerName = "tests", Graph = new GraphProto { Name = "g" } };
        Proto.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
    }

    public ModelProto Proto { get; }

    public ModelWriter Input(string name, params int[] extents) => Input(name, DataType.Float, extents);

    public ModelWriter Input(string name, DataType type, params int[] extents)
    {
        Proto.Graph.Input.Add(ValueInfo(name, type, extents));
        return this;
    }

    public ModelWriter OpenInput(string name, params object[] extents)
    {
        ValueInfoProto info = ValueInfo(name, DataType.Float, []);
        foreach (object extent in extents)
        {
            info.Type.TensorType.Shape.Dim.Add(extent switch
            {
                int known => new TensorShapeProto.Types.Dimension { DimValue = known },
                string { Length: > 0 } symbol => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension(),
            });
        }
        Proto.Graph.Input.Add(info);
        return this;
    }

    public ModelWriter Constant<T>(string name, int[] extents, params T[] elements) where T : unmanaged
    {
        Proto.Graph.Initializer.Add(Tensor(name, extents, elements));
        return this;
    }

    public ModelWriter Weights(string name, params int[] extents) =>
        Constant(name, extents, [.. Enumerable.Range(0, extents.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)]);

    public ModelWriter Node(string op, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        int dot = op.LastIndexOf('.');
        var node = new NodeProto { OpType = op[(dot + 1)..], Domain = dot < 0 ? "" : op[..dot] };
        node.Input.AddRange(inputs.Length == 0 ? [] : inputs.Split(',').Select(name => name.Trim()));
        node.Output.AddRange(outputs.Split(',').Select(name => name.Trim()));
        foreach ((string name, object value) in attributes) node.Attribute.Add(Attribute(name, value));
        Proto.Graph.Node.Add(node);
        return this;
    }

    public ModelWriter Named(string name)
    {
        Proto.Graph.Node[^1].Name = name;
        return this;
    }

    public ModelWriter Output(params string[] names)
    {
        Proto.Graph.Output.AddRange(names.Select(name => new ValueInfoProto { Name = name }));
        return this;
    }

    public byte[] Bytes() => Proto.ToByteArray();

    public Graph Import(ImportOptions? options = null) => OnnxImporter.Translate(Bytes(), options ?? ImportOptions.Default);

    public static TensorProto Tensor<T>(string name, int[] extents, params T[] elements) where T : unmanaged
    {
        // By T: to the runtime sbyte[] and byte[] are one another.
        DataType type = Activator.CreateInstance<T>() switch
        {
            float => DataType.Float,
            double => DataType.Double,
            Half => DataType.Float16,
            sbyte => DataType.Int8,
            byte => DataType.Uint8,
            short => DataType.Int16,
            ushort => DataType.Uint16,
            int => DataType.Int32,
            uint => DataType.Uint32,
            long => DataType.Int64,
            ulong => DataType.Uint64,
            _ => DataType.Bool,
        };
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(elements.AsSpan())) };
        tensor.Dims.AddRange(extents.Select(extent => (long)extent));
        return tensor;
    }

    private static ValueInfoProto ValueInfo(string name, DataType type, int[] extents)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(extents.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case float f: (attribute.F, attribute.Type) = (f, AttributeType.Float); break;
            case int i: (attribute.I, attribute.Type) = (i, AttributeType.Int); break;
            case string s: (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(s), AttributeType.String); break;
            case TensorProto t: (attribute.T, attribute.Type) = (t, AttributeType.Tensor); break;
            case float[] floats: attribute.Floats.AddRange(floats); attribute.Type = AttributeType.Floats; break;
            case int[] ints: attribute.Ints.AddRange(ints.Select(x => (long)x)); attribute.Type = AttributeType.Ints; break;
            default: throw new ArgumentException($"attribute of {value.GetType()}", nameof(value));
        }
        return attribute;
    }
}
