using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>One step of a plan, for people to read.</summary>
/// <param name="Name">The name of the step's main node.</param>
/// <param name="Op">Its op, and those that ride along in it: <c>Conv2D+Relu</c>.</param>
/// <param name="Kernel">
/// The kernels that were chosen for it; <c>scalar</c> is the reference. Empty for ops that have one implementation only.
/// </param>
/// <param name="MultiplyAdds">Multiply-accumulates of one run.</param>
/// <param name="WeightBytes">Bytes of its packed weights.</param>
/// <param name="Output">What it computes.</param>
/// <param name="ArenaOffset">Where in the arena its output lies.</param>
public sealed record StepInfo(string Name, string Op, string Kernel, long MultiplyAdds, long WeightBytes, TensorType Output, long ArenaOffset);
