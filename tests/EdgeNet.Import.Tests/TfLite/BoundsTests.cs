using System.Diagnostics;
using EdgeNet.Import.TfLite;
using EdgeNet.Model;
using static EdgeNet.Import.Tests.TfLite.ModelWriter;

namespace EdgeNet.Import.Tests.TfLite;

/// <summary>Bytes that are no model, or one that is not supported: typed errors, quickly, within bounded memory.</summary>
public sealed class BoundsTests
{
    private static byte[] Small()
    {
        var m = new ModelWriter { Description = "d" };
        int x = m.Input("x", U8, [1, 4, 4, 1], Quantized(0.5f, 128));
        int t = m.Tensor("t", U8, [1, 2, 2, 2], Quantized(0.1f, 3));
        int f = m.Tensor("f", F32, [1, 2, 2, 2]);
        m.Operator(3, [x, m.Tensor("w", U8, [2, 3, 3, 1], Quantized(0.25f, 100), new byte[18]), m.Tensor("b", I32, [2], null, new byte[8])], [t], 1, Table.Of((0, (byte)1), (1, 1), (2, 1), (3, (byte)3)));
        m.Operator(6, [t], [f]);
        m.Operator(45, [f, m.Ints(0, 0, 0, 0), m.Ints(1, 2, 1, 2), m.Ints(1, 1, 1, 1)], [m.Output("y")], 32, Table.Of((4, 1), (0, 2)));
        return m.ToArray();
    }

    private static byte[] Detector()
    {
        var m = new ModelWriter();
        m.Operator(32, [m.Input("b", F32, [1, 2, 4]), m.Input("s", F32, [1, 2, 3]), m.Floats([2, 4])], [m.Output("boxes"), m.Output("classes"), m.Output("scores"), m.Output("count")],
            custom: "TFLite_Detection_PostProcess", customOptions: OperatorTests.DetectionOptions);
        return m.ToArray();
    }

    /// <summary>A graph or a model error; never slow, never large. A busy machine gets a second chance.</summary>
    private static bool Survives(byte[] bytes)
    {
        (bool read, TimeSpan elapsed) = Measured(bytes);
        if (elapsed.TotalSeconds > 1) elapsed = Measured(bytes).Elapsed;
        Assert.InRange(elapsed.TotalSeconds, 0, 1);
        return read;
    }

