namespace EdgeNet.Training;

/// <summary>What changes from step to step of an <see cref="Optimizer"/>.</summary>
/// <param name="Rate">The learning rate, see <see cref="Schedule"/>.</param>
/// <param name="Number">Which step this is, from 1; Adam corrects its averages by it.</param>
/// <param name="WeightDecay">L2: this times the weight is added to its gradient, or with AdamW this times the rate taken off the weight itself.</param>
/// <param name="L1">This times the sign of the weight is added to its gradient, or likewise taken off the weight itself.</param>
public readonly record struct StepSettings(float Rate, long Number = 1, float WeightDecay = 0, float L1 = 0);
