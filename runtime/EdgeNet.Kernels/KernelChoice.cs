namespace EdgeNet.Kernels;

/// <summary>
/// The kernel that computes a layer: the first of <see cref="KernelTable"/> that accepts it. The environment variable
/// <see cref="Variable"/> forces others, to measure and to find faults: names or parts of names, separated by commas. The first kernel of a
/// list whose name contains one of them goes before the rest; the word <c>scalar</c> chooses none where no other part fits, so that the
/// reference runs.
/// </summary>
public static class KernelChoice
{
    /// <summary>The name of the environment variable.</summary>
    public const string Variable = "EDGENET_KERNEL";

    private const string Scalar = "scalar";

    /// <summary>For pointwise, general convolution and fully connected layers in Float32; null where only the reference is left.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static PointwiseKernel? PointwiseF32() => PointwiseF32(Forced);

    /// <summary>For pointwise, general convolution and fully connected layers on 8-bit codes; null where only the reference is left.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static PointwiseKernel? PointwiseS8() => PointwiseS8(Forced);

    /// <summary>The same, of those that suit the weights.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static PointwiseKernel? PointwiseS8(in ConvolutionShape shape, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights)
    {
        string[] parts = Parts(Forced);
        var suited = new List<PointwiseKernel>();
        foreach (PointwiseKernel kernel in KernelTable.PointwiseS8)
        {
            if (Array.Exists(parts, part => kernel.Name.Contains(part, StringComparison.Ordinal)) || kernel.Suits(in shape, in quantization, weights))
                suited.Add(kernel);
        }
        return First(suited, Forced);
    }

    /// <summary>For a depthwise layer in Float32; null where only the reference is left.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static DepthwiseKernel? DepthwiseF32(in DepthwiseShape shape) => DepthwiseF32(in shape, Forced);

    /// <summary>For a depthwise layer on 8-bit codes; null where only the reference is left.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static DepthwiseKernel? DepthwiseS8(in DepthwiseShape shape) => DepthwiseS8(in shape, Forced);

    /// <summary>For pointwise layers in Float32 with sparse weights, where they pay; null where no kernel is left.</summary>
    /// <exception cref="KernelChoiceException">The variable names a kernel that this processor does not have.</exception>
    public static SparsePointwiseKernel? SparsePointwiseF32() => SparsePointwiseF32(Forced);

    /// <summary>What the variable forces; null where it is not set.</summary>
    public static string? Forced => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } forced ? forced : null;

    internal static PointwiseKernel? PointwiseF32(string? forced) => First(KernelTable.PointwiseF32, forced);

    internal static PointwiseKernel? PointwiseS8(string? forced) => First(KernelTable.PointwiseS8, forced);

    internal static DepthwiseKernel? DepthwiseF32(in DepthwiseShape shape, string? forced) => First(KernelTable.DepthwiseF32, shape, forced);

    internal static DepthwiseKernel? DepthwiseS8(in DepthwiseShape shape, string? forced) => First(KernelTable.DepthwiseS8, shape, forced);

    internal static SparsePointwiseKernel? SparsePointwiseF32(string? forced) => First(KernelTable.SparsePointwiseF32, kernel => kernel.Name, forced);

    private static PointwiseKernel? First(IEnumerable<PointwiseKernel> kernels, string? forced) => First(kernels, kernel => kernel.Name, forced);

    private static DepthwiseKernel? First(IEnumerable<DepthwiseKernel> kernels, DepthwiseShape shape, string? forced) =>
        First(kernels.Where(kernel => kernel.Accepts(in shape)), kernel => kernel.Name, forced);

    private static T? First<T>(IEnumerable<T> kernels, Func<T, string> nameOf, string? forced) where T : class
    {
        string[] parts = Parts(forced);
        return kernels.FirstOrDefault(kernel => Array.Exists(parts, part => nameOf(kernel).Contains(part, StringComparison.Ordinal)))
            ?? (parts.Contains(Scalar) ? null : kernels.FirstOrDefault());
    }

    /// <summary>The parts, each of which must mean something: a word that forces nothing is a mistake.</summary>
    private static string[] Parts(string? forced)
    {
        if (forced is null) return [];
        string[] parts = forced.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts)
        {
            if (part != Scalar && !KernelTable.Names.Any(name => name.Contains(part, StringComparison.Ordinal)))
                throw new KernelChoiceException($"{Variable}: no kernel '{part}' on this processor; there are {string.Join(", ", KernelTable.Names)} and {Scalar}");
        }
        return parts;
    }
}

/// <summary>The environment names a kernel that this processor does not have.</summary>
public sealed class KernelChoiceException : Exception
{
    /// <summary>No message.</summary>
    public KernelChoiceException() { }

    /// <summary>One line: what was asked for and what there is.</summary>
    public KernelChoiceException(string message) : base(message) { }

    /// <summary>One line, and the cause.</summary>
    public KernelChoiceException(string message, Exception inner) : base(message, inner) { }
}