    private static (bool Read, TimeSpan Elapsed) Measured(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        bool read;
        try
        {
            TfLiteImporter.Read(bytes);
            read = true;
        }
        catch (ModelException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            read = false;
        }
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (64L << 20) + 4L * bytes.Length);
        return (read, elapsed);
    }

    [Fact]
    public void TruncationAtEveryLength()
    {
        foreach (byte[] model in new[] { Small(), Detector() })
        {
            Assert.True(Survives(model));
            for (int length = 0; length < model.Length; length++) Survives(model[..length]);
        }
    }

    [Fact]
    public void EveryByteChanged()
    {
        foreach (byte[] model in new[] { Small(), Detector() })
        {
            for (int at = 0; at < model.Length; at++)
            {
                foreach (byte flip in (byte[])[0x01, 0x02, 0x04, 0x10, 0x80, 0xFF])
                {
                    byte[] changed = [.. model];
                    changed[at] ^= flip;
                    Survives(changed);
                }
            }
        }
    }

    [Fact]
    public void RandomChangesToEveryOperator()
    {
        var random = new Random(1);
        foreach (byte[] model in OperatorTests.Models)
        {
            for (int trial = 0; trial < 400; trial++)
            {
                byte[] changed = [.. model];
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    int at = random.Next(changed.Length);
                    changed[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(changed[at] + 1), _ => 0xFF };
                }
                Survives(changed);
            }
        }
    }

    [Fact]
    public void OneTableUsedManyTimes()
    {
        // A vector of a quarter million offsets to one operator code with a long name, and one to tensors of long shapes.
        Table code = Table.Of((1, new string('x', 60000)));
        byte[] codes = FlatBufferWriter.Write(Table.Of((0, 3u), (1, Enumerable.Repeat(code, 4000).ToArray()), (2, new[] { new Table() })), "TFL3");
        Assert.False(Survives(codes));

        Table tensor = Table.Of((0, new[] { 1, 1, 1, 1, 1, 1, 1, 1 }), (3, "t"), (4, Table.Of((2, new float[4096]), (3, new long[4096]))));
        byte[] tensors = FlatBufferWriter.Write(Table.Of((0, 3u), (2, new[] { Table.Of((0, Enumerable.Repeat(tensor, 60000).ToArray())) })), "TFL3");
        Assert.False(Survives(tensors));

        Table op = Table.Of((1, new int[4000]), (2, new int[4000]));
        byte[] operators = FlatBufferWriter.Write(Table.Of((0, 3u), (2, new[] { Table.Of((3, Enumerable.Repeat(op, 30000).ToArray())) })), "TFL3");
        Assert.False(Survives(operators));
    }

    [Fact]
    public void LargestCountsOfEverything()
    {
        var tensor = new Table();
        byte[] tensors = FlatBufferWriter.Write(Table.Of((0, 3u), (2, new[] { Table.Of((0, Enumerable.Repeat(tensor, 65536).ToArray())) }), (4, Enumerable.Repeat(new Table(), 65536).ToArray())), "TFL3");
        Assert.False(Survives(tensors));

        var m = new ModelWriter();
        int x = m.Input("x", F32, [1]);
        for (int i = 0; i < 4000; i++) m.Operator(0, [x, x], [x = i == 3999 ? m.Output("y") : m.Tensor($"t{i}", F32, [1])]);
        Assert.True(Survives(m.ToArray()));
    }

    [Fact]
    public void UnknownOperatorsAreNamedWithAdvice()
    {
        var m = new ModelWriter();
        int x = m.Input("x", F32, [1]);
        m.Operator(19, [x], [x = m.Tensor("h", F32, [1])]);
        m.Operator(16, [x], [m.Output("cell/out")]);
        var e = Assert.Throws<UnsupportedOperatorException>(() => TfLiteImporter.Read(m.ToArray()));
        Assert.Equal(("LSTM", "1: cell/out"), (e.Operator, e.Node));
        Assert.Equal("operator LSTM (node '1: cell/out') is not supported: recurrent layers are not supported; unroll them into FULLY_CONNECTED and elementwise operators", e.Message);
    }

    [Theory]
    [InlineData(119, "WHILE", "control flow")]
    [InlineData(142, "VAR_HANDLE", "state")]
    [InlineData(124, "DENSIFY", "sparsity")]
    [InlineData(190, "BUILTIN_190", "cut the model")]
    public void UnsupportedOperators(int code, string name, string advice)
    {
        var m = new ModelWriter();
        m.Operator(code, [m.Input("x", F32, [1])], [m.Output("y")]);
        var e = Assert.Throws<UnsupportedOperatorException>(() => TfLiteImporter.Read(m.ToArray()));
        Assert.Equal(name, e.Operator);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnsupportedForms()
    {
        Refuses("CUSTOM MyOp", m => m.Operator(32, [m.Input("x", F32, [1])], [m.Output("y")], custom: "MyOp"));
        Refuses("SUBGRAPH", m =>
        {
            m.SubGraphs = 2;
            m.Operator(19, [m.Input("x", F32, [1])], [m.Output("y")]);
        });
        Refuses("tensor of INT16", m => m.Operator(19, [m.Input("x", I16, [1], Quantized(1, 0))], [m.Output("y", I16)]));
        Refuses("tensor of INT8", m => m.Operator(19, [m.Input("x", I8, [2], PerChannel([1, 2], 0))], [m.Output("y", I8, Quantized(1, 0))]));
        Refuses("tensor of FLOAT32", m => m.Operator(0, [m.Input("x", F32, [1]), m.Tensor("s", F32, [1], null, new byte[4], (6, new Table()))], [m.Output("y")]));
        Refuses("VARIABLE", m => m.Operator(0, [m.Input("x", F32, [1]), m.Tensor("v", F32, [1], null, null, (5, true))], [m.Output("y")]));
        Refuses("RESHAPE", m => m.Operator(22, [m.Input("x", F32, [1]), m.Input("shape", I32, [1])], [m.Output("y")]));
    }

    [Fact]
    public void DataBehindTheFlatBuffer()
    {
        const int place = 4096;
        foreach (ulong size in (ulong[])[8, 9, ulong.MaxValue])
        {
            var m = new ModelWriter();
            m.Operator(0, [m.Input("x", F32, [2]), m.TensorBehind("c", F32, [2], place, size)], [m.Output("y")]);
            byte[] bytes = m.ToArray();
            Array.Resize(ref bytes, place + 8);
            BitConverter.GetBytes(1.5f).CopyTo(bytes, place + 4);
            Assert.Equal(size == 8, Survives(bytes));
            if (size == 8) Assert.Equal([0, 1.5f], TfLiteImporter.Read(bytes).Nodes[0].Inputs[1].Constant!.ToArray<float>());
        }
    }

    [Fact]
    public void WhatIsWrongIsSaid()
    {
        Assert.Contains("byte 4: file identifier", Assert.Throws<ModelFormatException>(() => TfLiteImporter.Read(new byte[64])).Message, StringComparison.Ordinal);
        Assert.Contains("expected at least 8", Assert.Throws<ModelFormatException>(() => TfLiteImporter.Read(ReadOnlyMemory<byte>.Empty)).Message, StringComparison.Ordinal);
        Fails("schema version 2", m => m.Version = 2);
        Fails("tensor 'c': 4 bytes for a constant", m => m.Operator(0, [m.Input("x", F32, [3]), m.Tensor("c", F32, [3], null, new byte[4])], [m.Output("y")]));
        Fails("read before", m => m.Operator(19, [m.Tensor("c", F32, [3])], [m.Output("y")]));
        Fails("has a value already", m => m.Operator(19, [m.Input("x", F32, [3])], [0]));
        Fails("expected Conv2D", m => m.Operator(3, [m.Input("x", F32, [1, 3, 3, 1]), m.Floats([1, 1, 1, 1])], [m.Output("y")], 5, Table.Of((1, 1), (2, 1))));
        Fails("strides [0, 0]", m => m.Operator(3, [m.Input("x", F32, [1, 3, 3, 1]), m.Floats([1, 1, 1, 1])], [m.Output("y")], 1, Table.Of()));
        Fails("lack 'max_detections'", m => m.Operator(32, [m.Input("x", F32, [1, 2, 4])], [m.Output("y")], custom: "TFLite_Detection_PostProcess", customOptions: FlexMapWriter.Write(("a", 1))));
        Fails("FlexBuffer", m => m.Operator(32, [m.Input("x", F32, [1, 2, 4])], [m.Output("y")], custom: "TFLite_Detection_PostProcess"));
    }

    private static void Refuses(string op, Action<ModelWriter> build)
    {
        var m = new ModelWriter();
        build(m);
        Assert.Equal(op, Assert.Throws<UnsupportedOperatorException>(() => TfLiteImporter.Read(m.ToArray())).Operator);
    }

    private static void Fails(string message, Action<ModelWriter> build)
    {
        var m = new ModelWriter();
        build(m);
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => TfLiteImporter.Read(m.ToArray())).Message, StringComparison.Ordinal);
    }
}
