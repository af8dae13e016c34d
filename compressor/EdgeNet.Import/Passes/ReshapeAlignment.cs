using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>
/// A reshape of a transposed tensor, done the other way round: <c>Reshape(Transpose(x, order), to)</c> equals
/// <c>Transpose(Reshape(Transpose(x, Inner), Shape), Outer)</c>, in which Inner is the identity whenever the reshape splits
/// axes or merges ones that lie side by side in x, and otherwise moves no more than it must.
/// </summary>
internal readonly record struct ReshapeAlignment(Permutation Inner, Shape Shape, Permutation Outer)
{
    /// <summary>Works the alignment out; null for tensors without elements.</summary>
    public static ReshapeAlignment? Of(Shape source, Permutation order, Shape to)
    {
        if (source.ElementCount == 0) return null;
        // Minimal runs of axes with the same product on both sides; axes of extent 1 do not count.
        List<(int[] From, int[] To)> blocks = [];
        Shape transposed = order.Apply(source);
        int[] from = [.. Enumerable.Range(0, transposed.Rank).Where(axis => transposed[axis] != 1)];
        int[] onto = [.. Enumerable.Range(0, to.Rank).Where(axis => to[axis] != 1)];
        for (int i = 0, j = 0; i < from.Length;)
        {
            int i0 = i, j0 = j;
            long left = transposed[from[i++]], right = to[onto[j++]];
            while (left != right)
            {
                if (left < right) left *= transposed[from[i++]];
                else right *= to[onto[j++]];
            }
            blocks.Add(([.. from[i0..i].Select(axis => order[axis])], onto[j0..j]));
        }
        blocks.Sort((a, b) => a.From.Min().CompareTo(b.From.Min()));

        int[] outerSource = WithUnits(blocks.SelectMany(block => block.To), to);
        return new(
            new Permutation(ValueList.Create<int>(WithUnits(blocks.SelectMany(block => block.From), source))),
            new Shape([.. outerSource.Select(axis => to[axis])]),
            new Permutation(ValueList.Create<int>(outerSource)).Inverse());
    }

    /// <summary>Puts each axis of extent 1 behind the one that it follows in the shape, leading ones first.</summary>
    private static int[] WithUnits(IEnumerable<int> axes, Shape shape)
    {
        var result = new List<int>();
        AddUnitsFrom(0);
        foreach (int axis in axes)
        {
            result.Add(axis);
            AddUnitsFrom(axis + 1);
        }
        return [.. result];

        void AddUnitsFrom(int axis)
        {
            for (; axis < shape.Rank && shape[axis] == 1; axis++) result.Add(axis);
        }
    }
}
