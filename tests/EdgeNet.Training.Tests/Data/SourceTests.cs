using System.Buffers.Binary;
using System.IO.Compression;
using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class SourceTests
{
    private readonly DataProblems _problems = new();

    [Fact]
    public void Class_folders_give_labels_in_order_and_an_empty_one_is_named()
    {
        using TestFolder folder = new();
        folder.Picture("cats/a.png", TestPictures.Random(8, 8, 1));
        folder.Picture("dogs/a.png", TestPictures.Random(8, 8, 2));
        Directory.CreateDirectory(folder["birds/none/"]);
        IExampleSource source = TrainingData.Open(folder.Path, DataPart.Training, _problems);
        Assert.Equal(["cats", "dogs"], source.Classes);
        Assert.Equal([0, 1], Enumerable.Range(0, source.Count).Select(i => source.Read(i).Label));
        DataProblem problem = Assert.Single(_problems.All);
        Assert.EndsWith("birds", problem.Source, StringComparison.Ordinal);
        Assert.False(problem.Fatal);
    }

    [Fact]
    public void An_empty_folder_is_fatal_and_named()
    {
        using TestFolder folder = new();
        Assert.Throws<DatasetException>(() => TrainingData.Open(folder.Path, DataPart.Training, _problems));
        DataProblem problem = Assert.Single(_problems.All);
        Assert.True(problem.Fatal);
        Assert.Equal(folder.Path, problem.Source);
        Assert.Throws<DatasetException>(() => PictureSource.Unlabelled(folder.Path));
    }

    [Fact]
    public void Numbered_pictures_name_their_classes_by_number()
    {
        using TestFolder folder = new();
        folder.Picture("0002_b.png", TestPictures.Random(8, 8, 1));
        folder.Picture("0000_a.png", TestPictures.Random(8, 8, 2));
        IExampleSource source = TrainingData.Open(folder.Path, DataPart.Training, _problems);
        Assert.Equal(["0", "1", "2"], source.Classes);
        Assert.Equal([0, 2], Enumerable.Range(0, 2).Select(i => source.Read(i).Label));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Idx_training_files_come_before_test_files_when_training(bool zipped)
    {
        using TestFolder folder = new();
        foreach ((string name, int count) in new[] { ("train", 3), ("t10k", 2) })
        {
            Write($"{name}-images-idx3-ubyte", [.. Big(0x803, count, 4, 5), .. Enumerable.Range(0, count * 20).Select(i => (byte)i)]);
            Write($"{name}-labels-idx1-ubyte", [.. Big(0x801, count), .. Enumerable.Range(0, count).Select(i => (byte)(i * 3))]);
        }

        IExampleSource training = TrainingData.Open(folder.Path, DataPart.Training, _problems), test = TrainingData.Open(folder.Path, DataPart.Test, _problems);
        Assert.Equal((3, 2), (training.Count, test.Count));
        Assert.Equal(7, training.Classes.Count);
        Example last = training.Read(2);
        Assert.Equal((6, 5, 4, 1, (byte)40), (last.Label, last.Image.Width, last.Image.Height, last.Image.Channels, last.Image.Pixels[0]));

        void Write(string name, byte[] bytes)
        {
            using Stream file = File.Create(folder[zipped ? name + ".gz" : name]);
            using Stream stream = zipped ? new GZipStream(file, CompressionMode.Compress) : file;
            stream.Write(bytes);
        }
    }

    [Fact]
    public void Cifar_batches_and_rows_of_png_hold_the_same_pictures()
    {
        using TestFolder folder = new();
        Image rows = TestPictures.Random(1024, 3, 7);
        byte[] labels = [3, 9, 0];
        folder.Picture("rows/train_batch_0.png", rows);
        folder.Text("rows/train_batch_0.labels.txt", "3\n9\n0\n");
        byte[] batch = [.. Enumerable.Range(0, 3).SelectMany(i => new[] { labels[i] }.Concat(Enumerable.Range(0, 3072).Select(k => rows.Row(i)[(k % 1024 * 3) + (k / 1024)])))];
        File.WriteAllBytes(folder["official/data_batch_1.bin"], batch);
        File.WriteAllBytes(folder["official/test_batch.bin"], batch[..3073]);

        IExampleSource png = TrainingData.Open(folder["rows"], DataPart.Training, _problems), binary = TrainingData.Open(folder["official"], DataPart.Training, _problems);
        Assert.Equal(1, TrainingData.Open(folder["official"], DataPart.Test, _problems).Count);
        Assert.Equal((3, 3, "truck"), (png.Count, binary.Count, png.Classes[9]));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(labels[i], binary.Read(i).Label);
            Assert.Equal(png.Read(i).Image.Pixels, binary.Read(i).Image.Pixels);
        }
    }

    [Fact]
    public void Bad_cifar_files_are_named()
    {
        using TestFolder folder = new();
        File.WriteAllBytes(folder["a.bin"], new byte[3000]);
        Fails("a.bin", "3073");
        folder.Picture("narrow.png", TestPictures.Random(1000, 2, 1));
        folder.Text("narrow.labels.txt", "1\n2\n");
        Fails("narrow.png", "1024");
        folder.Picture("few.png", TestPictures.Random(1024, 2, 1));
        folder.Text("few.labels.txt", "1\n");
        Fails("few.labels.txt", "1 labels for the 2 pictures", "few.png");
        folder.Text("few.labels.txt", "1\n12\n");
        Assert.Equal(1, TrainingData.Open(folder["few.png"], DataPart.Training, _problems).Count);
        Assert.Contains("label 12; expected 0 to 9", _problems.All[^1].What, StringComparison.Ordinal);
        Assert.False(_problems.All[^1].Fatal);

        void Fails(string source, string what, string? file = null)
        {
            DatasetException error = Assert.Throws<DatasetException>(() => TrainingData.Open(folder[file ?? source], DataPart.Training, _problems));
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
            Assert.Equal(folder[source], _problems.All[^1].Source);
            Assert.True(_problems.All[^1].Fatal);
        }
    }

    [Fact]
    public void Boxes_become_fractions_and_one_outside_its_picture_is_clipped_and_named()
    {
        using TestFolder folder = new();
        folder.Picture("a.png", TestPictures.Random(16, 8, 1));
        string table = folder.Text("boxes.tsv", "file\twidth\theight\txmin\tymin\txmax\tymax\tadded\na.png\t16\t8\t4\t2\t8\t8\t0\na.png\t16\t8\t8\t4\t60\t8\t1\n");
        Example example = TrainingData.Open(folder.Path, DataPart.Training, _problems).Read(0);
        Assert.Equal([new GroundTruth(new Box(0.25f, 0.25f, 0.5f, 1), 0), new GroundTruth(new Box(0.5f, 0.5f, 1, 1), 0, Ignore: true)], example.Boxes);
        Assert.Equal(-1, example.Label);
        DataProblem problem = Assert.Single(_problems.All);
        Assert.Equal(table + ": line 3", problem.Source);
        Assert.False(problem.Fatal);
    }

    [Fact]
    public void A_mask_of_another_size_is_named()
    {
        using TestFolder folder = new();
        folder.Picture("images/a.png", TestPictures.Random(16, 8, 1));
        folder.Text("boxes.tsv", "file\twidth\theight\txmin\tymin\txmax\tymax\na.png\t16\t8\t4\t2\t8\t8\n");
        folder.Picture("masks/a_mask.png", new Image(16, 8, 1));
        Assert.Equal(16, TrainingData.Open(folder.Path, DataPart.Training, _problems).Read(0).Mask!.Width);
        folder.Picture("masks/a_mask.png", new Image(8, 8, 1));
        IExampleSource source = TrainingData.Open(folder.Path, DataPart.Training, _problems);
        Assert.Contains("a_mask.png: a mask of 8×8", Assert.Throws<DatasetException>(() => source.Read(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Splits_are_stable_and_lose_nothing()
    {
        MemorySource source = TestPictures.Source(30);
        foreach (DataSplit split in new[] { DataSplit.Every(source, 3), DataSplit.Fraction(source, 1 / 3.0, 5), DataSplit.Names(source, ["picture 4", "", "picture 29"]) })
            Assert.Equal(Names(source).Order(), Names(split.Training).Concat(Names(split.HeldOut)).Order());
        Assert.Equal(["picture 0", "picture 3"], Names(DataSplit.Every(source, 3).HeldOut).Take(2));
        Assert.Equal(["picture 4", "picture 29"], Names(DataSplit.Names(source, ["picture 4", "picture 29"]).HeldOut));
        Assert.Contains("'dog'", Assert.Throws<DatasetException>(() => DataSplit.Names(source, ["dog"])).Message, StringComparison.Ordinal);

        string[] small = Names(DataSplit.Fraction(source, 0.2, 5).HeldOut), grown = Names(DataSplit.Fraction(TestPictures.Source(33), 0.2, 5).HeldOut);
        Assert.Equal(6, small.Length);
        Assert.True(small.Intersect(grown).Count() >= 3);
        Assert.NotEqual(small, Names(DataSplit.Fraction(source, 0.2, 6).HeldOut));
    }

    [Fact]
    public void A_cache_keeps_what_its_limit_allows_and_reads_the_same()
    {
        MemorySource source = TestPictures.Source(5, 10, 10);
        CachedSource cache = new(source, 700);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 5; i++) Assert.Equal(source.Read(i).Image.Pixels, cache.Read(i).Image.Pixels);
        }
        Assert.Equal(600, cache.MemoryUsed);
        CachedSource smaller = new(source, 1000, maximumSide: 5);
        Assert.Equal((5, 5), (smaller.Read(0).Image.Width, smaller.Read(0).Image.Height));
        Assert.Same(smaller.Read(0), smaller.Read(0));
        Assert.Equal(75, smaller.MemoryUsed);
    }

    [Fact]
    public void Rng_numbers_stay_in_their_ranges_and_differ_by_place()
    {
        Rng rng = Rng.For(1, 2, 3);
        Assert.NotEqual(Rng.For(1, 3, 2).NextBits(), Rng.For(1, 2, 3).NextBits());
        Assert.NotEqual(Rng.For(2, 2, 3).NextBits(), Rng.For(1, 2, 3).NextBits());
        int[] counts = new int[10];
        double sum = 0, squares = 0;
        for (int i = 0; i < 20000; i++)
        {
            counts[rng.Below(10)]++;
            float normal = rng.Normal();
            sum += normal;
            squares += normal * normal;
            Assert.InRange(rng.Unit(), 0, 0.9999999f);
        }
        Assert.All(counts, count => Assert.InRange(count, 1800, 2200));
        Assert.InRange(sum / 20000, -0.03, 0.03);
        Assert.InRange(squares / 20000, 0.95, 1.05);
    }

    [Fact]
    public void Sources_are_joined_if_their_classes_agree()
    {
        MemorySource first = TestPictures.Source(3), second = TestPictures.Source(4), unlabelled = new([new Example("field", new Image(4, 4, 3))], []);
        JoinedSource joined = new([first, unlabelled, second]);
        Assert.Equal((8, 3), (joined.Count, joined.Classes.Count));
        Assert.Equal([.. Names(first), "field", .. Names(second)], Names(joined));
        Assert.Same(second.Read(3), joined.Read(7));
        MemorySource other = new([new Example("x", new Image(4, 4, 3), 0)], ["dog", "cat", "fox"]);
        Assert.Contains("dog", Assert.Throws<DatasetException>(() => new JoinedSource([first, other])).Message, StringComparison.Ordinal);
    }

    [SharedPhotosFact]
    public void Real_streets_pass_through_everything()
    {
        IExampleSource streets = TrainingData.Open(SharedMaterial.Path("data", "pennfudan"), DataPart.Training, _problems);
        DataSplit split = DataSplit.Every(streets, 3);
        Assert.Equal((75, 38), (split.Training.Count, split.HeldOut.Count));
        CachedSource cache = new(new SubsetSource(split.Training, [0, 1, 2, 3, 4, 5, 6, 7]), 64 << 20, maximumSide: 400);
        IReadOnlyList<IAugmentation> steps = AugmentationList.Parse("flip,ssdcrop,zoomout:2,rotate:3,resize,color:0.2:0.2:0.2:0.02,grey,blur,motion,noise:6:6,jpeg,lowlight", 96, 72, _problems);
        BatchLoader loader = new(cache, new BatchSettings(4, 96, 72, TestPictures.Plain()) { Augmentations = steps, Threads = 2, Seed = 1 }, _problems);
        int boxes = 0;
        foreach (Batch batch in Enumerable.Range(0, 4).SelectMany(epoch => loader.Epoch(epoch, true)))
        {
            boxes += batch.Boxes.Sum(all => all.Count(truth => !truth.Ignore));
            Assert.All(batch.Boxes.SelectMany(all => all), truth => Assert.True(truth.Box is { XMin: >= 0, YMin: >= 0, XMax: <= 1, YMax: <= 1 }));
            Assert.InRange(batch.Input.Average(), 0.02f, 0.9f);
        }
        Assert.InRange(boxes, 16, 200);
        Assert.Empty(_problems.All);
    }

    [SharedPhotosFact]
    public void Real_sets_open()
    {
        IExampleSource mnist = TrainingData.Open(SharedMaterial.Path("data", "mnist"), DataPart.Test, _problems);
        IExampleSource cifar = TrainingData.Open(SharedMaterial.Path("data", "cifar10"), DataPart.Training, _problems);
        IExampleSource streets = TrainingData.Open(SharedMaterial.Path("data", "pennfudan"), DataPart.Training, _problems);
        IExampleSource photos = TrainingData.Open(SharedMaterial.Path("data", "imagenet256"), DataPart.Training, _problems);
        Assert.Equal((10, 2000, 113), (mnist.Classes.Count, cifar.Count, streets.Count));
        Assert.True(photos.Count > 400);
        Example street = streets.Read(0);
        Assert.Equal(2, street.Boxes.Count);
        Assert.Equal([0, 1, 2], street.Mask!.Pixels.Distinct().Order().Select(instance => (int)instance));
        Assert.Empty(_problems.All);
    }

    private static string[] Names(IExampleSource source) => [.. Enumerable.Range(0, source.Count).Select(source.NameOf)];

    private static byte[] Big(params int[] numbers) => [.. numbers.SelectMany(number =>
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    })];
}
