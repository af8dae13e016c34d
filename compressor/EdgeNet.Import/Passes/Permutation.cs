using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>An order of axes: axis <c>i</c> of the transposed tensor is axis <c>this[i]</c> of its source.</summary>
internal readonly record struct Permutation(ValueList<int> Axes)
{
    public int Rank => Axes.Count;

    public int this[int axis] => Axes[axis];

    public bool IsIdentity
    {
        get
        {
            for (int i = 0; i < Rank; i++)
            {
                if (Axes[i] != i) return false;
            }
            return true;
        }
    }

    public static Permutation Identity(int rank) => new(Enumerable.Range(0, rank).ToValueList());

    /// <summary>This transpose followed by another.</summary>
    public Permutation Then(Permutation next)
    {
        ValueList<int> axes = Axes;
        return new(next.Axes.Select(axis => axes[axis]).ToValueList());
    }

    public Permutation Inverse()
    {
        int[] inverse = new int[Rank];
        for (int i = 0; i < Rank; i++) inverse[Axes[i]] = i;
        return new(ValueList.Create<int>(inverse));
    }

    /// <summary>This order under additional leading axes, as broadcasting adds them.</summary>
    public Permutation Lifted(int rank)
    {
        int added = rank - Rank;
        return new([.. Enumerable.Range(0, added), .. Axes.Select(axis => axis + added)]);
    }

    /// <summary>The order of the axes that are left when some of the transposed tensor's axes go.</summary>
    public Permutation Without(ValueList<int> gone)
    {
        int[] left = [.. Axes.Where((_, i) => !gone.Contains(i))];
        return new(left.Select(axis => left.Count(other => other < axis)).ToValueList());
    }

    /// <summary>The shape of the transposed tensor.</summary>
    public Shape Apply(Shape source) => new([.. Axes.Select(axis => source[axis])]);

    /// <summary>What is given per axis of the transposed tensor, given per axis of the source.</summary>
    public ValueList<T> ToSource<T>(ValueList<T> perAxis) where T : struct, IEquatable<T>
    {
        var result = new T[Rank];
        for (int i = 0; i < Rank; i++) result[Axes[i]] = perAxis[i];
        return ValueList.Create<T>(result);
    }

    /// <summary>Whether no element changes its place in memory: only axes of extent 1 move.</summary>
    public bool KeepsMemoryOrder(Shape source)
    {
        int last = -1;
        foreach (int axis in Axes)
        {
            if (source[axis] == 1) continue;
            if (axis < last) return false;
            last = axis;
        }
        return true;
    }
}
