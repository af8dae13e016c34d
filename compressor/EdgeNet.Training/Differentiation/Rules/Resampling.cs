using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using PadMode = EdgeNet.Model.PadMode;

namespace EdgeNet.Training;

/// <summary>A linear map of one axis, as a sparse matrix: which inputs, by which weight, each output is the sum of.</summary>
internal sealed class AxisMap<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _first, _inputs;
    private readonly T[] _weights;

    private AxisMap(int outputs, IEnumerable<(int Output, int Input, T Weight)> entries)
    {
        // A weight of zero does not spread an infinity.
        (int Output, int Input, T Weight)[] sorted = [.. entries.Where(entry => entry.Weight != T.Zero).OrderBy(entry => entry.Output)];
        _first = new int[outputs + 1];
        foreach ((int output, _, _) in sorted) _first[output + 1]++;
        for (int i = 0; i < outputs; i++) _first[i + 1] += _first[i];
        (_inputs, _weights) = ([.. sorted.Select(entry => entry.Input)], [.. sorted.Select(entry => entry.Weight)]);
    }

    private int Outputs => _first.Length - 1;

    /// <summary>A map and the one that takes gradients back.</summary>
    public static (AxisMap<T> There, AxisMap<T> Back) Of(int inputs, int outputs, IReadOnlyCollection<(int Output, int Input, T Weight)> entries) =>
        (new(outputs, entries), new(inputs, entries.Select(entry => (entry.Input, entry.Output, entry.Weight))));

    /// <summary>Maps the middle axis of [outer, length, inner]; what is the sum of nothing is <paramref name="nothing"/>.</summary>
    public void Run(int outer, int length, int inner, Tensor<T> from, Tensor<T> to, T nothing, Workers workers)
    {
        if (inner == 0) return;
        workers.Ranges(outer * Outputs, Math.Max(1, Workers.Grain / inner), (begin, end) =>
        {
            Span<T> x = from.Span, y = to.Span;
            for (int row = begin; row < end; row++)
            {
                (int block, int output) = Math.DivRem(row, Outputs);
                Span<T> result = y.Slice(row * inner, inner);
                if (_first[output] == _first[output + 1]) result.Fill(nothing);
                else result.Clear();
                for (int i = _first[output]; i < _first[output + 1]; i++)
                {
                    int at = (block * length + _inputs[i]) * inner;
                    if (inner == 1) result[0] += x[at] * _weights[i];
                    else Scaled.Add(x.Slice(at, inner), _weights[i], result);
                }
            }
        });
    }
}

