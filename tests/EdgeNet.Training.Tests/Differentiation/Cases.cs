using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>Uses of every op: its sample, and shapes that straddle the widths of vectors and the pieces that threads share.</summary>
internal static class Cases
{
    private static readonly ValueList<int> One = [1, 1], None = [0, 0, 0, 0], Same = [1, 1, 1, 1];

    private static readonly Dictionary<string, Case[]> ByOp = Samples().Concat(Shapes()).GroupBy(use => use.Op.Name).ToDictionary(group => group.Key, group => group.ToArray());

    public static IEnumerable<string> Ops => ByOp.Keys;

    public static Case[] Of(string op) => ByOp[op];

    public static IEnumerable<Case> Samples() => OpSamples.All().Select(sample => new Case(sample.Op, sample.Inputs));

    private static IEnumerable<Case> Shapes()
    {
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Unary))
        {
            foreach (int length in (int[])[1, 3, 8, 17, 65]) yield return Use(op, [length]);
            yield return Use(op, [3, 41, 300]);
        }
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Binary))
        {
            if (op is And or Or or Xor) continue;
            yield return Use(op, [17], [17]);
            yield return Use(op, [3, 4], []);
            yield return Use(op, [2, 5, 6, 33], [2, 1, 1, 33]);
            yield return Use(op, [20, 2000], [2000]);
            yield return Use(op, [2, 20001], [2, 1]);
            yield return Use(op, [70, 31, 20], [20]);
            yield return Use(op, [33000], [1]);
            if (op is PRelu) continue;
            yield return Use(op, [4], [2, 3, 4]);
            yield return Use(op, [5, 1, 7], [6, 1]);
            yield return Use(op, [1, 1], [9, 70]);
            yield return Use(op, [2, 1, 9, 1], [7, 1, 13]);
            yield return Use(op, [1, 3, 1, 5000], [9, 1, 2, 1]);
        }
        foreach (int channels in (int[])[1, 3, 8, 19, 70])
        {
            foreach (PoolKind kind in Enum.GetValues<PoolKind>())
            {
                yield return Use(new Pool2D(kind, [2, 2], [2, 2], One, None), [2, 6, 8, channels]);
                yield return Use(new Pool2D(kind, [3, 2], [1, 2], One, [1, 0, 1, 1]), [1, 5, 7, channels]);
                yield return Use(new Pool2D(kind, [2, 3], [2, 3], [2, 1], [1, 2, 0, 1], true), [2, 7, 6, channels]);
                yield return Use(new Pool2D(kind, [3, 3], [2, 2], One, [0, 0, 1, 1], false, true), [1, 8, 7, channels]);
                yield return Use(new Pool2D(kind, [5, 4], One, One, None), [2, 5, 4, channels]);
                yield return Use(new Pool2D(kind, [1, 1], [2, 2], One, None), [1, 5, 4, channels]);
            }
        }
        yield return Use(new Pool2D(PoolKind.Max, [3, 3], [2, 2], One, Same), [2, 60, 50, 24]);
        yield return Use(new Pool2D(PoolKind.Average, [3, 3], [2, 2], One, Same, true), [2, 60, 50, 24]);
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Reduction))
        {
            var reduction = (Reduction)op;
            yield return Use(reduction with { Axes = [0] }, [17]);
            yield return Use(reduction with { Axes = [0, 1, 2] }, [3, 1, 5]);
            yield return Use(reduction with { Axes = [1] }, [3, 9, 1]);
            yield return Use(reduction with { Axes = [1, 3] }, [2, 3, 5, 9]);
            yield return Use(reduction with { Axes = [0, 2] }, [3, 4, 2, 7]);
            if (op is ReduceProd) continue;
            yield return Use(reduction with { Axes = [1, 2] }, [2, 11, 13, 33]);
            yield return Use(reduction with { Axes = [1, 2] }, [1, 70, 60, 19]);
            yield return Use(reduction with { Axes = [0] }, [200, 400]);
            yield return Use(reduction with { Axes = [1] }, [3, 40001]);
            yield return Use(reduction with { Axes = [0, 1] }, [300, 301]);
            yield return Use(reduction with { Axes = [] }, [3, 4]);
        }
        foreach (int axis in (int[])[0, 1, 2])
        {
            foreach (Op op in (Op[])[new Softmax(axis), new LogSoftmax(axis)])
            {
                yield return Use(op, [3, 5, 7]);
                yield return Use(op, [1, 17, 33]);
                yield return Use(op, [1, 1, 1]);
                yield return Use(op, [40, 30, 50]);
            }
            yield return Use(new TopK(3, axis), [5, 4, 7]);
            yield return Use(new TopK(2, axis, false), [3, 4, 9]);
            yield return Use(new TopK(0, axis), [3, 4, 9]);
            yield return Use(new Concat(axis), [2, 3, 4], [2, 3, 4], [2, 3, 4]);
        }
        yield return Use(new Concat(3), [2, 30, 31, 8], [2, 30, 31, 19], [2, 30, 31, 1]);
        yield return Use(new Concat(0), [1, 9], [3, 9], [0, 9]);
        yield return Use(new Reshape([6, 4, 1]), [2, 3, 4]);
        yield return Use(new Reshape([100, 410]), [41, 1000]);
        yield return Use(new Transpose([0, 3, 1, 2]), [2, 9, 10, 33]);
        yield return Use(new Transpose([0, 2, 3, 1]), [2, 17, 90, 31]);
        yield return Use(new Transpose([3, 2, 1, 0]), [2, 3, 4, 5]);
        yield return Use(new Transpose([1, 0]), [1, 7]);
        yield return Use(new Slice([1, 2, 0], [1, 3, 9], [1, 1, 1]), [3, 6, 9]);
        yield return Use(new Slice([2, 5, 8], [2, 3, 5], [-1, -2, -2]), [3, 6, 9]);
        yield return Use(new Slice([0, 0, 0, 3], [2, 50, 60, 9], [1, 1, 1, 1]), [2, 50, 60, 17]);
        yield return Use(new Slice([0, 1], [3, 0], [1, 1]), [3, 6]);
        yield return Use(new Pad([0, 1, 2, 0], [0, 1, 0, 0], PadMode.Constant, -1), [2, 40, 30, 17]);
        yield return Use(new Pad([-1, 1, -2], [0, -2, 3]), [3, 6, 9]);
        yield return Use(new Pad([0, -4], [2, -2]), [3, 6]);
        yield return Use(new Expand([2, 3, 4]), (int[])[]);
        yield return Use(new Expand([5, 2, 31, 4]), [2, 1, 4]);
        yield return Use(new Expand([90, 400]), [400]);
        yield return Use(new Expand([3, 20000]), [3, 1]);
    }

    private static Case Use(Op op, params int[][] shapes) => new(op, [.. shapes.Select(shape => new TensorType(ElementType.Float32, new Shape(shape)))]);
}
