using System.Collections.Immutable;
using EdgeNet.Compression;
using EdgeNet.Model;
using EdgeNet.Model.Format;

namespace EdgeNet.Cli;

/// <summary>What one node costs.</summary>
/// <param name="Index">Its place in the order of execution.</param>
/// <param name="Node">The node.</param>
/// <param name="Parameters">Elements of the constants that it is the first to read; see <see cref="GraphCounts.IsParameter"/>.</param>
/// <param name="Macs">Multiply-accumulates of one run; see <see cref="Node.MultiplyAdds"/>.</param>
internal sealed record NodeStatistics(int Index, Node Node, long Parameters, long Macs);

/// <summary>How one constant is kept.</summary>
/// <param name="Value">The constant.</param>
/// <param name="Distinct">Values that differ.</param>
/// <param name="Zeros">Elements that are zero.</param>
/// <param name="Encoding">How its codes are encoded in a <c>.edgenet</c> file.</param>
/// <param name="StoredBytes">What its codes take there, without scales or codebook.</param>
/// <param name="TableBytes">What its scales, zero points and codebook take in a <c>.edgenet</c> file.</param>
internal sealed record ConstantStatistics(Value Value, int Distinct, int Zeros, SectionEncoding Encoding, long StoredBytes, long TableBytes)
{
    /// <summary>The constant.</summary>
    public Constant Constant => Value.Constant!;

    /// <summary>Its elements.</summary>
    public int Elements => Constant.Type.Shape.ElementCount;

    /// <summary>log₂ of the distinct values: the bits of an index into them.</summary>
    public double Bits => Distinct > 0 ? Math.Log2(Distinct) : 0;

    /// <summary>The share of elements that are zero, 0 to 1.</summary>
    public double Sparsity => Elements > 0 ? (double)Zeros / Elements : 0;

    /// <summary>What it takes with all elements of its type written out.</summary>
    public long DenseBytes => Constant.Type.ByteCount;
}

/// <summary>Counts of a model: layers, parameters, arithmetic, bytes.</summary>
internal sealed class ModelStatistics
{
    public ModelStatistics(Graph graph)
    {
        Graph = graph;
        Counts = GraphCounts.Of(graph);
        var counted = new HashSet<Value>();
        Nodes = [.. graph.Nodes.Select((node, index) =>
            new NodeStatistics(index, node, node.Inputs.Where(input => GraphCounts.IsParameter(input) && counted.Add(input)).Sum(input => (long)input.Type.Shape.ElementCount), node.MultiplyAdds))];
        Constants = [.. graph.Constants.Select(Measure)];
        EdgeNetBytes = ModelFile.Write(graph).LongLength;
    }

    /// <summary>The model.</summary>
    public Graph Graph { get; }

    /// <summary>In order of execution.</summary>
    public ImmutableArray<NodeStatistics> Nodes { get; }

    /// <summary>In order of first use.</summary>
    public ImmutableArray<ConstantStatistics> Constants { get; }

    /// <summary>The length of the model as a <c>.edgenet</c> file, header and all.</summary>
    public long EdgeNetBytes { get; }

    /// <summary>Parameters and arithmetic of the whole.</summary>
    public GraphCounts Counts { get; }

    /// <summary>Elements of all parameters.</summary>
    public long Parameters => Counts.Parameters;

    /// <summary>Parameters that are not zero.</summary>
    public long NonZeroParameters => Counts.NonZero;

    /// <summary>Multiply-accumulates of one run.</summary>
    public long Macs => Counts.Macs;

    /// <summary>What the parameters take as 32-bit floats.</summary>
    public long Float32Bytes => 4 * Parameters;

    /// <summary>What the codes of all constants take in a <c>.edgenet</c> file.</summary>
    public long StoredBytes => Constants.Sum(constant => constant.StoredBytes);

    private static ConstantStatistics Measure(Value value)
    {
        Constant constant = value.Constant!;
        StoredSize size = ModelFile.StoredSize(constant);
        return new ConstantStatistics(value, constant.CountDistinct(), constant.CountZeros(), size.Encoding, size.Stored, size.Tables);
    }
}
