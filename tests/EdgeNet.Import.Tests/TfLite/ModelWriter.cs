using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeNet.Import.Tests.TfLite;

/// <summary>
/// A FlatBuffer writer that appends: a table is laid out after those who refer to it, because offsets point forwards. Objects
/// are trees of <see cref="Table"/>s; what they refer to is written behind them, and the offset is filled in then.
/// </summary>
internal static class FlatBufferWriter
{
    public static byte[] Write(Table root, string identifier)
    {
        var bytes = new List<byte>(new byte[8]);
        for (int i = 0; i < 4; i++) bytes[4 + i] = (byte)identifier[i];
        Patch(bytes, 0, WriteObject(bytes, root));
        return [.. bytes];
    }

    private static int WriteObject(List<byte> bytes, object value) => value switch
    {
        Table table => WriteTable(bytes, table),
        string text => WriteVector(bytes, Encoding.UTF8.GetBytes(text), text.Length),
        byte[] data => WriteVector(bytes, data, data.Length),
        int[] numbers => WriteVector(bytes, MemoryMarshal.AsBytes(numbers.AsSpan()), numbers.Length),
        long[] numbers => WriteVector(bytes, MemoryMarshal.AsBytes(numbers.AsSpan()), numbers.Length),
        float[] numbers => WriteVector(bytes, MemoryMarshal.AsBytes(numbers.AsSpan()), numbers.Length),
        Table[] tables => WriteTables(bytes, tables),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static int WriteTable(List<byte> bytes, Table table)
    {
        Align(bytes, 8);
        int fields = table.Fields.Count == 0 ? 0 : table.Fields.Keys.Max() + 1;
        int vtable = bytes.Count;
        bytes.AddRange(new byte[4 + 2 * fields]);
        Align(bytes, 8);
        int start = bytes.Count;
        bytes.AddRange(new byte[4]);
        Patch(bytes, start, start - vtable, relative: false);
        var offsets = new List<(int At, object Value)>();
        foreach ((int field, object value) in table.Fields)
        {
            int size = value switch { byte or bool => 1, int or uint or float => 4, ulong => 8, _ => 4 };
            Align(bytes, size);
            int at = bytes.Count;
            bytes.AddRange(new byte[size]);
            Span<byte> place = CollectionsMarshal.AsSpan(bytes)[at..];
            switch (value)
            {
                case byte x: place[0] = x; break;
                case bool x: place[0] = x ? (byte)1 : (byte)0; break;
                case int x: BinaryPrimitives.WriteInt32LittleEndian(place, x); break;
                case uint x: BinaryPrimitives.WriteUInt32LittleEndian(place, x); break;
                case float x: BinaryPrimitives.WriteSingleLittleEndian(place, x); break;
                case ulong x: BinaryPrimitives.WriteUInt64LittleEndian(place, x); break;
                default: offsets.Add((at, value)); break;
            }
            BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(bytes)[(vtable + 4 + 2 * field)..], (ushort)(at - start));
        }
        BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(bytes)[vtable..], (ushort)(4 + 2 * fields));
        BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(bytes)[(vtable + 2)..], (ushort)(bytes.Count - start));
        foreach ((int at, object value) in offsets) Patch(bytes, at, WriteObject(bytes, value));
        return start;
    }

    private static int WriteTables(List<byte> bytes, Table[] tables)
    {
        Align(bytes, 4);
        int start = bytes.Count;
        bytes.AddRange(new byte[4 + 4 * tables.Length]);
        Patch(bytes, start, tables.Length, relative: false);
        // A table that stands several times in the list is written once.
        var written = new Dictionary<Table, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < tables.Length; i++)
        {
            if (!written.TryGetValue(tables[i], out int target)) written[tables[i]] = target = WriteTable(bytes, tables[i]);
            Patch(bytes, start + 4 + 4 * i, target);
        }
        return start;
    }

    private static int WriteVector(List<byte> bytes, ReadOnlySpan<byte> data, int count)
    {
        // Aligned so that the elements, after the length, lie on 8 bytes.
        while (bytes.Count % 8 != 4) bytes.Add(0);
        int start = bytes.Count;
        bytes.AddRange(new byte[4]);
        Patch(bytes, start, count, relative: false);
        bytes.AddRange(data);
        bytes.Add(0);
        return start;
    }

    private static void Patch(List<byte> bytes, int at, int value, bool relative = true) =>
        BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(bytes)[at..], relative ? value - at : value);

    private static void Align(List<byte> bytes, int alignment)
    {
        while (bytes.Count % alignment != 0) bytes.Add(0);
    }
}

/// <summary>Fields by number: byte, bool, int, uint, float, ulong, or something that is referred to.</summary>
internal sealed class Table
{
    public SortedDictionary<int, object> Fields { get; } = [];

    public object this[int field] { set => Fields[field] = value; }

    public static Table Of(params (int Field, object Value)[] fields)
    {
        var table = new Table();
        foreach ((int field, object value) in fields) table[field] = value;
        return table;
    }
}

/// <summary>Small TFLite models, tensor by tensor and operator by operator.</summary>
internal sealed class ModelWriter
{
    public const byte F32 = 0, F16 = 1, I32 = 2, U8 = 3, I64 = 4, Bool = 6, I16 = 7, I8 = 9;

