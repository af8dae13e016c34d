using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>When a tensor is in use: from one step of a pass to another, both included.</summary>
internal readonly record struct Lifetime<T>(Tensor<T> Tensor, int Begin, int End) where T : unmanaged;

/// <summary>
/// Gives tensors their memory. Tensors whose lifetimes do not meet share blocks: each takes, in the order of their beginnings, the free block
/// that fits it best, or else makes the largest free one larger.
/// </summary>
internal static class MemoryPlan
{
    private sealed class Block
    {
        public int Bytes;
        public int BusyUntil;
    }

    /// <summary>Binds all tensors and tells how many bytes they take together.</summary>
    public static long Place<T>(IEnumerable<Lifetime<T>> lifetimes) where T : unmanaged
    {
        var blocks = new List<Block>();
        var places = new List<(Tensor<T> Tensor, Block Block)>();
        foreach (Lifetime<T> life in lifetimes.OrderBy(life => life.Begin).ThenByDescending(life => life.Tensor.ByteCount))
        {
            int bytes = life.Tensor.ByteCount;
            Block[] free = [.. blocks.Where(block => block.BusyUntil < life.Begin)];
            Block? block = free.Where(block => block.Bytes >= bytes).MinBy(block => block.Bytes) ?? free.MaxBy(block => block.Bytes);
            if (block is null) blocks.Add(block = new Block());
            block.Bytes = Math.Max(block.Bytes, bytes);
            block.BusyUntil = life.End;
            places.Add((life.Tensor, block));
        }
        Dictionary<Block, AlignedBuffer> memory = blocks.ToDictionary(block => block, block => new AlignedBuffer(block.Bytes));
        foreach ((Tensor<T> tensor, Block block) in places) tensor.Bind(memory[block]);
        return blocks.Sum(block => (long)block.Bytes);
    }
}
