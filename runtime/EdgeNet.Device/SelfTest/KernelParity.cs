using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>One kernel against the scalar reference, on numbered cases: a number always means the same case.</summary>
internal abstract class KernelParity(string name)
{
    /// <summary>The kernel's name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether not one bit may differ.</summary>
    public abstract bool IsExact { get; }

    /// <summary>Cases of the short run; numbers up to <see cref="AllCases"/> times this are new ones.</summary>
    public abstract int Cases { get; }

    /// <summary>How many times the cases of the short run the full one has.</summary>
    public const int AllCases = 10;

    /// <summary>Every parameter of a case, on one line.</summary>
    public abstract string Describe(int number);

    /// <summary>Runs a case.</summary>
    public abstract Outcome Check(int number);

    /// <summary>Every kernel of this processor.</summary>
    public static IEnumerable<KernelParity> All()
    {
        foreach (PointwiseKernel kernel in KernelTable.PointwiseF32) yield return new ConvolutionParityF32(kernel);
        foreach (PointwiseKernel kernel in KernelTable.PointwiseS8) yield return new ConvolutionParityS8(kernel);
        foreach (DepthwiseKernel kernel in KernelTable.DepthwiseF32) yield return new DepthwiseParityF32(kernel);
        foreach (DepthwiseKernel kernel in KernelTable.DepthwiseS8) yield return new DepthwiseParityS8(kernel);
        foreach (SparsePointwiseKernel kernel in KernelTable.SparsePointwiseF32) yield return new SparseParityF32(kernel);
    }

    private protected static SeededNoise NoiseOf(int number) => new((ulong)number);
}
