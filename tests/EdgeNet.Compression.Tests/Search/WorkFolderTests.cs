namespace EdgeNet.Compression.Tests;

public sealed class WorkFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenet-work-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Place => Path.Combine(_folder, "model.edgenet.work");

    [Fact]
    public void What_a_run_left_is_there_when_it_goes_on_and_gone_when_it_begins_anew()
    {
        File.WriteAllText(Path.Combine(WorkFolder.Open(Place, "a", resume: false).Attempt(1), "state"), "x");
        Assert.True(File.Exists(Path.Combine(WorkFolder.Open(Place, "a", resume: true).Attempt(1), "state")));
        Assert.False(File.Exists(Path.Combine(WorkFolder.Open(Place, "a", resume: false).Attempt(1), "state")));
    }

    [Fact]
    public void Another_run_does_not_go_on_from_it()
    {
        WorkFolder.Open(Place, "a", resume: false);
        CompressionException e = Assert.Throws<CompressionException>(() => WorkFolder.Open(Place, "b", resume: true));
        Assert.Contains("another run", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Going_on_where_nothing_was_begun_begins() => Assert.True(Directory.Exists(WorkFolder.Open(Place, "a", resume: true).Attempt(1)));

    [Fact]
    public void Another_model_recipe_budget_or_picture_is_another_run()
    {
        string[] identities =
        [
            WorkFolder.IdentityOf(TestNetworks.Convolutional(1), "r", "b", ["p"]), WorkFolder.IdentityOf(TestNetworks.Convolutional(2), "r", "b", ["p"]),
            WorkFolder.IdentityOf(TestNetworks.Convolutional(1), "s", "b", ["p"]), WorkFolder.IdentityOf(TestNetworks.Convolutional(1), "r", "c", ["p"]),
            WorkFolder.IdentityOf(TestNetworks.Convolutional(1), "r", "b", ["q"]),
        ];
        Assert.Equal(5, identities.Distinct().Count());
        Assert.Equal(identities[0], WorkFolder.IdentityOf(TestNetworks.Convolutional(1), "r", "b", ["p"]));
    }
}
