namespace EdgeNet.Kernels.Tests;

/// <summary>The fast kernels that move elements against the scalar ones.</summary>
public class VectorizedLayoutTests
{
    [Fact]
    public void Transposes()
    {
        int[] extents = [1, 2, 3, 4, 5, 7, 8, 9, 16, 18, 19, 33, 70];
        foreach (int rows in extents)
        {
            foreach (int columns in extents)
            {
                Check(StridedView.Transpose([2, columns, rows], [0, 2, 1]));
                Check(StridedView.Transpose([columns, 2, rows], [1, 2, 0]));
            }
        }
        Check(StridedView.Transpose([2, 3, 5, 4], [0, 2, 3, 1]));
        Check(StridedView.Transpose([2, 3, 5, 4], [3, 2, 1, 0]));
        Check(StridedView.Transpose([1, 7, 1, 9], [3, 0, 1, 2]));
        Check(StridedView.Slice([2, 6, 20], [0, 1, 3], [1, 2, 1], [2, 2, 10]));
        Check(StridedView.Slice([2, 6, 20], [1, 5, 19], [-1, -1, -2], [2, 4, 10]));
        Check(StridedView.Expand([3, 1, 2], [2, 3, 4, 2]));
        Check(StridedView.Expand([3, 1], [3, 40]));
        Check(StridedView.Expand([], [3]));

        static void Check(StridedView view)
        {
            Moves<byte>(view.InputLength, view.Length, i => (byte)(i * 7), view);
            Moves<float>(view.InputLength, view.Length, i => i, view);
            Moves<long>(view.InputLength, view.Length, i => i, view);
        }

        static void Moves<T>(int inputs, int outputs, Func<int, T> value, StridedView view) where T : unmanaged
        {
            T[] x = [.. Enumerable.Range(0, inputs).Select(value)];
            VectorizedTests.Same<T>(outputs, (y, b, e) => StridedCopy.Scalar(view, x, y, b, e), (y, b, e) => StridedCopy.Run(view, x, y, b, e));
        }
    }

    [Theory]
    [InlineData(PadMode.Constant)]
    [InlineData(PadMode.Edge)]
    [InlineData(PadMode.Reflect)]
    [InlineData(PadMode.Symmetric)]
    [InlineData(PadMode.Wrap)]
    public void Pads(PadMode mode)
    {
        Check([2, 4, 5, 3], [0, 1, 2, 0], [0, 2, 1, 0]);
        Check([2, 4, 5, 3], [1, 0, 0, 0], [0, 0, 0, 2]);
        Check([2, 4, 5, 3], [0, -1, 2, 0], [0, -2, -1, 0]);
        Check([9], [3], [4]);
        Check([9], [-3], [-4]);
        Check([3, 1, 4], [2, 0, 1], [0, 0, 1]);
        Check([5, 2], [0, 0], [0, 0]);
        Check([], [], []);

        void Check(int[] extents, int[] before, int[] after)
        {
            var shape = new PadShape(extents, before, after, mode);
            int[] x = [.. Enumerable.Range(0, shape.InputLength)];
            VectorizedTests.Same<int>(shape.Length, (y, b, e) => Pad.Scalar(shape, -1, x, y, b, e), (y, b, e) => Pad.Run(shape, -1, x, y, b, e));
        }
    }
}
