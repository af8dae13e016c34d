using System.Diagnostics;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Google.Protobuf;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Tests.Onnx;

public sealed class OnnxImporterTests
{
    [Theory]
    [InlineData(7, true)]
    [InlineData(21, true)]
    [InlineData(22, false)]
    [InlineData(0, false)]
    public void Operator_sets_are_read_within_limits(int opset, bool reads)
    {
        ModelWriter model = new ModelWriter(opset).Input("x", 2).Node("Relu", "x", "y").Output("y");

        if (reads) Assert.Single(model.Import().Nodes);
        else Assert.Contains("7 to 21", Assert.Throws<ModelFormatException>(() => model.Import()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_that_has_changed_since_an_old_set_is_refused() =>
        Assert.Throws<UnsupportedOperatorException>(() => new ModelWriter(5).Input("x", 2).Node("Cast", "x", "y", ("to", "FLOAT")).Output("y").Import());

    [Fact]
    public void An_unknown_operator_is_named_with_its_node_and_advice()
    {
        var error = Assert.Throws<UnsupportedOperatorException>(() => new ModelWriter().Input("x", 2).Node("LSTM", "x", "y").Named("layer7").Output("y").Import());

        Assert.Equal(("LSTM", "layer7"), (error.Operator, error.Node));
        Assert.Equal("operator LSTM (node 'layer7') is not supported: recurrent layers are not read; export the cell as elementary operators", error.Message);
    }

    [Fact]
    public void An_operator_of_another_domain_is_named_with_its_domain()
    {
        var error = Assert.Throws<UnsupportedOperatorException>(() => new ModelWriter().Input("x", 2).Node("my.domain.Relu", "x", "y").Output("y").Import());

        Assert.Equal("my.domain.Relu", error.Operator);
    }

    [Fact]
    public void Nodes_that_no_output_needs_may_be_anything() =>
        Assert.Single(new ModelWriter().Input("x", 2).Node("LSTM", "x", "z").Node("Relu", "x", "y").Output("y").Import().Nodes);

    [Fact]
    public void Nodes_out_of_order_are_sorted() => Assert.Equal(["Relu", "Abs"],
        new ModelWriter().Input("x", 2).Node("Abs", "a", "y").Node("Relu", "x", "a").Output("y").Import().Nodes.Select(node => node.Op.Name));

    [Fact]
    public void Broken_graphs_are_refused_by_name()
    {
        Refuses("'b'", new ModelWriter().Input("x", 2).Node("Add", "x,a", "b").Named("b").Node("Relu", "b", "a").Output("a"));
        Refuses("'nowhere'", new ModelWriter().Input("x", 2).Node("Add", "x,nowhere", "y").Output("y"));
        Refuses("'y'", new ModelWriter().Input("x", 2).Node("Relu", "x", "y").Node("Abs", "x", "y").Output("y"));
        Refuses("'x'", new ModelWriter().Input("x", 2).Node("Relu", "x", "x").Output("x"));
        Refuses("'y'", new ModelWriter().Input("x", 2).Output("y"));
        Refuses("'x'", new ModelWriter().Input("x", 2).Input("x", 2).Node("Relu", "x", "y").Output("y"));
        Refuses("'w'", new ModelWriter().Input("x", 2).Weights("w", 2).Weights("w", 2).Node("Add", "x,w", "y").Output("y"));
        Refuses("no output", new ModelWriter().Input("x", 2));

        static void Refuses(string name, ModelWriter model) =>
            Assert.Contains(name, Assert.Throws<ModelFormatException>(() => model.Import()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_does_not_fit_is_refused_with_the_node() => Assert.Contains("'sum'", Assert.Throws<ShapeException>(
        () => new ModelWriter().Input("x", 2).Input("z", 3).Node("Add", "x,z", "y").Named("sum").Output("y").Import()).Message, StringComparison.Ordinal);

    [Fact]
    public void Data_outside_the_file_is_refused()
    {
        ModelWriter model = new ModelWriter().Input("x", 2).Weights("w", 2).Node("Add", "x,w", "y").Output("y");
        TensorProto weights = model.Proto.Graph.Initializer[0];
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });

        string message = Assert.Throws<ModelFormatException>(() => model.Import()).Message;

        Assert.Contains("'w'", message, StringComparison.Ordinal);
        Assert.Contains("weights.bin", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_dimensions_are_bound()
    {
        ModelWriter Model() => new ModelWriter().OpenInput("x", "N", 3, "height", "").Node("Relu", "x", "y").Output("y");
        var dimensions = new Dictionary<string, int> { ["height"] = 4, ["x[3]"] = 5 };

        Assert.Equal(new Shape([1, 3, 4, 5]), Model().Import(new ImportOptions { Dimensions = dimensions }).Inputs[0].Type.Shape);
        Assert.Equal(8, Model().Import(new ImportOptions { Dimensions = dimensions, BatchSize = 8 }).Inputs[0].Type.Shape[0]);
        string message = Assert.Throws<ModelFormatException>(() => Model().Import()).Message;
        Assert.Contains("'height'", message, StringComparison.Ordinal);
        Assert.Contains("ImportOptions.Dimensions[\"height\"]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_comes_at_run_time_is_refused_unless_it_is_fixed()
    {
        ModelWriter model = new ModelWriter().Input("x", 6).Input("shape", DataType.Int64, 2).Node("Reshape", "x,shape", "y").Output("y");

        Assert.Contains("'shape'", Assert.Throws<UnsupportedOperatorException>(() => model.Import()).Message, StringComparison.Ordinal);
        Graph graph = model.Import(new ImportOptions { FixedInputs = new Dictionary<string, Constant> { ["shape"] = Constant.Of<long>(2, 3) } });
        Assert.Equal(["x"], graph.Inputs.Select(input => input.Name));
        Assert.Equal(new Shape([2, 3]), graph.Outputs[0].Value.Type.Shape);
    }

    [Fact]
    public void Initializers_that_are_listed_as_inputs_are_constants()
    {
        Graph graph = new ModelWriter().Input("x", 2).Input("w", 2).Weights("w", 2).Node("Add", "x,w", "y").Output("y").Import();

        Assert.Equal(["x"], graph.Inputs.Select(input => input.Name));
        Assert.Equal("tests", Assert.Single(graph.Card.Provenance!.Value));
    }

    [Fact]
    public void Outputs_may_be_inputs_or_constants()
    {
        Graph graph = new ModelWriter().Input("x", 2).Weights("w", 3).Output("x", "w").Import();

        Assert.Same(graph.Inputs[0], graph.Outputs[0].Value);
        Assert.Equal([0f, 1, 2], graph.Outputs[1].Value.Constant!.ToArray<float>());
    }

    [Fact]
    public void Every_numeric_type_is_widened_to_one_of_ours()
    {
        AssertReads<double, float>([1.5, -2], [1.5f, -2]);
        AssertReads<Half, float>([(Half)0.5f, (Half)(-3)], [0.5f, -3]);
        AssertReads<short, int>([-5, 7], [-5, 7]);
        AssertReads<ushort, int>([65535, 7], [65535, 7]);
        AssertReads<uint, long>([uint.MaxValue, 7], [uint.MaxValue, 7]);
        AssertReads<ulong, long>([ulong.MaxValue, 7], [long.MaxValue, 7]);
        AssertReads<sbyte, sbyte>([-5, 7], [-5, 7]);
        AssertReads<byte, byte>([250, 7], [250, 7]);
        AssertReads<bool, bool>([true, false], [true, false]);

        static void AssertReads<TOnnx, T>(TOnnx[] elements, T[] expected) where TOnnx : unmanaged where T : unmanaged =>
            Assert.Equal(expected, OnnxTensors.Read(ModelWriter.Tensor("t", [elements.Length], elements), "t").ToArray<T>());
    }

    [Fact]
    public void Lists_of_elements_are_read_like_raw_bytes()
    {
        var halves = new TensorProto { DataType = (int)DataType.Float16 };
        halves.Dims.Add(2);
        halves.Int32Data.AddRange([0x3C00, 0xC000]);
        var brains = new TensorProto { DataType = (int)DataType.Bfloat16, RawData = ByteString.CopyFrom(0x80, 0x3F) };

        Assert.Equal([1f, -2f], OnnxTensors.Read(halves, "t").ToArray<float>());
        Assert.Equal([1f], OnnxTensors.Read(brains, "t").ToArray<float>());
    }

    [Fact]
    public void A_tensor_that_claims_more_than_is_there_costs_nothing()
    {
        ModelWriter model = new ModelWriter().Input("x", 2).Constant("w", [1 << 20, 1 << 9], 1f).Node("Add", "x,w", "y").Output("y");
        byte[] bytes = model.Bytes();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ModelFormatException>(() => OnnxImporter.Read(bytes));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("ConstantOfShape", "s")]
    [InlineData("Expand", "c,s")]
    public void A_constant_that_grows_is_not_written_out(string op, string inputs)
    {
        ModelWriter model = new ModelWriter().Constant("s", [2], 1L << 14, 1L << 14).Constant("c", [1], 1f).Node(op, inputs, "y").Output("y");
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.IsType<Expand>(Assert.Single(model.Import().Nodes).Op);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void A_range_beyond_the_budget_is_refused() => Assert.Contains("FoldingBytes", Assert.Throws<ModelFormatException>(
        () => new ModelWriter().Constant("a", [], 0L).Constant("b", [], 1L << 28).Constant("c", [], 1L).Node("Range", "a,b,c", "y").Output("y").Import()).Message, StringComparison.Ordinal);

    [Fact]
    public void One_constant_that_is_used_over_and_over_costs_no_more_than_the_budget()
    {
        ModelWriter model = new ModelWriter().Constant("w", [1 << 20], new byte[1 << 20]).Constant("s", [], 0.5f);
        for (int i = 0; i < 200; i++) model.Node("DequantizeLinear", "w,s", $"y{i}").Output($"y{i}");

        Assert.Contains("FoldingBytes", Assert.Throws<ModelFormatException>(() => model.Import()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bias_for_outputs_that_have_no_weights_is_not_written_out()
    {
        ModelWriter model = new ModelWriter().Input("x", 1, 0).Constant("w", [0, 1 << 29], Array.Empty<float>()).Constant("c", [1], 1f).Node("Gemm", "x,w,c", "y").Output("y");

        Assert.Throws<ModelFormatException>(() => model.Import());
    }

    [Fact]
    public void Limits_are_stated()
    {
        ModelWriter model = new ModelWriter().Input("x", 2).Node("Relu", "x", "a").Node("Relu", "a", "y").Output("y");

        Assert.Contains("MaxNodes", Assert.Throws<ModelFormatException>(() => model.Import(new ImportOptions { MaxNodes = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("MaxFileBytes", Assert.Throws<ModelFormatException>(() => model.Import(new ImportOptions { MaxFileBytes = 9 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_refused_and_nothing_else()
    {
        byte[] good = new ModelWriter().Input("x", 1, 2, 5, 5).Weights("w", 3, 2, 3, 3).Constant("s", [2], 1L, -1L).Constant("q", [], 0.5f).Constant("z", [], (byte)3)
            .Node("Conv", "x,w", "c", ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 2 })).Node("QuantizeLinear", "c,q,z", "d").Node("DequantizeLinear", "d,q,z", "e")
            .Node("Reshape", "e,s", "f").Node("Split", "f", "g,h,i", ("axis", 1)).Node("Concat", "g,h,i", "j", ("axis", 1)).Node("Softmax", "j", "k", ("axis", 1))
            .Node("Shape", "k", "l").Node("Expand", "k,l", "m").Node("Slice", "m,l,l", "n").Output("k", "m", "n").Bytes();
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        const int Files = 4000;
        for (int file = 0; file < Files; file++)
        {
            byte[] bad = [.. good];
            for (int change = random.Next(1, 5); change > 0; change--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            if (file % 4 == 0) bad = bad[..random.Next(bad.Length)];
            try
            {
                OnnxImporter.Read(bad);
            }
            catch (ModelException)
            {
                // As it should be; any other error fails the test.
            }
        }
        Assert.True(watch.ElapsedMilliseconds < Files * 20, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] nested = [];
        // model { graph { node { attribute { g { node { … without end, from the inside out.
        foreach (int field in Enumerable.Repeat<int[]>([6, 5, 1], 700).SelectMany(fields => fields).Append(7))
        {
            using var stream = new MemoryStream();
            using var writer = new CodedOutputStream(stream);
            writer.WriteTag(field, WireFormat.WireType.LengthDelimited);
            writer.WriteBytes(ByteString.CopyFrom(nested));
            writer.Flush();
            nested = stream.ToArray();
        }

        Assert.Throws<ModelFormatException>(() => OnnxImporter.Read(nested));
    }
}
