namespace EdgeNet.Kernels.Tests;

public class LayoutTests
{
    private static int[] Count(int n) => [.. Enumerable.Range(0, n)];

    private static int[] Copy(StridedView view, int[] x) =>
        Values.Split<int>(view.Length, view.Length, (o, a, b) => StridedCopy.Scalar<int>(view, x, o, a, b));

    private static int[] Padded(PadShape shape, int[] x) =>
        Values.Split<int>(shape.Length, shape.Length, (o, a, b) => Pad.Scalar(shape, -1, x, o, a, b));

    [Fact]
    public void Views()
    {
        Assert.Equal([0, 3, 1, 4, 2, 5], Copy(StridedView.Transpose([2, 3], [1, 0]), Count(6)));
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Copy(StridedView.Transpose([1, 3, 4], [0, 2, 1]), Count(12)));
        Assert.Equal([5, 3, 2, 0], Copy(StridedView.Slice([2, 3], [1, 2], [-1, -2], [2, 2]), Count(6)));
        Assert.Equal([1, 2, 4, 5], Copy(StridedView.Slice([2, 3], [0, 1], [1, 1], [2, 2]), Count(6)));
        Assert.Empty(Copy(StridedView.Slice([2, 3], [0, 3], [1, 1], [2, 0]), Count(6)));
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1], Copy(StridedView.Expand([2, 1], [2, 2, 2]), Count(2)));
        Assert.Equal([7], Copy(StridedView.Expand([], []), [7]));
        Assert.Throws<ArgumentException>(() => StridedView.Slice([2], [1], [1], [2]));
        Assert.Throws<ArgumentException>(() => StridedView.Transpose([2, 2], [0, 0]));
    }

    [Fact]
    public void TransposingBackIsTheIdentity()
    {
        var random = new Random(12);
        for (int trial = 0; trial < 100; trial++)
        {
            int rank = random.Next(1, 7);
            int[] shape = random.Integers(rank, 1, 4), permutation = Count(rank), inverse = new int[rank];
            random.Shuffle(permutation);
            for (int i = 0; i < rank; i++) inverse[permutation[i]] = i;
            int[] x = Count(shape.Aggregate(1, (a, b) => a * b));
            int[] turned = Copy(StridedView.Transpose(shape, permutation), x);
            Assert.Equal(x, Copy(StridedView.Transpose([.. permutation.Select(p => shape[p])], inverse), turned));
        }
    }

    [Fact]
    public void PaddingInItsModes()
    {
        Assert.Equal([-1, -1, 0, 1, 2, -1], Padded(new([3], [2], [1], PadMode.Constant), Count(3)));
        Assert.Equal([2, 1, 0, 1, 2, 1, 0, 1], Padded(new([3], [2], [3], PadMode.Reflect), Count(3)));
        Assert.Equal([1, 0, 0, 1, 2, 2, 1, 0], Padded(new([3], [2], [3], PadMode.Symmetric), Count(3)));
        Assert.Equal([0, 0, 0, 1, 2, 2], Padded(new([3], [2], [1], PadMode.Edge), Count(3)));
        Assert.Equal([1, 2, 0, 1, 2, 0], Padded(new([3], [2], [1], PadMode.Wrap), Count(3)));
        Assert.Equal([1], Padded(new([3], [-1], [-1], PadMode.Constant), Count(3)));
        Assert.Equal([-1, -1, -1, 0, 1, -1, 2, 3, -1], Padded(new([2, 2], [1, 0], [0, 1], PadMode.Constant), Count(4)));
        Assert.Equal([0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3], Padded(PadShape.Tile([2, 2], [2, 2]), Count(4)));
    }

    [Fact]
    public void Gathering()
    {
        int[] y = new int[4];
        Gather.Scalar<int, long>(AxisShape.Of([2, 3], 1), Count(6), [2, -3], y, 0, 4);
        Assert.Equal([2, 0, 5, 3], y);
        Gather.Scalar<int, long>(AxisShape.Of([3, 2], 0), Count(6), [2, 0], y, 0, 2);
        Assert.Equal([4, 5, 0, 1], y);
        GatherElements.Scalar<int, long>([3, 3], [2, 2], 0, Count(9), [1, 2, -1, 0], y, 0, 4);
        Assert.Equal([3, 7, 6, 1], y);
        GatherNd.Scalar<int, long>([2, 2, 2], 0, 2, Count(8), [0, 1, 1, 0], y, 0, 2);
        Assert.Equal([2, 3, 4, 5], y);
        GatherNd.Scalar<int, int>([2, 2, 2], 1, 1, Count(8), [1, 0], y, 0, 2);
        Assert.Equal([2, 3, 4, 5], y);
        Assert.Throws<ArgumentException>(() => Gather.Scalar<int, long>(AxisShape.Of([3], 0), Count(3), [3L], new int[1], 0, 1));
    }

    [Fact]
    public void ConcatPutsPiecesSideBySide()
    {
        int[] y = new int[10];
        Concat.Scalar<int>(2, [1, 2, 3, 4], y, 5, 0, 0, 2);
        Concat.Scalar<int>(2, [5, 6, 7, 8, 9, 10], y, 5, 2, 0, 2);
        Assert.Equal([1, 2, 5, 6, 7, 3, 4, 8, 9, 10], y);
    }

    [Fact]
    public void TheBestComeFirst()
    {
        float[] values = new float[3];
        long[] indices = new long[3];
        TopK.Scalar(new(1, 5, 1), 3, true, [1, 4, 3, 4, 2], values, indices, 0, 1);
        Assert.Equal([4, 4, 3], values);
        Assert.Equal([1, 3, 2], indices);
        TopK.Scalar(new(1, 5, 1), 3, false, [1, 4, 1, 4, 2], values, indices, 0, 1);
        Assert.Equal([0, 2, 4], indices);
    }
}
