using System.Collections;
using System.Runtime.CompilerServices;

namespace EdgeNet.Model;

/// <summary>
/// The extents of a tensor, outermost first; static, and at most <see cref="MaxElements"/> elements in at most
/// <see cref="MaxRank"/> dimensions, so that an element count always fits an <see cref="int"/>.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    /// <summary>The highest rank.</summary>
    public const int MaxRank = 8;

    /// <summary>The most elements that one tensor may have.</summary>
    public const int MaxElements = 1 << 29;

    private readonly ValueList<int> _extents;

    /// <summary>A shape of these extents; none make a scalar.</summary>
    /// <exception cref="ShapeException">An extent is negative, or a limit is passed.</exception>
    public Shape(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new ShapeException($"a tensor of rank {extents.Length} was asked for; at most {MaxRank} dimensions are supported");
        // A zero extent must not hide absurd ones behind it, so they are left out of the product that is checked.
        long nonZero = 1;
        bool empty = false;
        foreach (int extent in extents)
        {
            if (extent < 0) throw new ShapeException($"negative extent {extent} in shape [{string.Join(", ", extents.ToArray())}]");
            if (extent == 0) empty = true;
            else nonZero *= extent;
            if (nonZero > MaxElements)
            {
                throw new ShapeException(
                    $"a tensor of shape [{string.Join(", ", extents.ToArray())}] has more than the {MaxElements} elements that are supported");
            }
        }
        _extents = ValueList.Create(extents);
        ElementCount = empty ? 0 : (int)nonZero;
    }

    /// <summary>A shape of these extents.</summary>
    public static Shape Create(ReadOnlySpan<int> extents) => new(extents);

    /// <summary>The shape of one number.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>The number of dimensions.</summary>
    public int Rank => _extents.Count;

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>The product of the extents; 1 for a scalar.</summary>
    public int ElementCount { get => Rank == 0 ? 1 : field; }

    /// <summary>The extents.</summary>
    public ReadOnlySpan<int> Span => _extents.Span;

    /// <summary>The extent of one dimension.</summary>
    public int this[int axis] => _extents[axis];

    /// <summary>The extent of one dimension, counted from the end where asked.</summary>
    public int this[Index axis] => _extents[axis.GetOffset(Rank)];

    /// <summary>The product of the extents from <paramref name="begin"/> up to, not including, <paramref name="end"/>.</summary>
    public int Product(int begin, int end)
    {
        int product = 1;
        for (int axis = begin; axis < end; axis++) product *= this[axis];
        return product;
    }

    /// <summary>This shape with one extent replaced.</summary>
    public Shape With(int axis, int extent)
    {
        int[] extents = ToArray();
        extents[axis] = extent;
        return new Shape(extents);
    }

    /// <summary>A copy of the extents.</summary>
    public int[] ToArray() => Span.ToArray();

    /// <summary>
    /// The shape that both broadcast to by the NumPy rule: aligned at the last dimension, extents equal or one of them 1.
    /// </summary>
    /// <exception cref="ShapeException">They do not broadcast.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] extents = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int left = i < rank - a.Rank ? 1 : a[i - (rank - a.Rank)];
            int right = i < rank - b.Rank ? 1 : b[i - (rank - b.Rank)];
            if (left != right && left != 1 && right != 1) throw new ShapeException($"shapes {a} and {b} do not broadcast");
            extents[i] = left == 1 ? right : left;
        }
        return new Shape(extents);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => _extents.Equals(other._extents);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _extents.GetHashCode();

    /// <summary>The extents between brackets.</summary>
    public override string ToString() => _extents.ToString();

    /// <summary>Compares by extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Compares by extents.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => _extents.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
