namespace EdgeNet.Compression.Tests;

public class LedgerTextTests
{
    private static readonly CompressionLedger s_ledger = SampleLedger.Of(TestNetworks.Convolutional(seed: 1));

    [Fact]
    public void The_summary_says_bytes_ratio_and_quality() => Assert.Equal(
        "tiny: 1.72 MB of floats in 27.1 KB, 63.5×; top-1 99.14 % before, 99.09 % after (-0.05 points, 10,000 pictures)",
        LedgerText.Summary(s_ledger with { Sizes = new SizeRecord(1_722_000, 0, 0, 27_104, 0, 0, 0) }));

    [Fact]
    public void The_budget_says_what_was_asked_for_and_whether_it_was_met()
    {
        Assert.Equal("asked for: at most 400,000 bytes, at most 1 point lost; met", LedgerText.Budget(s_ledger));
        Assert.Equal("asked for: at most 0.5 points lost; not met", LedgerText.Budget(s_ledger with { Budget = new BudgetRecord(null, 0.5, false) }));
        Assert.Null(LedgerText.Budget(s_ledger with { Budget = null }));
    }

    [Fact]
    public void Sizes_have_a_column_for_each_form()
    {
        LedgerTable table = LedgerText.Sizes(s_ledger with { Sizes = new SizeRecord(4000, 1000, 800, 100, 110, 120, 0) });
        Assert.Equal(["", ">fp32", ">int8", ">int8+deflate", ">ours", ">ours, Huffman only", ">our codes, deflate", ">our codes, LZ4"], table.Headings.AsEnumerable());
        Assert.Equal(["bytes", "4,000", "1,000", "800", "100", "110", "120", "0"], table.Rows[0].AsEnumerable());
        Assert.Equal(["smaller than fp32", "1.0×", "4.0×", "5.0×", "40.0×", "36.4×", "33.3×", ""], table.Rows[1].AsEnumerable());
    }

    [Fact]
    public void Steps_show_what_each_cost()
    {
        StageRecord[] stages =
        [
            new("original", "as it came", 5000, 100, 100, 12_345, new Quality("AP50", 0.9, 40), 1, 0),
            new("prune", "half", 2500, 50, 100, 12_345, new Quality("AP50", 0.9125, 40), 0.97, 1.5),
            new("int8", "", 1250, 50, 0, 0, null, null, double.NaN),
        ];
        LedgerTable table = LedgerText.Stages(s_ledger with { Stages = [.. stages], Sizes = new SizeRecord(10_000, 0, 0, 0, 0, 0, 0) });
        Assert.Equal(["step", "what", ">bytes", ">ratio", ">non-zero", ">density %", ">MACs", ">AP50 %", ">change", ">agreement %", ">seconds"], table.Headings.AsEnumerable());
        Assert.Equal(["original", "as it came", "5,000", "2.0×", "100", "100.0", "12,345", "90.00", "0.00", "100.00", "0.0"], table.Rows[0].AsEnumerable());
        Assert.Equal(["prune", "half", "2,500", "4.0×", "50", "50.0", "12,345", "91.25", "+1.25", "97.00", "1.5"], table.Rows[1].AsEnumerable());
        Assert.Equal(["int8", "", "1,250", "8.0×", "50", "", "0", "", "", "", "NaN"], table.Rows[2].AsEnumerable());
    }

    [Fact]
    public void Layers_show_bits_before_and_after_coding()
    {
        var layer = new LayerRecord("conv1", "convolution", [8, 3, 3, 3], 216, 54, 15, 864, 248, 4, 54, "codebook, sparse", null, null, []);
        Assert.Equal(
            ["conv1", "convolution", "8×3×3×3", "216", "25.0", "15", "4", "2.00", "864", "248", "54", "codebook, sparse"],
            LedgerText.Layers(s_ledger with { Layers = [layer] }).Rows[0].AsEnumerable());
    }

    [Fact]
    public void Every_row_has_a_cell_for_each_heading() => Assert.All(
        new[] { s_ledger, SampleLedger.Bare }.SelectMany(ledger => new[]
        {
            LedgerText.Sizes(ledger), LedgerText.Stages(ledger), LedgerText.Layers(ledger), LedgerText.Sensitivity(ledger), LedgerText.Retraining(ledger), LedgerText.Promise(ledger),
        }),
        table => Assert.All(table.Rows, row => Assert.Equal(table.Headings.Length, row.Length)));

    [Fact]
    public void Columns_are_aligned_numbers_to_the_right() => Assert.Equal(
        "name   bytes\nconv1     27\nb      1,234\n",
        new LedgerTable("Layers", ["name", ">bytes"], [["conv1", "27"], ["b", "1,234"]]).ToText());

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 KB")]
    [InlineData(99_949, "99.9 KB")]
    [InlineData(99_950, "100 KB")]
    [InlineData(999_499, "999 KB")]
    [InlineData(999_500, "1.00 MB")]
    [InlineData(1_720_000, "1.72 MB")]
    public void Bytes_have_a_unit(long bytes, string text) => Assert.Equal(text, LedgerText.Bytes(bytes));
}
