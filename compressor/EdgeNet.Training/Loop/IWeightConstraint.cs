namespace EdgeNet.Training;

/// <summary>What weights must hold to while they learn: zeros stay, values are shared, the forward pass sees them rounded.</summary>
public interface IWeightConstraint
{
    /// <summary>Called with the gradients of a batch in place, before weights follow them.</summary>
    void BeforeUpdate();

    /// <summary>Called when weights have followed their gradients.</summary>
    void AfterUpdate();

    /// <summary>What it remembers beside the weights, for checkpoints: the arrays themselves, which resuming writes to.</summary>
    IReadOnlyList<float[]> State { get; }
}
