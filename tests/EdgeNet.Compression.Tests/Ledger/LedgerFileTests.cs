using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeNet.Compression.Tests;

public sealed class LedgerFileTests : IDisposable
{
    private static readonly CompressionLedger s_ledger = SampleLedger.Of(TestNetworks.Convolutional(seed: 1));

    private static readonly JsonSerializerOptions s_plain = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenet-ledgers-");

    private string FilePath => Path.Combine(_folder.FullName, "ledger.json");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => ["whole", "bare"];

    private static CompressionLedger Ledger(string kind) => kind == "whole" ? s_ledger : SampleLedger.Bare;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read_again_numbers_that_are_none_too(string kind)
    {
        LedgerFile.Write(FilePath, Ledger(kind));
        CompressionLedger read = LedgerFile.Read(FilePath);
        Assert.Equal(Described(Ledger(kind)), Described(read));
        Assert.Equal([FilePath], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void The_same_ledger_gives_the_same_bytes() =>
        Assert.Equal(LedgerFile.ToJson(s_ledger), LedgerFile.ToJson(SampleLedger.Of(TestNetworks.Convolutional(seed: 1))));

    [Fact]
    public void Lists_that_are_left_out_are_empty()
    {
        JsonObject json = JsonNode.Parse(LedgerFile.ToJson(s_ledger))!.AsObject();
        foreach (string name in (string[])["sensitivity", "retraining", "remarks", "budget"]) json.Remove(name);
        CompressionLedger read = LedgerFile.Parse(Encoding.UTF8.GetBytes(json.ToJsonString(s_plain)), "ledger.json");
        Assert.Equal((0, 0, 0, null), (read.Sensitivity.Length, read.Retraining.Length, read.Remarks.Length, read.Budget));
    }

    [Fact]
    public void What_follows_from_other_members_is_not_written()
    {
        JsonNode json = JsonNode.Parse(LedgerFile.ToJson(s_ledger))!;
        Assert.Null(json["layers"]![0]!["bits"]);
        Assert.Equal("NaN", (string?)JsonNode.Parse(LedgerFile.ToJson(SampleLedger.Bare))!["stages"]![0]!["quality"]!["value"]);
    }

    [Fact]
    public void A_member_that_is_unknown_missing_twice_there_or_of_another_kind_is_told_in_one_line()
    {
        string json = Encoding.UTF8.GetString(LedgerFile.ToJson(s_ledger));
        Refused(json.Replace("\"model\":", "\"modell\":", StringComparison.Ordinal), "modell");
        Refused(json.Replace("\"model\":\"tiny\",", "", StringComparison.Ordinal), "model");
        Refused(json.Replace("\"model\":", "\"model\":\"a\",\"model\":", StringComparison.Ordinal), "model");
        Refused(json.Replace("\"model\":\"tiny\"", "\"model\":null", StringComparison.Ordinal), "model");
        Refused(json.Replace("\"seed\":7", "\"seed\":\"7x\"", StringComparison.Ordinal), "$.promise.seed");
        Refused(json.Replace("\"float32\":", "\"float32\":1e99,\"x\":", StringComparison.Ordinal), "$.sizes");
        Refused(json[..(json.Length / 2)], "line 1");
        Refused("null", "expected a ledger");
        Refused("[]", "");
        Refused("", "");
        Refused(new string('[', 100_000), "");
        Refused(json.Replace("\"remarks\":[", "\"remarks\":[null,", StringComparison.Ordinal), "remarks");
        Refused(json.Replace("\"stages\":[", "\"stages\":[null,", StringComparison.Ordinal), "stages");
        Refused(json.Replace("\"layers\":[", "\"layers\":[null,", StringComparison.Ordinal), "layers");
    }

    [Fact]
    public void Damaged_ledgers_give_a_ledger_or_one_line_and_what_can_be_read_can_be_shown()
    {
        byte[] whole = LedgerFile.ToJson(s_ledger with { Layers = s_ledger.Layers[..2] });
        var random = new Random(11);
        int read = 0, refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] json = [.. whole];
            for (int changes = random.Next(1, 4); changes > 0; changes--) json[random.Next(json.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"0123456789-.eE\"[]{},:nul"[random.Next(24)];
            CompressionLedger ledger;
            try
            {
                ledger = LedgerFile.Parse(json, "ledger.json");
            }
            catch (CompressionException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
                continue;
            }
            if (read++ < 100) LedgerPage.Page(ledger).Write(Stream.Null);
        }
        Assert.True(read > 20 && refused > 200, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused_before_it_is_read()
    {
        using (FileStream file = File.Create(FilePath)) file.SetLength(LedgerFile.MaxBytes + 1L);
        Assert.Equal($"{FilePath}: larger than 67108864 bytes; expected a ledger", Assert.Throws<CompressionException>(() => LedgerFile.Read(FilePath)).Message);
    }

    private static void Refused(string json, string told)
    {
        string message = Assert.Throws<CompressionException>(() => LedgerFile.Parse(Encoding.UTF8.GetBytes(json), "ledger.json")).Message;
        Assert.StartsWith("ledger.json: ", message, StringComparison.Ordinal);
        Assert.Contains(told, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>Everything, by a writer of its own settings.</summary>
    private static string Described(CompressionLedger ledger) => JsonSerializer.Serialize(ledger, s_plain);
}
