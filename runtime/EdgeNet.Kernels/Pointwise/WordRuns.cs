namespace EdgeNet.Kernels;

/// <summary>
/// One panel of 8-bit weights, less their zero points, as runs of depth groups whose products can be added up in 16 bits: <c>vpmaddubsw</c>
/// multiplies and adds pairs of bytes twice as fast as anything that sums in 32 bits, but saturates. Inputs are at most 255, so nothing can
/// saturate as long as, for each column and each pair of a group, neither the positive nor the negative weights of a run add up to more
/// than 128: 255 · 128 &lt; 2^15. Layers of small weights, as those with one scale for all channels, have long runs. Groups go to the first
/// run that has room for them, and a group that has none by itself is taken apart into several.
/// </summary>
internal sealed class WordRuns(int columns)
{
    private const int Limit = 128, Open = 8;

    private readonly List<Run> _runs = [];

    public int Count => _runs.Count;

    public int Groups { get; private set; }

    /// <summary>Adds <paramref name="weights"/> [columns, 4], to be multiplied with the inputs from <paramref name="offset"/>. They are used up.</summary>
    public void Add(int offset, Span<int> weights)
    {
        while (weights.ContainsAnyExcept(0))
        {
            var part = new sbyte[columns * 4];
            for (int i = 0; i < part.Length; i += 2)
            {
                int positive = Limit, negative = Limit;
                for (int j = i; j < i + 2; j++)
                {
                    int weight = Math.Clamp(weights[j], -negative, Math.Min(positive, sbyte.MaxValue));
                    if (weight > 0) positive -= weight;
                    else negative += weight;
                    part[j] = (sbyte)weight;
                    weights[j] -= weight;
                }
            }
            Place(offset, part);
        }
    }

    /// <summary>Ints of <see cref="WriteProgram"/>.</summary>
    public int ProgramLength => Count + Groups;

    /// <summary>For each run its number of groups, then the offset of each.</summary>
    public void WriteProgram(Span<int> to)
    {
        foreach (Run run in _runs)
        {
            to[0] = run.Offsets.Count;
            run.Offsets.CopyTo(to[1..]);
            to = to[(1 + run.Offsets.Count)..];
        }
    }

    /// <summary>The weights of all groups, in the order of the program.</summary>
    public void WriteWeights(Span<sbyte> to)
    {
        foreach (sbyte[] part in _runs.SelectMany(run => run.Weights))
        {
            part.CopyTo(to);
            to = to[part.Length..];
        }
    }

    private void Place(int offset, sbyte[] part)
    {
        Groups++;
        for (int i = Math.Max(0, _runs.Count - Open); i < _runs.Count; i++)
        {
            if (_runs[i].TryAdd(offset, part)) return;
        }
        var run = new Run(columns * 2);
        run.TryAdd(offset, part);
        _runs.Add(run);
    }

    private sealed class Run(int lanes)
    {
        private readonly byte[] _positive = new byte[lanes], _negative = new byte[lanes];

        public List<int> Offsets { get; } = [];

        public List<sbyte[]> Weights { get; } = [];

        public bool TryAdd(int offset, sbyte[] part)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                (int positive, int negative) = Sums(part, lane);
                if (_positive[lane] + positive > Limit || _negative[lane] + negative > Limit) return false;
            }
            for (int lane = 0; lane < lanes; lane++)
            {
                (int positive, int negative) = Sums(part, lane);
                _positive[lane] += (byte)positive;
                _negative[lane] += (byte)negative;
            }
            Offsets.Add(offset);
            Weights.Add(part);
            return true;
        }

        private static (int Positive, int Negative) Sums(sbyte[] part, int lane)
        {
            int a = part[2 * lane], b = part[2 * lane + 1];
            return (Math.Max(a, 0) + Math.Max(b, 0), -Math.Min(a, 0) - Math.Min(b, 0));
        }
    }
}
