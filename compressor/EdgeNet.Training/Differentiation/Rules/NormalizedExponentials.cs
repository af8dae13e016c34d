using System.Numerics;
using System.Numerics.Tensors;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>
/// Softmax along an axis, and its logarithm. The axis is walked a row of neighbours at a time; where it is the last, a line at a time.
/// </summary>
internal sealed class NormalizedExponentials<T>(AxisShape shape, bool logarithm) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override bool ReadsInput(int index) => false;

    public override bool ReadsOutput => true;

    public override void Forward(in Pass pass)
    {
        if (shape.Elements == 0) return;
        EachOuter((from, length) =>
        {
            if (shape.Inner == 1) Line(X.Slice(from, length), Y.Slice(from, length));
            else Rows(X.Slice(from, length), Y.Slice(from, length));
        });
    }

    public override void Backward()
    {
        if (InputGradients[0] is not { } gradient || shape.Elements == 0) return;
        EachOuter((from, length) =>
        {
            ReadOnlySpan<T> y = Y.Slice(from, length), dy = Dy.Slice(from, length);
            Span<T> dx = gradient.Span.Slice(from, length);
            // dx = y × (dy − Σ y × dy); of the logarithm dy − e^y × Σ dy.
            if (logarithm) TensorPrimitives.Exp(y, dx);
            if (shape.Inner == 1)
            {
                T sum = logarithm ? TensorPrimitives.Sum(dy) : TensorPrimitives.Dot(y, dy);
                if (logarithm) Finish(dy, dx, sum, dx);
                else TensorPrimitives.Subtract(dy, sum, dx);
                if (!logarithm) TensorPrimitives.Multiply(dx, y, dx);
                return;
            }
            Span<T> sums = new T[shape.Inner];
            for (int i = 0; i < length; i += shape.Inner)
            {
                if (logarithm) TensorPrimitives.Add(sums, dy.Slice(i, shape.Inner), sums);
                else TensorPrimitives.MultiplyAdd(y.Slice(i, shape.Inner), dy.Slice(i, shape.Inner), sums, sums);
            }
            for (int i = 0; i < length; i += shape.Inner)
            {
                Span<T> row = dx.Slice(i, shape.Inner);
                ReadOnlySpan<T> gradients = dy.Slice(i, shape.Inner);
                if (logarithm)
                {
                    TensorPrimitives.Multiply(row, sums, row);
                    TensorPrimitives.Subtract(gradients, row, row);
                }
                else
                {
                    TensorPrimitives.Subtract(gradients, sums, row);
                    TensorPrimitives.Multiply(row, y.Slice(i, shape.Inner), row);
                }
            }
        });
    }

    private void EachOuter(Action<int, int> run)
    {
        int length = shape.Length * shape.Inner;
        Workers.Ranges(shape.Outer, Math.Max(1, Workers.Grain / length), (begin, end) =>
        {
            for (int outer = begin; outer < end; outer++) run(outer * length, length);
        });
    }

    private void Line(ReadOnlySpan<T> x, Span<T> y)
    {
        TensorPrimitives.Subtract(x, TensorPrimitives.Max(x), y);
        if (logarithm)
        {
            T sum = T.Zero;
            Span<T> exponentials = Workers.Scratch(x.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()).As<T>()[..x.Length];
            TensorPrimitives.Exp(y, exponentials);
            sum = TensorPrimitives.Sum<T>(exponentials);
            TensorPrimitives.Subtract(y, T.Log(sum), y);
        }
        else
        {
            TensorPrimitives.Exp(y, y);
            TensorPrimitives.Divide(y, TensorPrimitives.Sum<T>(y), y);
        }
    }

    private void Rows(ReadOnlySpan<T> x, Span<T> y)
    {
        int width = shape.Inner;
        Span<T> most = new T[width], sums = new T[width], exponentials = new T[width];
        most.Fill(T.NegativeInfinity);
        for (int i = 0; i < x.Length; i += width) TensorPrimitives.Max(most, x.Slice(i, width), most);
        for (int i = 0; i < x.Length; i += width)
        {
            Span<T> row = y.Slice(i, width);
            TensorPrimitives.Subtract(x.Slice(i, width), most, row);
            TensorPrimitives.Exp(row, exponentials);
            TensorPrimitives.Add(sums, exponentials, sums);
            if (!logarithm) exponentials.CopyTo(row);
        }
        if (logarithm) TensorPrimitives.Log(sums, sums);
        for (int i = 0; i < y.Length; i += width)
        {
            Span<T> row = y.Slice(i, width);
            if (logarithm) TensorPrimitives.Subtract(row, sums, row);
            else TensorPrimitives.Divide(row, sums, row);
        }
    }

    /// <summary>dy − e × sum.</summary>
    private static void Finish(ReadOnlySpan<T> dy, ReadOnlySpan<T> e, T sum, Span<T> to)
    {
        TensorPrimitives.Multiply(e, sum, to);
        TensorPrimitives.Subtract(dy, to, to);
    }
}
