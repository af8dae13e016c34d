using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class BatchLoaderTests
{
    [Fact]
    public void Every_picture_comes_exactly_once_an_epoch()
    {
        BatchLoader loader = Loader(TestPictures.Source(37), 5, settings => settings with { KeepIncomplete = true, Threads = 3 });
        int[] seen = [.. loader.Epoch(4, shuffle: true).SelectMany(batch => batch.Indices[..batch.Count])];
        Assert.Equal(Enumerable.Range(0, 37), seen.Order());
        Assert.NotEqual(Enumerable.Range(0, 37), seen);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3)]
    public void The_same_seed_gives_the_same_bytes_for_any_number_of_threads(int threads)
    {
        IAugmentation[] noise = [new Jumble()];
        List<string> expected = Fingerprint(0), found = Fingerprint(threads);
        Assert.Equal(expected, found);

        List<string> Fingerprint(int count) => Copies(Loader(TestPictures.Source(23), 4, settings => settings with { Threads = count, Augmentations = noise, Seed = 9 }).Epoch(2, true));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Everything_at_once_gives_the_same_bytes_and_boxes_for_any_number_of_threads(int threads)
    {
        MemorySource source = new([.. Enumerable.Range(0, 17).Select(i => new Example(
            $"street {i}", TestPictures.Rectangle(40 + i, 30, 4 + i, 5, 12, 15), -1, [new GroundTruth(new Box(4 + i, 5, 16 + i, 20).Scaled(1f / (40 + i), 1 / 30f), 0)]))]);
        const string list = "flip,ssdcrop,zoomout,scale@0.5,rotate@0.5,resize,color:0.2:0.2:0.2:0.05,grey,blur,motion,erosion,lowlight,noise:6:6";
        byte[][] before = [.. Enumerable.Range(0, 17).Select(i => (byte[])source.Read(i).Image.Pixels.Clone())];
        Assert.Equal(Fingerprint(0), Fingerprint(threads));
        Assert.Equal(before, Enumerable.Range(0, 17).Select(i => source.Read(i).Image.Pixels));

        List<string> Fingerprint(int count)
        {
            BatchLoader loader = Loader(source, 3, settings => settings with { Width = 36, Height = 24, Threads = count, Seed = 5, Augmentations = AugmentationList.Parse(list, 36, 24) });
            return [.. Enumerable.Range(0, 4).SelectMany(epoch => loader.Epoch(epoch, true))
                .Select(batch => $"{string.Join(' ', batch.Input)} {string.Join(' ', batch.Boxes.SelectMany(boxes => boxes))}")];
        }
    }

    [Fact]
    public void Epochs_differ_in_order_and_in_changes_and_repeat_by_their_number()
    {
        BatchLoader loader = Loader(TestPictures.Source(12), 4, settings => settings with { Augmentations = [new Jumble()] });
        List<string> first = Copies(loader.Epoch(0, true)), second = Copies(loader.Epoch(1, true));
        Assert.NotEqual(first, second);
        Assert.Equal(first, Copies(loader.Epoch(0, true)));
        Assert.NotEqual(Copies(loader.Epoch(0, false)), Copies(loader.Epoch(1, false)));
    }

    [Fact]
    public void An_epoch_resumes_at_any_batch()
    {
        BatchLoader loader = Loader(TestPictures.Source(23), 4, settings => settings with { Augmentations = [new Jumble()], Threads = 2 });
        List<string> whole = Copies(loader.Epoch(3, true));
        Assert.Equal(5, whole.Count);
        for (int start = 0; start <= 5; start++) Assert.Equal(whole[start..], Copies(loader.Epoch(3, true, start)));
    }

    [Fact]
    public void Training_drops_what_fills_no_batch_and_evaluation_pads_it()
    {
        MemorySource source = TestPictures.Source(10);
        Assert.Equal(2, Loader(source, 4).Epoch(0, false).Count());
        BatchLoader evaluation = Loader(source, 4, settings => settings with { KeepIncomplete = true });
        Assert.Equal(3, evaluation.BatchesPerEpoch);
        Batch last = evaluation.Epoch(0, false).Last();
        Assert.Equal(2, last.Count);
        Assert.Equal([8, 9, -1, -1], last.Indices);
        Assert.Equal([2, 0, -1, -1], last.Labels);
        Assert.All(last.Input[(2 * 3 * 48)..], value => Assert.Equal(0, value));
        Assert.All(last.Boxes[2..], Assert.Empty);
    }

    [Fact]
    public void Buffers_are_filled_again_and_again()
    {
        BatchLoader loader = Loader(TestPictures.Source(40), 2, settings => settings with { Threads = 1 });
        HashSet<float[]> arrays = [];
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (Batch batch in loader.Epoch(epoch, true)) arrays.Add(batch.Input);
        }
        Assert.InRange(arrays.Count, 1, 3);
    }

    [Fact]
    public void Leaving_an_epoch_early_stops_its_threads()
    {
        Counting source = new(TestPictures.Source(1000));
        BatchLoader loader = Loader(source, 2, settings => settings with { Threads = 2 });
        foreach (Batch batch in loader.Epoch(0, true))
        {
            if (batch.Number == 3) break;
        }
        int read = source.Reads;
        Assert.InRange(read, 8, 24);
        Thread.Sleep(20);
        Assert.Equal(read, source.Reads);
    }

    [Fact]
    public void A_failure_in_a_thread_reaches_the_reader_in_its_turn()
    {
        BatchLoader loader = Loader(TestPictures.Source(20), 4, settings => settings with { Threads = 2, Augmentations = [new Failing(9)] });
        List<int> numbers = [];
        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (Batch batch in loader.Epoch(0, false)) numbers.Add(batch.Number);
        });
        Assert.Equal([0, 1], numbers);
    }

    [Fact]
    public void Too_few_pictures_for_a_batch_are_an_error_in_one_line()
    {
        DatasetException error = Assert.Throws<DatasetException>(() => Loader(TestPictures.Source(3), 4));
        Assert.Contains("3 pictures do not fill a batch of 4", error.Message, StringComparison.Ordinal);
        Assert.Throws<DatasetException>(() => Loader(new MemorySource([]), 4));
    }

    internal static BatchLoader Loader(IExampleSource source, int batch, Func<BatchSettings, BatchSettings>? change = null)
    {
        BatchSettings settings = new(batch, 8, 6, TestPictures.Plain());
        return new BatchLoader(source, change?.Invoke(settings) ?? settings);
    }

    private static List<string> Copies(IEnumerable<Batch> batches) =>
        [.. batches.Select(batch => $"{string.Join(',', batch.Indices)}:{string.Join(',', batch.Labels)}:{string.Join(' ', batch.Input)}")];

    /// <summary>Fills the picture with random bytes.</summary>
    private sealed class Jumble : IAugmentation
    {
        public Example Apply(Example example, Rng rng)
        {
            Image image = new(example.Image.Width, example.Image.Height, 3);
            for (int i = 0; i < image.Pixels.Length; i++) image.Pixels[i] = (byte)rng.Below(256);
            return example with { Image = image };
        }
    }

    private sealed class Failing(int index) : IAugmentation
    {
        public Example Apply(Example example, Rng rng) =>
            example.Source == $"picture {index}" ? throw new InvalidOperationException("no") : example;
    }

    private sealed class Counting(IExampleSource source) : IExampleSource
    {
        private int _reads;

        public int Reads => _reads;

        public int Count => source.Count;

        public IReadOnlyList<string> Classes => source.Classes;

        public string NameOf(int index) => source.NameOf(index);

        public Example Read(int index)
        {
            Interlocked.Increment(ref _reads);
            return source.Read(index);
        }
    }
}
