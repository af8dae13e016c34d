namespace EdgeNet.Compression.Tests;

public class BudgetSearchTests
{
    /// <summary>Bytes grow with the scale, and loss falls.</summary>
    private static Attempt At(double scale, List<double> tried)
    {
        tried.Add(scale);
        return new Attempt(scale, (long)(1000 * scale), 1 / (scale * scale), null!);
    }

    [Fact]
    public void A_recipe_that_cannot_be_turned_is_carried_out_once()
    {
        var tried = new List<double>();
        BudgetSearch.Run(1, null, 2, 1, scale => At(scale, tried), []);
        Assert.Equal([1], tried);
    }

    [Fact]
    public void Without_a_limit_the_recipe_is_carried_out_once()
    {
        var tried = new List<double>();
        (Attempt best, bool met) = BudgetSearch.Run(1, null, null, BudgetSearch.MostAttempts, scale => At(scale, tried), []);
        Assert.Equal([1], tried);
        Assert.True(met);
        Assert.Equal(1000, best.Bytes);
    }

    [Fact]
    public void A_limit_to_the_loss_alone_makes_the_file_smaller_until_it_is_reached()
    {
        var tried = new List<double>();
        (Attempt best, bool met) = BudgetSearch.Run(1, null, 2, BudgetSearch.MostAttempts, scale => At(scale, tried), []);
        Assert.Equal([1, 0.8, 0.64], tried.Select(scale => Math.Round(scale, 3)));
        Assert.True(met);
        Assert.Equal(800, best.Bytes);
    }

    [Fact]
    public void What_lost_too_much_is_tried_softer()
    {
        var tried = new List<double>();
        (Attempt best, bool met) = BudgetSearch.Run(1, null, 0.5, BudgetSearch.MostAttempts, scale => At(scale, tried), []);
        Assert.True(met);
        Assert.True(best.Drop <= 0.5);
        Assert.True(tried.Count <= BudgetSearch.MostAttempts);
    }

    [Fact]
    public void A_limit_of_size_is_never_exceeded_for_quality_and_the_search_says_so()
    {
        (Attempt best, bool met) = BudgetSearch.Run(0.5, 500, 0.1, BudgetSearch.MostAttempts, scale => At(scale, []), []);
        Assert.False(met);
        Assert.Equal(500, best.Bytes);
    }

    [Fact]
    public void What_can_never_be_good_enough_ends_with_the_closest()
    {
        (Attempt best, bool met) = BudgetSearch.Run(1, null, 0.0001, BudgetSearch.MostAttempts, scale => At(scale, []), []);
        Assert.False(met);
        Assert.Equal(Math.Pow(1.25, BudgetSearch.MostAttempts - 1), best.Scale, 1e-9);
    }

    [Fact]
    public void Of_files_that_are_all_too_large_the_smallest_is_closest()
    {
        var remarks = new List<string>();
        (Attempt best, bool met) = BudgetSearch.Run(1, 100, null, BudgetSearch.MostAttempts, scale => At(scale, []), remarks);
        Assert.False(met);
        Assert.Equal(Math.Pow(0.93, BudgetSearch.MostAttempts - 1), best.Scale, 1e-9);
        Assert.Equal(BudgetSearch.MostAttempts, remarks.Count);
    }

    [Fact]
    public void What_was_not_measured_is_not_told()
    {
        var remarks = new List<string>();
        BudgetSearch.Run(1, 950, null, BudgetSearch.MostAttempts, scale => At(scale, []) with { Drop = null }, remarks);
        Assert.Equal(["tried with bits and densities × 1: 1000 bytes", "tried with bits and densities × 0.93: 930 bytes"], remarks);
    }
}
