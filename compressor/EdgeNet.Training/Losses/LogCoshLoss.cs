using System.Numerics;

namespace EdgeNet.Training;

/// <summary>log cosh(p − t); mean over all elements. Like half the square near 0, like the magnitude far away.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class LogCoshLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T LogTwo = T.Log(T.One + T.One);

    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T error = prediction - target;
        T size = T.Abs(error);
        slope = T.Tanh(error);
        return size + Logistic.LogOnePlus(T.Exp(-(size + size))) - LogTwo;
    }
}