/// <summary>Ops that are linear along each axis by itself: resizing, tiling, and padding with what the tensor holds.</summary>
internal sealed class Resampling<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private sealed record Step(int Outer, int Length, int Outputs, int Inner, AxisMap<T> There, AxisMap<T> Back, Tensor<T> Between);

    private readonly List<Step> _steps = [];
    private readonly T _nothing;

    private Resampling(T nothing) => _nothing = nothing;

    public override bool ReadsInput(int index) => false;

    public static Resampling<T> Of(Resize op, Shape from)
    {
        var rule = new Resampling<T>(T.CreateChecked(op.Extrapolation));
        Shape shape = from;
        for (int axis = 0; axis < from.Rank; axis++)
        {
            bool cropped = op.Coordinates == CoordinateTransformation.TfCropAndResize && (op.RegionOfInterest[axis] != 0 || op.RegionOfInterest[from.Rank + axis] != 1);
            if (op.Sizes[axis] == from[axis] && op.Scales[axis] == 1 && !cropped) continue;
            ResizeTaps taps = ResizeTaps.Build(AxisOf(op, axis, from, cropped));
            var entries = new List<(int, int, T)>();
            for (int i = 0; i < taps.Indices.Length; i++)
            {
                if (taps.Indices[i] >= 0) entries.Add((i / taps.Width, taps.Indices[i], T.CreateChecked(taps.Weights[i])));
            }
            shape = rule.Add(shape, axis, op.Sizes[axis], entries);
        }
        return rule;
    }

    public static Resampling<T> Of(Tile op, Shape from)
    {
        var rule = new Resampling<T>(T.Zero);
        Shape shape = from;
        for (int axis = 0; axis < from.Rank; axis++)
        {
            int extent = from[axis];
            if (op.Repeats[axis] != 1) shape = rule.Add(shape, axis, extent * op.Repeats[axis], [.. Enumerable.Range(0, extent * op.Repeats[axis]).Select(i => (i, i % extent, T.One))]);
        }
        return rule;
    }

    /// <summary>A border of what the tensor holds.</summary>
    public static Resampling<T> Of(EdgeNet.Model.Pad op, Shape from)
    {
        var rule = new Resampling<T>(T.Zero);
        Shape shape = from;
        for (int axis = 0; axis < from.Rank; axis++)
        {
            (int extent, int before, int outputs) = (from[axis], op.Before[axis], from[axis] + op.Before[axis] + op.After[axis]);
            if (before != 0 || op.After[axis] != 0) shape = rule.Add(shape, axis, outputs, [.. Enumerable.Range(0, outputs).Select(i => (i, Source(i - before, extent, op.Mode), T.One))]);
        }
        return rule;
    }

    public override void Forward(in Pass pass)
    {
        Tensor<T> from = Inputs[0];
        for (int i = 0; i < _steps.Count; i++)
        {
            Step step = _steps[i];
            Tensor<T> to = i == _steps.Count - 1 ? Outputs[0] : step.Between;
            step.There.Run(step.Outer, step.Length, step.Inner, from, to, _nothing, Workers);
            from = to;
        }
        if (_steps.Count == 0) X.CopyTo(Y);
    }

    public override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        Tensor<T> from = OutputGradients[0]!;
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            Step step = _steps[i];
            Tensor<T> to = i == 0 ? dx : _steps[i - 1].Between;
            step.Back.Run(step.Outer, step.Outputs, step.Inner, from, to, T.Zero, Workers);
            from = to;
        }
        if (_steps.Count == 0) Dy.CopyTo(dx.Span);
    }

    private Shape Add(Shape shape, int axis, int outputs, IReadOnlyCollection<(int, int, T)> entries)
    {
        (AxisMap<T> there, AxisMap<T> back) = AxisMap<T>.Of(shape[axis], outputs, entries);
        Shape to = shape.With(axis, outputs);
        _steps.Add(new(shape.Product(0, axis), shape[axis], outputs, shape.Product(axis + 1, shape.Rank), there, back, Tensor<T>.Alone(to)));
        return to;
    }

    private static int Source(int at, int length, PadMode mode)
    {
        if ((uint)at < (uint)length) return at;
        int period = mode switch { PadMode.Reflect => Math.Max(1, 2 * (length - 1)), PadMode.Symmetric => 2 * length, _ => length };
        int phase = (at % period + period) % period;
        return mode switch
        {
            PadMode.Edge => at < 0 ? 0 : length - 1,
            PadMode.Reflect => phase < length ? phase : period - phase,
            PadMode.Symmetric => phase < length ? phase : period - 1 - phase,
            _ => phase,
        };
    }

    private static ResizeAxis AxisOf(Resize op, int axis, Shape from, bool cropped) => new()
    {
        InputLength = from[axis],
        OutputLength = op.Sizes[axis],
        Scale = op.Scales[axis],
        Mode = op.Interpolation switch { Interpolation.Nearest => ResizeMode.Nearest, Interpolation.Linear => ResizeMode.Linear, _ => ResizeMode.Cubic },
        Nearest = op.Rounding switch
        {
            NearestRounding.RoundPreferFloor => ResizeNearest.RoundPreferFloor,
            NearestRounding.RoundPreferCeil => ResizeNearest.RoundPreferCeil,
            NearestRounding.Floor => ResizeNearest.Floor,
            _ => ResizeNearest.Ceil,
        },
        Coordinates = op.Coordinates switch
        {
            CoordinateTransformation.HalfPixel => ResizeCoordinates.HalfPixel,
            CoordinateTransformation.HalfPixelSymmetric => ResizeCoordinates.HalfPixelSymmetric,
            CoordinateTransformation.PytorchHalfPixel => ResizeCoordinates.PytorchHalfPixel,
            CoordinateTransformation.AlignCorners => ResizeCoordinates.AlignCorners,
            CoordinateTransformation.Asymmetric => ResizeCoordinates.Asymmetric,
            CoordinateTransformation.TfHalfPixelForNearest => ResizeCoordinates.TfHalfPixelForNn,
            _ => ResizeCoordinates.TfCropAndResize,
        },
        CubicCoefficient = op.CubicCoefficient,
        ExcludeOutside = op.ExcludeOutside,
        Antialias = op.Antialias,
        RoiStart = cropped ? op.RegionOfInterest[axis] : 0,
        RoiEnd = cropped ? op.RegionOfInterest[from.Rank + axis] : 1,
    };
}
