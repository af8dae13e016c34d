namespace EdgeNet.Compression;

/// <summary>
/// In what order the weights of a layer go: units of the pattern, the least root mean square magnitude first, of equal ones the one that
/// stands first. Pruning to a density takes a prefix of it, so that a lower density never brings a weight back.
/// </summary>
internal sealed class RemovalOrder
{
    private const int Block = 4;

    private readonly int[] _weights;
    private readonly int[] _ends;
    private readonly float[] _costs;
    private readonly double _patternPart;

    private RemovalOrder(int[] weights, int[] ends, float[] costs, int patternUnits, double patternPart)
    {
        (_weights, _ends, _costs, PatternUnits, _patternPart) = (weights, ends, costs, patternUnits, patternPart);
        // A unit costs no less than those that must go before it.
        for (int unit = 1; unit < costs.Length; unit++) costs[unit] = Math.Max(costs[unit], costs[unit - 1]);
    }

    /// <summary>The units.</summary>
    public int Units => _ends.Length;

    /// <summary>Units, from the first, that make the pattern; 2:4 goes on below half with single weights, all others have no more.</summary>
    public int PatternUnits { get; }

    /// <summary>Weights that are gone when the pattern is complete.</summary>
    public int PatternWeights => PatternUnits == 0 ? 0 : _ends[PatternUnits - 1];

    /// <summary>All weights.</summary>
    public int Weights => _weights.Length;

    /// <summary>The root mean square of a unit's weights, or of one before it if that is larger.</summary>
    public float Cost(int unit) => _costs[unit];

    /// <summary>The weights of a unit.</summary>
    public int Size(int unit) => _ends[unit] - (unit == 0 ? 0 : _ends[unit - 1]);

    /// <summary>Those that go at a density: whole units, no more than the density asks for, and never the last unit.</summary>
    public ReadOnlySpan<int> RemovedAt(double density)
    {
        int place = Array.BinarySearch(_ends, (int)RemovedWeights(density, Weights, PatternWeights, _patternPart));
        int units = Math.Min(place < 0 ? ~place : place + 1, Units - 1);
        return units <= 0 ? [] : _weights.AsSpan(0, _ends[units - 1]);
    }

    /// <summary>The density at which so many weights go.</summary>
    public double DensityAt(long removed)
    {
        if (Weights == 0) return 1;
        if (_patternPart == 1) return 1 - ((double)removed / Weights);
        return removed <= PatternWeights
            ? 1 - (PatternWeights == 0 ? 0 : _patternPart * removed / PatternWeights)
            : (1 - _patternPart) * (1 - ((double)(removed - PatternWeights) / (Weights - PatternWeights)));
    }

    /// <summary>How many of some weights go at a density: the pattern first, evenly down to its own density, then the rest.</summary>
    public static long RemovedWeights(double density, long weights, long patternWeights, double patternPart)
    {
        double part = 1 - density;
        return (long)Math.Round(part <= patternPart
            ? part / patternPart * patternWeights
            : patternWeights + ((part - patternPart) / (1 - patternPart) * (weights - patternWeights)));
    }

    /// <summary>The part of the weights that a pattern removes when it is complete.</summary>
    public static double PatternPart(PruningPattern pattern) => pattern == PruningPattern.TwoOfFour ? 0.5 : 1;

    /// <summary>The order of a layer.</summary>
    /// <exception cref="CompressionException">A weight is not finite.</exception>
    public static RemovalOrder Of(WeightLayer layer, PruningPattern pattern) => Of(layer, layer.Constant.ToArray<float>(), pattern);

