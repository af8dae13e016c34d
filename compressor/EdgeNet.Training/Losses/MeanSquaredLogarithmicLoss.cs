using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// (log(1 + p) − log(1 + t))²; mean over all elements. For amounts, which are not negative: what is below 0 counts as 0, and a prediction
/// below 0 has no derivative, so that the network should end in something positive, such as a softplus.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class MeanSquaredLogarithmicLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T amount = T.Max(prediction, T.Zero);
        T error = Logistic.LogOnePlus(amount) - Logistic.LogOnePlus(T.Max(target, T.Zero));
        slope = prediction < T.Zero ? T.Zero : (error + error) / (T.One + amount);
        return error * error;
    }
}
