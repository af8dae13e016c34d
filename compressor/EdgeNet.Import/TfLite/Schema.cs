using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

// The part of the TFLite schema, version 3, that inference needs; field numbers are those of schema.fbs. Counts are limited so
// that what is built from a file stays in proportion to it even where tables are shared.

internal sealed record ModelFile(OperatorCode[] OperatorCodes, SubGraph Main, string Description, ReadOnlyMemory<byte>[] Buffers)
{
    private const uint SchemaVersion = 3;
    private const int MaxOperatorCodes = 1 << 12, MaxBuffers = 1 << 16, MaxSubGraphs = 1 << 10;

    public static ModelFile Read(FlatBuffer file)
    {
        FlatTable root = file.Root("TFL3");
        if (root.UInt32(0) != SchemaVersion)
            throw FlatBuffer.Malformed(root.Position, $"schema version {root.UInt32(0)}; expected {SchemaVersion}, convert the model again");
        FlatTable[] graphs = root.Tables(2, MaxSubGraphs);
        if (graphs.Length == 0) throw FlatBuffer.Malformed(root.Position, "the model has no subgraph");
        if (graphs.Length > 1)
        {
            throw new UnsupportedOperatorException("SUBGRAPH", $"subgraphs 1 to {graphs.Length - 1}",
                "only models of one subgraph are read; convert without control flow and without several signatures");
        }
        return new ModelFile(
            [.. root.Tables(1, MaxOperatorCodes).Select(OperatorCode.Read)],
            SubGraph.Read(graphs[0]),
            root.String(3, Limits.Text),
            [.. root.Tables(4, MaxBuffers).Select(table => ReadBuffer(file, table))]);
    }

    private static ReadOnlyMemory<byte> ReadBuffer(FlatBuffer file, FlatTable table)
    {
        ulong offset = table.UInt64(1), size = table.UInt64(2);
        if (offset <= 1) return table.Bytes(0);
        // In files beyond 2 GB data lie behind the FlatBuffer, at an offset from the start of the file.
        if (offset > (ulong)file.Bytes.Length || size > (ulong)file.Bytes.Length - offset)
            throw FlatBuffer.Malformed(table.Position, $"a buffer of {size} bytes at {offset} lies outside the file");
        return file.Bytes.Slice((int)offset, (int)size);
    }
}

internal static class Limits
{
    public const int Text = 1 << 16;
    public const int Tensors = 1 << 16;
    public const int Operators = 1 << 15;
    public const int Operands = 1 << 12;
    public const int GraphOperands = 1 << 10;
}

internal sealed record OperatorCode(BuiltinOperator Builtin, string Custom, int Version)
{
    public static OperatorCode Read(FlatTable table)
    {
        // Codes from 127 on do not fit the old byte and have a field of their own; files of old tools lack it.
        int code = Math.Max((int)table.UInt8(0), table.Int32(3));
        return new OperatorCode((BuiltinOperator)code, table.String(1, Limits.Text), table.Int32(2, 1));
    }

    public override string ToString() =>
        Builtin == BuiltinOperator.CUSTOM ? $"CUSTOM {Custom}" : Enum.IsDefined(Builtin) ? Builtin.ToString() : $"BUILTIN_{(int)Builtin}";
}

internal sealed record SubGraph(Tensor[] Tensors, int[] Inputs, int[] Outputs, Operator[] Operators)
{
    public static SubGraph Read(FlatTable table) => new(
        [.. table.Tables(0, Limits.Tensors).Select(Tensor.Read)],
        table.Int32s(1, Limits.GraphOperands),
        table.Int32s(2, Limits.GraphOperands),
        [.. table.Tables(3, Limits.Operators).Select(Operator.Read)]);
}

/// <summary>The element types of the schema.</summary>
internal enum StoredType : byte
{
    FLOAT32, FLOAT16, INT32, UINT8, INT64, STRING, BOOL, INT16, COMPLEX64, INT8, FLOAT64, COMPLEX128, UINT64, RESOURCE, VARIANT, UINT32, UINT16, INT4,
}

internal sealed record Tensor(
    int[] Shape, StoredType Type, uint Buffer, string Name, QuantizationParameters? Quantization, bool IsVariable, bool IsSparse)
{
    public static Tensor Read(FlatTable table, int index)
    {
        string name = table.String(3, Limits.Text);
        return new Tensor(
            table.Int32s(0, EdgeNet.Model.Shape.MaxRank), (StoredType)table.UInt8(1), table.UInt32(2), name.Length > 0 ? name : $"tensor{index}",
            table.Table(4) is FlatTable quantization ? QuantizationParameters.Read(quantization) : null,
            table.Bool(5), table.Has(6));
    }
}

internal sealed record QuantizationParameters(float[] Scale, long[] ZeroPoint, bool HasDetails, int Dimension)
{
    public static QuantizationParameters Read(FlatTable table) =>
        new(table.Singles(2, int.MaxValue), table.Int64s(3, int.MaxValue), table.UInt8(4) != 0, table.Int32(6));
}

internal sealed record Operator(
    int Index, uint Code, int[] Inputs, int[] Outputs, BuiltinOptions OptionsType, FlatTable? Options, ReadOnlyMemory<byte> CustomOptions)
{
    public static Operator Read(FlatTable table, int index) => new(
        index, table.UInt32(0), table.Int32s(1, Limits.Operands), table.Int32s(2, Limits.Operands),
        (BuiltinOptions)table.UInt8(3), table.Table(4), table.Bytes(5));
}

internal enum SchemaPadding : byte { SAME, VALID }

internal enum FusedActivation : byte { NONE, RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT }

/// <summary>The members of the union of options that mappings read.</summary>
internal enum BuiltinOptions : byte
{
    None = 0, Conv2D = 1, DepthwiseConv2D = 2, Pool2D = 5, FullyConnected = 8, Softmax = 9, Concatenation = 10, Add = 11, L2Norm = 12,
    ResizeBilinear = 15, Reshape = 17, SpaceToDepth = 19, Mul = 21, Gather = 23, Reducer = 27, Sub = 28, Div = 29, Squeeze = 30,
    StridedSlice = 32, TransposeConv = 49, Shape = 55, Pack = 59, Unpack = 64, ResizeNearestNeighbor = 74, LeakyRelu = 75,
    MirrorPad = 77, DepthToSpace = 94, Gelu = 116,
}
