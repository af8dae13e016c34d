using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Matrix product [..., M, K] × [..., K, N]; leading axes broadcast, and gradients are summed over them where they were.</summary>
internal sealed class MatrixMultiplying<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _rows, _depth, _width;

    // For each matrix of the result, which of either factor it is made of; for each of a factor, in which of the result it is.
    private readonly int[] _a, _b;
    private readonly List<int>[] _ofA, _ofB;
    private T[] _turnedA = [], _turnedB = [];

    public MatrixMultiplying(Shape a, Shape b)
    {
        (_rows, _depth, _width) = (a[^2], a[^1], b[^1]);
        Shape batchA = new(a.Span[..^2]), batchB = new(b.Span[..^2]), batch = Shape.Broadcast(batchA, batchB);
        if (batchB.ElementCount == 1 && batchA.ElementCount == batch.ElementCount)
        {
            // The rows of all matrices together are one.
            _rows *= batch.ElementCount;
            batchA = batchB = batch = Shape.Scalar;
        }
        LoopNest nest = LoopNest.Broadcast(batch, batchA, batchB);
        (_a, _b) = (new int[nest.Length], new int[nest.Length]);
        LoopNest.Runs runs = nest.Between(0, nest.Length, most: 1);
        for (int i = 0; runs.Next(); i++) (_a[i], _b[i]) = (runs.At[1], runs.At[2]);
        _ofA = Users(_a, batchA.ElementCount);
        _ofB = Users(_b, batchB.ElementCount);
    }

    public override bool ReadsInput(int index) => InputGradients[1 - index] is not null;

    public override void Forward(in Pass pass) => Pieces(_a.Length, _rows, _depth, _width, (matrix, begin, end) =>
        MatrixProduct.Run<T>(
            X.Slice(_a[matrix] * _rows * _depth + begin * _depth, (end - begin) * _depth), Inputs[1].Span.Slice(_b[matrix] * _depth * _width, _depth * _width),
            Y.Slice(matrix * _rows * _width + begin * _width, (end - begin) * _width), end - begin, _depth, _width, add: false));

    public override void Backward()
    {
        if (InputGradients[0] is { } da)
        {
            Turn(Inputs[1], ref _turnedB, _ofB.Length, _depth, _width);
            if (_ofA.Any(users => users.Count == 0)) da.Span.Clear();
            Pieces(_ofA.Length, _rows, _width, _depth, (matrix, begin, end) =>
            {
                Span<T> to = da.Span.Slice((matrix * _rows + begin) * _depth, (end - begin) * _depth);
                foreach (int user in _ofA[matrix])
                {
                    MatrixProduct.Run<T>(
                        Dy.Slice((user * _rows + begin) * _width, (end - begin) * _width), _turnedB.AsSpan(_b[user] * _depth * _width, _depth * _width), to,
                        end - begin, _width, _depth, add: user != _ofA[matrix][0]);
                }
            });
        }
        if (InputGradients[1] is { } db)
        {
            Turn(Inputs[0], ref _turnedA, _ofA.Length, _rows, _depth);
            if (_ofB.Any(users => users.Count == 0)) db.Span.Clear();
            Pieces(_ofB.Length, _depth, _rows, _width, (matrix, begin, end) =>
            {
                Span<T> to = db.Span.Slice((matrix * _depth + begin) * _width, (end - begin) * _width);
                foreach (int user in _ofB[matrix])
                {
                    MatrixProduct.Run<T>(
                        _turnedA.AsSpan((_a[user] * _depth + begin) * _rows, (end - begin) * _rows), Dy.Slice(user * _rows * _width, _rows * _width), to,
                        end - begin, _rows, _width, add: user != _ofB[matrix][0]);
                }
            });
        }
    }

    private static List<int>[] Users(int[] matrices, int count)
    {
        var users = new List<int>[count];
        for (int i = 0; i < count; i++) users[i] = [];
        for (int i = 0; i < matrices.Length; i++) users[matrices[i]].Add(i);
        return users;
    }

    /// <summary>Shares the rows of matrices [rows, width] that are products over a depth.</summary>
    private void Pieces(int count, int rows, int depth, int width, Action<int, int, int> run)
    {
        int grain = MatrixProduct.RowsOfPiece(depth, width), pieces = (rows + grain - 1) / grain;
        Workers.Each(count * pieces, piece =>
        {
            (int matrix, int part) = Math.DivRem(piece, pieces);
            run(matrix, part * grain, Math.Min(rows, (part + 1) * grain));
        });
    }

    private void Turn(Tensor<T> from, ref T[] to, int count, int rows, int columns)
    {
        if (to.Length == 0) to = new T[from.Length];
        T[] turned = to;
        int length = rows * columns;
        Workers.Each(count, i => MatrixProduct.Transpose<T>(from.Span.Slice(i * length, length), turned.AsSpan(i * length, length), rows, columns));
    }
}
