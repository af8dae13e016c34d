using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class BadPictureTests
{
    [Fact]
    public void A_damaged_picture_is_replaced_by_the_next_good_one_and_named_once()
    {
        using TestFolder folder = Folder(6, damaged: [2, 3]);
        BatchLoader loader = BatchLoaderTests.Loader(new PictureSource(ClassFolders.Read(folder.Path)), 3, settings => settings with { Threads = 2 });
        for (int epoch = 0; epoch < 2; epoch++)
            Assert.Equal([0, 1, 4, 4, 4, 5], loader.Epoch(epoch, false).SelectMany(batch => batch.Indices.ToArray()));
        Assert.Equal(2, loader.Problems.All.Count);
        Assert.All(loader.Problems.All, problem => Assert.False(problem.Fatal));
        Assert.Equal(["p2.png", "p3.png"], loader.Problems.All.Select(problem => Path.GetFileName(problem.Source)).Order());
    }

    [Fact]
    public void Evaluation_leaves_a_damaged_picture_out()
    {
        using TestFolder folder = Folder(6, damaged: [1]);
        BatchLoader loader = BatchLoaderTests.Loader(new PictureSource(ClassFolders.Read(folder.Path)), 3, settings => settings with { KeepIncomplete = true });
        Assert.Equal([0, 2, -1, 3, 4, 5], loader.Epoch(0, false).SelectMany(batch => batch.Indices.ToArray()));
        Assert.Single(loader.Problems.All);
    }

    [LibturbojpegFact]
    public void A_truncated_jpeg_is_skipped_and_named()
    {
        using TestFolder folder = Folder(3, damaged: []);
        byte[] jpeg = JpegFile.Encode(TestPictures.Random(40, 30, 1));
        File.WriteAllBytes(folder["a/cut.jpg"], jpeg[..(jpeg.Length / 2)]);
        BatchLoader loader = BatchLoaderTests.Loader(new PictureSource(ClassFolders.Read(folder.Path)), 4);
        Assert.Single(loader.Epoch(0, false));
        DataProblem problem = Assert.Single(loader.Problems.All);
        Assert.EndsWith("cut.jpg", problem.Source, StringComparison.Ordinal);
        Assert.Contains("truncated", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("(skipped)", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_half_damaged_is_fatal()
    {
        using TestFolder folder = Folder(6, damaged: [0, 1, 2, 3]);
        BatchLoader loader = BatchLoaderTests.Loader(new PictureSource(ClassFolders.Read(folder.Path)), 3);
        DatasetException error = Assert.Throws<DatasetException>(() => loader.Epoch(0, false).Count());
        Assert.Contains("p3.png", error.Message, StringComparison.Ordinal);
        Assert.True(loader.Problems.All[^1].Fatal);
    }

    [Fact]
    public void A_label_that_the_network_does_not_know_is_skipped_and_named()
    {
        BatchLoader loader = BatchLoaderTests.Loader(TestPictures.Source(6), 3, settings => settings with { ClassCount = 2 });
        Assert.Equal([0, 1, 3, 3, 4, 0], loader.Epoch(0, false).SelectMany(batch => batch.Indices.ToArray()));
        Assert.Equal(["picture 2: label 2; expected 0 to 1 (skipped)", "picture 5: label 2; expected 0 to 1 (skipped)"], loader.Problems.All.Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_box_of_an_unknown_class_is_left_out_and_named()
    {
        Example example = new("street", TestPictures.Random(8, 6, 1), -1, [new GroundTruth(new Box(0, 0, 1, 1), 0), new GroundTruth(new Box(0, 0, 1, 1), 7)]);
        BatchLoader loader = BatchLoaderTests.Loader(new MemorySource([example], ["person"]), 1);
        Assert.Equal(0, Assert.Single(loader.Epoch(0, false).Single().Boxes[0]).Label);
        Assert.Equal("street: a box of label 7; expected 0 to 0 (skipped)", Assert.Single(loader.Problems.All).ToString());
    }

    private static TestFolder Folder(int count, int[] damaged)
    {
        TestFolder folder = new();
        for (int i = 0; i < count; i++)
        {
            string path = folder.Picture($"a/p{i}.png", TestPictures.Random(8, 6, i));
            if (damaged.Contains(i)) File.WriteAllBytes(path, File.ReadAllBytes(path)[..60]);
        }
        return folder;
    }
}
