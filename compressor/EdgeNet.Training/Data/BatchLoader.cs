using System.Collections.Concurrent;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Makes batches of a source, ahead of their use. What is in a batch depends on the source, the settings and the epoch only: neither on the
/// number of threads nor on time, nor on the batch that an epoch is resumed at.
/// </summary>
public sealed class BatchLoader
{
    private readonly IExampleSource _source;
    private readonly BatchSettings _settings;
    private readonly PictureTensor _tensor;
    private readonly int _classCount;
    private readonly ConcurrentDictionary<int, bool> _unreadable = new();
    private readonly ConcurrentBag<Batch> _idle = [];

    /// <summary>Prepares to read; no picture is read yet.</summary>
    /// <param name="source">The pictures.</param>
    /// <param name="settings">How they become batches.</param>
    /// <param name="problems">Where bad pictures are noted; see <see cref="Problems"/> if null.</param>
    /// <exception cref="DatasetException">There are not enough pictures for a batch.</exception>
    /// <exception cref="ArgumentException">The settings make no sense.</exception>
    public BatchLoader(IExampleSource source, BatchSettings settings, DataProblems? problems = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Height, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.Threads);
        (_source, _settings, Problems) = (source, settings, problems ?? new DataProblems());
        _tensor = new PictureTensor(settings.Preprocessing, settings.Width, settings.Height);
        _classCount = settings.ClassCount ?? source.Classes.Count;
        if (source.Count == 0) throw Problems.Fatal("data set", "no pictures");
        if (BatchesPerEpoch == 0)
            throw Problems.Fatal("data set", $"{source.Count} pictures do not fill a batch of {settings.BatchSize}; make the batch smaller");
    }

    /// <summary>What was found wrong with pictures so far.</summary>
    public DataProblems Problems { get; }

    /// <summary>The batches of an epoch.</summary>
    public int BatchesPerEpoch =>
        _settings.KeepIncomplete ? (_source.Count + _settings.BatchSize - 1) / _settings.BatchSize : _source.Count / _settings.BatchSize;

    /// <summary>
    /// The batches of one epoch, in order. A batch is the reader's until it asks for the next. Threads start with the first batch and stop when
    /// the enumeration ends or is disposed of.
    /// </summary>
    /// <param name="epoch">Its number: every epoch has its own order and its own changes.</param>
    /// <param name="shuffle">Whether the order is random; otherwise it is the source's.</param>
    /// <param name="firstBatch">Where to resume, 0…<see cref="BatchesPerEpoch"/>.</param>
    /// <exception cref="DatasetException">While enumerating: more than half of the pictures cannot be read.</exception>
    public IEnumerable<Batch> Epoch(int epoch, bool shuffle, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        return Enumerate(epoch, Order(epoch, shuffle), firstBatch);
    }

    private IEnumerable<Batch> Enumerate(int epoch, int[] order, int firstBatch)
    {
        using BatchPrefetch prefetch = new(_settings.Threads, firstBatch, BatchesPerEpoch, Rent, (number, batch) => Fill(number, batch, epoch, order));
        while (prefetch.Next() is { } batch) yield return batch;
        foreach (Batch batch in prefetch.Buffers) _idle.Add(batch);
    }

    private Batch Rent() => _idle.TryTake(out Batch? batch) ? batch : new Batch(_settings.BatchSize, _tensor.Length);

    private int[] Order(int epoch, bool shuffle)
    {
        int[] order = [.. Enumerable.Range(0, _source.Count)];
        if (shuffle) Rng.For(_settings.Seed, epoch, -1).Shuffle<int>(order);
        return order;
    }

    private void Fill(int number, Batch batch, int epoch, int[] order)
    {
        int first = number * _settings.BatchSize;
        ReadOnlySpan<int> indices = order.AsSpan(first, Math.Min(_settings.BatchSize, order.Length - first));
        int row = 0;
        foreach (int index in indices)
        {
            if (ReadOrReplace(index) is not var (read, example)) continue;
            Image original = example.Image;
            Rng rng = Rng.For(_settings.Seed, epoch, index);
            foreach (IAugmentation augmentation in _settings.Augmentations)
            {
                Example changed = augmentation.Apply(example, rng);
                if (changed.Image != example.Image && example.Image != original) SpentPixels.Give(example.Image.Pixels);
                example = changed;
            }
            batch.Boxes[row] = _tensor.Write(example, batch.Input.AsSpan(row * _tensor.Length, _tensor.Length));
            (batch.Labels[row], batch.Indices[row]) = (example.Label, read);
            if (example.Image != original) SpentPixels.Give(example.Image.Pixels);
            row++;
        }

        (batch.Number, batch.Count) = (number, row);
        batch.Input.AsSpan(row * _tensor.Length).Clear();
        batch.Labels.AsSpan(row).Fill(-1);
        batch.Indices.AsSpan(row).Fill(-1);
        batch.Boxes.AsSpan(row).Fill([]);
    }

    /// <summary>The picture, or the next good one of the source; null where it is to be left out.</summary>
    private (int Index, Example Example)? ReadOrReplace(int index)
    {
        for (int tried = 0; tried < _source.Count; tried++)
        {
            int candidate = (index + tried) % _source.Count;
            if (TryRead(candidate) is { } example) return (candidate, example);
            if (_unreadable.Count > _source.Count / 2)
                throw Problems.Fatal(_source.NameOf(candidate), $"this and {_unreadable.Count - 1} more of {_source.Count} pictures cannot be used; expected most of them to be good");
            if (_settings.KeepIncomplete) return null;
        }
        throw Problems.Fatal(_source.NameOf(index), "no picture of the set can be used");
    }

    private Example? TryRead(int index)
    {
        if (_unreadable.ContainsKey(index)) return null;
        try
        {
            Example example = _source.Read(index);
            if (example.Label < _classCount) return WithKnownBoxes(example);
            Problems.Skipped(_source.NameOf(index), $"label {example.Label}; expected 0 to {_classCount - 1}");
        }
        catch (Exception e) when (e is ImageFormatException or DatasetException or IOException or UnauthorizedAccessException)
        {
            string name = _source.NameOf(index);
            Problems.Skipped(name, e.Message.StartsWith(name + ": ", StringComparison.Ordinal) ? e.Message[(name.Length + 2)..] : e.Message);
        }
        _unreadable.TryAdd(index, true);
        return null;
    }

    private Example WithKnownBoxes(Example example)
    {
        if (example.Boxes.All(box => box.Label >= 0 && box.Label < _classCount)) return example;
        foreach (GroundTruth box in example.Boxes.Where(box => box.Label < 0 || box.Label >= _classCount))
            Problems.Skipped(example.Source, $"a box of label {box.Label}; expected 0 to {_classCount - 1}");
        return example with { Boxes = [.. example.Boxes.Where(box => box.Label >= 0 && box.Label < _classCount)] };
    }
}
