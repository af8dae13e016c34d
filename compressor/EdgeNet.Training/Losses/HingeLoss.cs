using System.Numerics;

namespace EdgeNet.Training;

/// <summary>max(0, 1 − t · p), or its square, of scores p and targets t of −1 and 1; mean over all elements. The derivative at the hinge is 0.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
/// <param name="squared">Whether to square, which punishes the far-off more and has no kink.</param>
public sealed class HingeLoss<T>(bool squared = false) : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T missing = T.Max(T.Zero, T.One - (target * prediction));
        slope = missing == T.Zero ? T.Zero : squared ? -(missing + missing) * target : -target;
        return squared ? missing * missing : missing;
    }
}
