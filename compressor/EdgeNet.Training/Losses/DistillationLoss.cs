using System.Numerics;
using System.Numerics.Tensors;

namespace EdgeNet.Training;

/// <summary>
/// T² · KL(softmax(teacher ⁄ T) ‖ softmax(student ⁄ T)) over the last axis: what a student learns from a teacher at temperature T (Hinton et
/// al. 2015). Predictions are the student's logits, targets the teacher's. The factor keeps the derivative's size when T changes. 0 if equal.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class DistillationLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _temperature;

    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">Above 0; 1 takes the teacher's probabilities as they are, more shows what it thinks of the unlikely classes.</param>
    /// <exception cref="TrainingSettingException">It is not above 0.</exception>
    public DistillationLoss(double temperature = 4)
    {
        TrainingSettingException.ThrowUnless(temperature > 0, temperature, "above 0");
        _temperature = T.CreateTruncating(temperature);
    }

    /// <inheritdoc/>
    protected override T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
    {
        (T largest, T logSum) = Partition(prediction, gradient);
        (T teacherLargest, T teacherLogSum) = Partition(target, gradient);
        T divergence = T.Zero;
        for (int i = 0; i < prediction.Length; i++)
        {
            T student = ((prediction[i] - largest) / _temperature) - logSum;
            T teacher = ((target[i] - teacherLargest) / _temperature) - teacherLogSum;
            T probability = T.Exp(teacher);
            divergence += probability * (teacher - student);
            gradient[i] = _temperature * (T.Exp(student) - probability);
        }
        return _temperature * _temperature * divergence;
    }

    private (T Largest, T LogSum) Partition(ReadOnlySpan<T> logits, Span<T> scratch)
    {
        T largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, scratch);
        TensorPrimitives.Divide(scratch, _temperature, scratch);
        TensorPrimitives.Exp(scratch, scratch);
        return (largest, T.Log(TensorPrimitives.Sum<T>(scratch)));
    }
}
