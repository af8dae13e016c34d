using EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>What a step computes: units of work that may run in any order and on any thread, and the kernel that computes a range of them.</summary>
internal sealed record Work(int Units, WorkKernel Kernel)
{
    /// <summary>Work that needs no scratch memory.</summary>
    public Work(int units, Action<int, int> kernel) : this(units, (begin, end, _, _) => kernel(begin, end)) { }

    /// <summary>Units that are computed together; a range is never split finer.</summary>
    public int Grain { get; init; } = 1;

    /// <summary>Scratch memory of one worker.</summary>
    public int ScratchBytes { get; init; }

    /// <summary>What computes it, for people to read.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of packed weights.</summary>
    public long WeightBytes { get; init; }

    /// <summary>
    /// About how many steps of a fast loop it takes: elements of one that streams, eight products of a convolution, two of a depthwise one.
    /// What is too small is not worth sharing with another thread.
    /// </summary>
    public long Cost { get; init; } = Units;
}
