using System.Buffers.Binary;
using EdgeNet.Import.Tests.TfLite;
using EdgeNet.Import.TfLite;
using EdgeNet.Model;
using static EdgeNet.Import.Tests.TfLite.ModelWriter;

namespace EdgeNet.Import.Tests.Fuzz;

public sealed class TfLiteFuzzTests
{
    private const byte ConvOptions = 1, AddOptions = 11, ReshapeOptions = 17;

    private static readonly byte[][] Files = [Residual(), Codes(), Shapes()];

    private static byte[] Residual()
    {
        var m = new ModelWriter { Description = "residual" };
        int x = m.Input("x", F32, [1, 4, 4, 2]), c = m.Tensor("c", F32, [1, 4, 4, 2]), s = m.Tensor("s", F32, [1, 4, 4, 2]);
        m.Operator(3, [x, m.Floats([2, 3, 3, 2]), m.Floats([2])], [c], ConvOptions, Table.Of((1, 1), (2, 1), (3, (byte)1)));
        m.Operator(0, [x, c], [s], AddOptions, Table.Of((0, (byte)1)));
        m.Operator(40, [s, m.Ints(1, 2)], [m.Output("y")]);
        return m.ToArray();
    }

    private static byte[] Codes()
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [1, 4, 4, 2], Quantized(0.5f, -3)), c = m.Tensor("c", I8, [1, 4, 4, 3], Quantized(0.25f, 7)), t = m.Tensor("t", I8, [1, 48], Quantized(0.25f, 7));
        m.Operator(3, [x, m.Tensor("w", I8, [3, 1, 1, 2], PerChannel([0.1f, 0.2f, 0.3f], 0), new byte[6]), m.Tensor("b", I32, [3], null, new byte[12])], [c], ConvOptions, Table.Of((1, 1), (2, 1)));
        m.Operator(22, [c, m.Ints(1, 48)], [t], ReshapeOptions, Table.Of((0, new[] { 1, 48 })));
        m.Operator(6, [t], [m.Output("y")]);
        return m.ToArray();
    }

    /// <summary>Operators whose parameters are tensors.</summary>
    private static byte[] Shapes()
    {
        var m = new ModelWriter();
        int x = m.Input("x", F32, [2, 3]), p = m.Tensor("p", F32, [4, 3]), t = m.Tensor("t", F32, [3, 4]), g = m.Tensor("g", F32, [6, 4]);
        m.Operator(34, [x, m.Pairs(1, 1, 0, 0)], [p]);
        m.Operator(39, [p, m.Ints(1, 0)], [t]);
        m.Operator(69, [t, m.Ints(2, 1)], [g]);
        m.Operator(65, [g, m.Ints(1, 0), m.Ints(-1, 2)], [m.Output("y")]);
        return m.ToArray();
    }

    private static Graph Read(byte[] bytes) => TfLiteImporter.Read(bytes);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_truncation_gives_a_typed_error_or_a_graph(int file) => Damaged.SurvivesEveryTruncation(Read, Files[file]);

    [Fact]
    public void Every_flipped_byte_gives_a_typed_error_or_a_graph() => Damaged.SurvivesEveryFlip(Read, Files[2]);

    [Fact]
    public void Replaced_words_give_a_typed_error_or_a_graph() => Damaged.SurvivesMutations(Read, 4000, (seed, random) =>
    {
        byte[] bytes = [.. Files[seed % Files.Length]];
        for (int changes = random.Next(1, 3); changes > 0; changes--)
        {
            int at = 4 * random.Next(bytes.Length / 4), old = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            // Offsets count from their own place: some lead to themselves, backwards, to the start or the end of the file, or past it.
            int word = random.Next(10) switch
            {
                0 => 0,
                1 => -at,
                2 => bytes.Length - at,
                3 => bytes.Length - at - 4,
                4 => random.Next(-16, 17),
                5 => random.Next(bytes.Length / 4) * 4 - at,
                6 => int.MaxValue - random.Next(8),
                7 => int.MinValue + random.Next(8),
                8 => 1 << random.Next(31),
                _ => old + random.Next(-8, 9),
            };
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), word);
        }
        return bytes;
    });

    [Fact]
    public void A_tensor_that_claims_a_trillion_elements_costs_nothing()
    {
        var m = new ModelWriter();
        m.Operator(0, [m.Input("x", F32, [1]), m.Tensor("w", F32, [1 << 20, 1 << 20], null, new byte[64])], [m.Output("y")], AddOptions, new Table());
        byte[] bytes = m.ToArray();

        Assert.InRange(Damaged.Allocated(Read, bytes), 0, 1 << 20);
        Assert.ThrowsAny<ModelException>(() => Read(bytes));
    }

    [Theory]
    [InlineData(94)]
    [InlineData(130)]
    public void A_constant_that_grows_to_a_trillion_elements_costs_nothing(int fillOrBroadcast)
    {
        var m = new ModelWriter();
        int shape = m.Ints(1 << 20, 1 << 20), value = m.Floats([1]);
        m.Operator(fillOrBroadcast, fillOrBroadcast == 94 ? [shape, m.Tensor("v", F32, [], null, new byte[4])] : [value, shape], [m.Output("y")]);
        byte[] bytes = m.ToArray();

        Assert.InRange(Damaged.Allocated(Read, bytes), 0, 1 << 20);
        Assert.ThrowsAny<ModelException>(() => Read(bytes));
    }
}
