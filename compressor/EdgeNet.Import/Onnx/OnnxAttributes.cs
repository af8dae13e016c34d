using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using AttributeType = EdgeNet.Import.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace EdgeNet.Import.Onnx;

/// <summary>The attributes of a node, read by name and by the type that the operator gives them.</summary>
internal sealed class OnnxAttributes
{
    private readonly Dictionary<string, AttributeProto> _byName = [];
    private readonly string _node;

    /// <summary>The attributes of a node.</summary>
    /// <exception cref="ModelFormatException">A name is used twice.</exception>
    public OnnxAttributes(NodeProto node, string name)
    {
        _node = name;
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (!_byName.TryAdd(attribute.Name, attribute)) throw new ModelFormatException($"node '{name}' has attribute '{attribute.Name}' twice");
        }
    }

    /// <summary>Whether the node states the attribute.</summary>
    public bool Has(string name) => _byName.ContainsKey(name);

    public long Long(string name, long otherwise) => Find(name, AttributeType.Int)?.I ?? otherwise;

    public int Int(string name, int otherwise) => Find(name, AttributeType.Int) is { } found ? Narrow(found.I, name) : otherwise;

    public int Int(string name) => Find(name, AttributeType.Int) is { } found ? Narrow(found.I, name) : throw Missing(name);

    public bool Flag(string name, bool otherwise = false) => Find(name, AttributeType.Int) is { } found ? found.I != 0 : otherwise;

    public float Float(string name, float otherwise) => Find(name, AttributeType.Float)?.F ?? otherwise;

    public float[]? Floats(string name) => Find(name, AttributeType.Floats)?.Floats.ToArray();

    public long[]? Longs(string name) => Find(name, AttributeType.Ints)?.Ints.ToArray();

    public int[]? Ints(string name) => Find(name, AttributeType.Ints)?.Ints.Select(x => Narrow(x, name)).ToArray();

    public string Text(string name, string otherwise) => Find(name, AttributeType.String)?.S.ToStringUtf8() ?? otherwise;

    public TensorProto? Tensor(string name) => Find(name, AttributeType.Tensor)?.T;

    private AttributeProto? Find(string name, AttributeType type)
    {
        if (!_byName.TryGetValue(name, out AttributeProto? found)) return null;
        // Old exporters leave the type out.
        if (found.Type != type && found.Type != AttributeType.Undefined)
            throw new ModelFormatException($"attribute '{name}' of node '{_node}' is of type {found.Type}; expected {type}");
        return found;
    }

    private int Narrow(long value, string name) => value is >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw new ModelFormatException($"attribute '{name}' of node '{_node}' is {value}; expected a 32-bit number");

    private ModelFormatException Missing(string name) => new($"node '{_node}' lacks its attribute '{name}'");
}