    /// <summary>The order of a layer with these weights.</summary>
    /// <exception cref="CompressionException">A weight is not finite.</exception>
    public static RemovalOrder Of(WeightLayer layer, ReadOnlySpan<float> values, PruningPattern pattern)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new CompressionException($"layer '{layer.Name}' has weights that are not finite; the smallest of them cannot be told: train the model again");
        }
        WeightAxes axes = WeightAxes.Of(layer);
        return pattern switch
        {
            PruningPattern.Unstructured => new Builder(values).AddSingles(_ => true).Build(1),
            PruningPattern.OneByFour => Blocks(values, axes),
            PruningPattern.FourByOne => Blocks(values, axes.Crossed),
            PruningPattern.TwoOfFour => TwoOfFour(values, axes),
            _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, null),
        };
    }

    private static RemovalOrder Blocks(ReadOnlySpan<float> values, WeightAxes axes) => new Builder(values).Add([.. BlocksOf(axes)]).Build(1);

    private static RemovalOrder TwoOfFour(ReadOnlySpan<float> values, WeightAxes axes)
    {
        var pattern = new List<int[]>();
        bool[] goes = new bool[values.Length];
        foreach (int[] block in BlocksOf(axes))
        {
            if (block.Length <= Block / 2) continue;
            ulong[] keys = new ulong[block.Length];
            for (int i = 0; i < keys.Length; i++) keys[i] = Key(Math.Abs(values[block[i]]), block[i]);
            Array.Sort(keys);
            int[] smallest = Array.ConvertAll(keys[..^(Block / 2)], key => (int)key);
            foreach (int weight in smallest) goes[weight] = true;
            pattern.Add(smallest);
        }
        return new Builder(values).Add(pattern).AddSingles(weight => !goes[weight]).Build(PatternPart(PruningPattern.TwoOfFour), pattern.Count);
    }

    /// <summary>Four neighbours along the inputs, output by output and tap by tap; the last block of a row has what is left over.</summary>
    private static IEnumerable<int[]> BlocksOf(WeightAxes axes)
    {
        for (int output = 0; output < axes.Outputs; output++)
        {
            for (int tap = 0; tap < axes.Taps; tap++)
            {
                int row = (output * axes.OutputStride) + (tap * axes.TapStride);
                for (int input = 0; input < axes.Inputs; input += Block)
                {
                    int[] block = new int[Math.Min(Block, axes.Inputs - input)];
                    for (int i = 0; i < block.Length; i++) block[i] = row + ((input + i) * axes.InputStride);
                    yield return block;
                }
            }
        }
    }

    /// <summary>Sorts as the number, which is not negative, and then as the index.</summary>
    internal static ulong Key(float number, int index) => ((ulong)BitConverter.SingleToUInt32Bits(number) << 32) | (uint)index;

    /// <summary>Collects units, each list of them in the order in which it goes.</summary>
    private ref struct Builder(ReadOnlySpan<float> values)
    {
        private readonly ReadOnlySpan<float> _values = values;
        private readonly List<int> _weights = [], _ends = [];
        private readonly List<float> _costs = [];

        public readonly Builder Add(List<int[]> units)
        {
            float[] costs = new float[units.Count];
            ulong[] keys = new ulong[units.Count];
            for (int unit = 0; unit < keys.Length; unit++)
            {
                double squares = 0;
                foreach (int weight in units[unit]) squares += (double)_values[weight] * _values[weight];
                costs[unit] = (float)Math.Sqrt(squares / units[unit].Length);
                keys[unit] = Key(costs[unit], unit);
            }
            Array.Sort(keys);
            foreach (ulong key in keys)
            {
                _weights.AddRange(units[(int)key]);
                _ends.Add(_weights.Count);
                _costs.Add(costs[(int)key]);
            }
            return this;
        }

        public readonly Builder AddSingles(Func<int, bool> chosen)
        {
            var keys = new List<ulong>(_values.Length);
            for (int weight = 0; weight < _values.Length; weight++)
            {
                if (chosen(weight)) keys.Add(Key(Math.Abs(_values[weight]), weight));
            }
            keys.Sort();
            foreach (ulong key in keys)
            {
                _weights.Add((int)key);
                _ends.Add(_weights.Count);
                _costs.Add(Math.Abs(_values[(int)key]));
            }
            return this;
        }

        public readonly RemovalOrder Build(double patternPart, int? patternUnits = null) =>
            new([.. _weights], [.. _ends], [.. _costs], patternUnits ?? _ends.Count, patternPart);
    }
}
