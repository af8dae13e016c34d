namespace EdgeNet.Kernels.Tests;

/// <summary>Every sparse pointwise kernel of this processor against the scalar one.</summary>
public sealed class SparsePointwiseTests
{
    [Fact]
    public void Dummy() { }
}
