namespace EdgeNet.Kernels;

/// <summary>The order of candidates: higher score first, of equals the lower index.</summary>
internal static class Ranking
{
    /// <summary>Sorts indices into <paramref name="scores"/> in place, by heap sort, without allocating.</summary>
    public static void Sort(Span<int> indices, ReadOnlySpan<float> scores)
    {
        for (int root = indices.Length / 2 - 1; root >= 0; root--) Sink(indices, scores, root);
        for (int last = indices.Length - 1; last > 0; last--)
        {
            (indices[0], indices[last]) = (indices[last], indices[0]);
            Sink(indices[..last], scores, 0);
        }
    }

    /// <summary>Whether candidate <paramref name="a"/> goes before candidate <paramref name="b"/>.</summary>
    public static bool Before(int a, int b, ReadOnlySpan<float> scores) =>
        scores[a] > scores[b] || (scores[a] == scores[b] && a < b);

    /// <summary>Restores the heap below <paramref name="root"/>; on top of the heap is the candidate that goes last.</summary>
    private static void Sink(Span<int> heap, ReadOnlySpan<float> scores, int root)
    {
        while (true)
        {
            int child = 2 * root + 1;
            if (child >= heap.Length) return;
            if (child + 1 < heap.Length && Before(heap[child], heap[child + 1], scores)) child++;
            if (!Before(heap[root], heap[child], scores)) return;
            (heap[root], heap[child]) = (heap[child], heap[root]);
            root = child;
        }
    }
}
