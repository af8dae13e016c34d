using System.Text;
using System.Text.Json.Nodes;
using EdgeNet.Import.Tests.Passes;
using EdgeNet.Model;
using EdgeNet.Model.Format;

namespace EdgeNet.Import.Tests.Fuzz;

/// <summary>Beyond the damage in the model's own tests: compressed sections, and damage whose checksum is right.</summary>
public sealed class ModelFileFuzzTests
{
    /// <summary>The sections alone may decode to all of the limit (docs/format.md); the header comes on top.</summary>
    private const long HeaderOverhead = 64 << 10;

    private static readonly byte[][] Files = [Sparse(), Skewed(), Shared(AllowedEncodings.Rans), Shared(AllowedEncodings.Lz)];

    /// <summary>Mostly zeros, stored as distances.</summary>
    private static byte[] Sparse()
    {
        byte[] codes = new byte[1024];
        for (int i = 0; i < codes.Length; i += 41) codes[i] = (byte)(1 + i % 5);
        return Network(net => net.Builder.Constant(Constant.AffineCodes([16, 64], codes, Quantization.PerTensor(0.5f, 0))), 64, AllowedEncodings.Sparse);
    }

    /// <summary>Few frequent codes, Huffman-coded; one scale per output.</summary>
    private static byte[] Skewed()
    {
        byte[] codes = [.. Enumerable.Range(0, 512).Select(i => (byte)(1 + int.TrailingZeroCount(i | 256)))];
        return Network(net => net.Builder.Constant(Constant.AffineCodes([4, 128], codes, Quantization.PerChannel([1, 2, 3, 4], 0))), 128, AllowedEncodings.Huffman);
    }

    private static byte[] Shared(AllowedEncodings allowed) =>
        Network(net => net.Builder.Constant(Constant.Codebook([2, 320], Enumerable.Range(0, 640).Select(i => (byte)(i * i % 11 % 3)).ToArray(), [0.1f, 7, -1])), 320, allowed);

    private static byte[] Network(Func<Onnxish, Value> weights, int inputs, AllowedEncodings allowed)
    {
        var net = new Onnxish();
        Value y = net.Do(new Dense(), net.Input("x", 1, inputs), weights(net));
        return ModelFile.Write(net.Build(net.Do(new Softmax(1), net.Do(new Clip(0, 6), y))), allowed);
    }

    private static Graph Read(byte[] bytes) => ModelFile.Read(bytes);

    [Fact]
    public void The_files_use_every_encoding() => Assert.Equal(
        Enum.GetNames<SectionEncoding>().Order(), Files.SelectMany(file => Parts(file).Sections).Select(section => (string)section.Header["encoding"]!).Distinct().Order());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_truncation_gives_a_typed_error_or_a_graph(int file) => Damaged.SurvivesEveryTruncation(Read, Files[file]);

    [Fact]
    public void Every_flipped_byte_gives_a_typed_error_or_a_graph() => Damaged.SurvivesEveryFlip(Read, Files[0]);

    [Fact]
    public void Damage_under_a_right_checksum_gives_a_typed_error_or_a_graph() => Damaged.SurvivesMutations(Read, 2000, (seed, random) =>
    {
        (JsonNode header, List<(JsonObject Header, byte[] Bytes)> sections) = Parts(Files[seed % Files.Length]);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            (JsonObject section, byte[] bytes) = sections[random.Next(sections.Count)];
            switch (random.Next(5))
            {
                case 0:
                    section["encoding"] = Enum.GetNames<SectionEncoding>()[random.Next(5)];
                    break;
                case 1:
                    section["decoded"] = random.Next(3) switch { 0 => random.Next(5000), 1 => ((long?)section["decoded"] ?? 640) + random.Next(-4, 5), _ => 1L << random.Next(33) };
                    break;
                case 2:
                    bytes.AsSpan(random.Next(bytes.Length)).Fill((byte)random.Next(256));
                    break;
                default:
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
            }
        }
        return File(header, sections);
    }, HeaderOverhead);

    [Fact]
    public void Scales_that_fit_no_axis_cost_no_more_than_the_limit()
    {
        (JsonNode header, List<(JsonObject Header, byte[] Bytes)> sections) = Parts(Files[1]);
        byte[] scales = new byte[60 << 20];
        for (int i = 3; i < scales.Length; i += 4096) scales[i] = 0x3F;
        EncodedSection encoded = SectionCodec.SmallestEncoding(4, scales);
        JsonObject section = sections[1].Header;
        section["encoding"] = encoded.Encoding.ToString();
        section["stored"] = encoded.Stored.Length;
        section["decoded"] = scales.Length;
        sections[1] = (section, encoded.Stored.ToArray());

        Assert.False(Damaged.Survives(Read, File(header, sections), "scales of 60 MB", HeaderOverhead));
    }

    private static (JsonNode Header, List<(JsonObject Header, byte[] Bytes)> Sections) Parts(byte[] file)
    {
        JsonNode header = JsonNode.Parse(ModelFile.HeaderText(file))!;
        var sections = new List<(JsonObject, byte[])>();
        foreach (JsonNode? constant in header["constants"]!.AsArray())
        {
            foreach (string name in (string[])["values", "scales", "zeroPoints", "codebook"])
            {
                if (constant![name] is not JsonObject section) continue;
                sections.Add((section, new byte[(int)section["stored"]!]));
            }
        }
        int at = file.Length - sections.Sum(section => section.Item2.Length);
        foreach ((_, byte[] bytes) in sections)
        {
            file.AsSpan(at, bytes.Length).CopyTo(bytes);
            at += bytes.Length;
        }
        return (header, sections);
    }

    private static byte[] File(JsonNode header, List<(JsonObject Header, byte[] Bytes)> sections)
    {
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, Encoding.UTF8.GetBytes(header.ToJsonString()), [.. sections.Select(section => (ReadOnlyMemory<byte>)section.Bytes)]);
        return stream.ToArray();
    }
}