    private readonly List<Table> _tensors = [], _operators = [], _codes = [], _buffers = [new()];
    private readonly List<int> _inputs = [], _outputs = [];

    public uint Version { get; set; } = 3;
    public string Description { get; set; } = "";
    public int SubGraphs { get; set; } = 1;

    public int Tensor(string name, byte type, int[] shape, Table? quantization = null, byte[]? data = null, params (int, object)[] more)
    {
        Table tensor = Table.Of([(0, shape), (1, type), (3, name), .. more]);
        if (quantization is not null) tensor[4] = quantization;
        if (data is not null)
        {
            tensor[2] = (uint)_buffers.Count;
            _buffers.Add(Table.Of((0, data)));
        }
        _tensors.Add(tensor);
        return _tensors.Count - 1;
    }

    /// <summary>A tensor whose data lie behind the FlatBuffer, as in files beyond 2 GB.</summary>
    public int TensorBehind(string name, byte type, int[] shape, ulong offset, ulong size)
    {
        int tensor = Tensor(name, type, shape, null, []);
        _buffers[^1] = Table.Of((1, offset), (2, size));
        return tensor;
    }

    public int Input(string name, byte type, int[] shape, Table? quantization = null)
    {
        _inputs.Add(Tensor(name, type, shape, quantization));
        return _inputs[^1];
    }

    public int Floats(int[] shape, params float[] values) =>
        Tensor($"floats{_tensors.Count}", F32, shape, null, MemoryMarshal.AsBytes(Filled(shape, values).AsSpan()).ToArray());

    public int Ints(params int[] values) => Tensor($"ints{_tensors.Count}", I32, [values.Length], null, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public int Int(int value) => Tensor($"int{_tensors.Count}", I32, [], null, MemoryMarshal.AsBytes(new[] { value }.AsSpan()).ToArray());

    public int Pairs(params int[] values) => Tensor($"pairs{_tensors.Count}", I32, [values.Length / 2, 2], null, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public int Output(string name, byte type = F32, Table? quantization = null)
    {
        _outputs.Add(Tensor(name, type, [], quantization));
        return _outputs[^1];
    }

    public static Table Quantized(float scale, long zeroPoint) => Table.Of((2, new[] { scale }), (3, new[] { zeroPoint }));

    public static Table PerChannel(float[] scales, int axis) => Table.Of((2, scales), (3, new long[scales.Length]), (6, axis));

    public void Operator(int code, int[] inputs, int[] outputs, byte optionsType = 0, Table? options = null, string? custom = null, byte[]? customOptions = null)
    {
        Table opcode = Table.Of((0, (byte)Math.Min(code, 127)), (3, code));
        if (custom is not null) opcode[1] = custom;
        _codes.Add(opcode);
        Table op = Table.Of((0, (uint)(_codes.Count - 1)), (1, inputs), (2, outputs), (3, optionsType));
        if (options is not null) op[4] = options;
        if (customOptions is not null) op[5] = customOptions;
        _operators.Add(op);
    }

    public byte[] ToArray()
    {
        Table graph = Table.Of((0, _tensors.ToArray()), (1, _inputs.ToArray()), (2, _outputs.ToArray()), (3, _operators.ToArray()));
        return FlatBufferWriter.Write(Table.Of(
            (0, Version), (1, _codes.ToArray()), (2, Enumerable.Repeat(graph, SubGraphs).ToArray()), (3, Description), (4, _buffers.ToArray())), "TFL3");
    }

    private static float[] Filled(int[] shape, float[] values)
    {
        int count = shape.Aggregate(1, (product, extent) => product * extent);
        return values.Length == count ? values : [.. Enumerable.Range(0, count).Select(i => 0.25f * i)];
    }
}

/// <summary>A FlexBuffer map of numbers, 4 bytes wide.</summary>
internal static class FlexMapWriter
{
    public static byte[] Write(params (string Key, object Value)[] entries)
    {
        entries = [.. entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
        var bytes = new List<byte>();
        int[] keys = [.. entries.Select(entry => { int at = bytes.Count; bytes.AddRange(Encoding.UTF8.GetBytes(entry.Key)); bytes.Add(0); return at; })];
        while (bytes.Count % 4 != 0) bytes.Add(0);
        Add(bytes, entries.Length);
        int keyVector = bytes.Count;
        foreach (int key in keys) Add(bytes, bytes.Count - key);
        Add(bytes, bytes.Count - keyVector);
        Add(bytes, 4);
        Add(bytes, entries.Length);
        int map = bytes.Count;
        foreach ((_, object value) in entries) Add(bytes, value is float number ? BitConverter.SingleToInt32Bits(number) : Convert.ToInt32(value));
        foreach ((_, object value) in entries) bytes.Add((byte)((value is float ? 3 : value is bool ? 26 : 1) << 2 | 2));
        while (bytes.Count % 4 != 0) bytes.Add(0);
        Add(bytes, bytes.Count - map);
        bytes.Add(9 << 2 | 2);
        bytes.Add(4);
        return [.. bytes];
    }

    private static void Add(List<byte> bytes, int number) => bytes.AddRange(BitConverter.GetBytes(number));
}
