namespace EdgeNet.Training;

/// <summary>How the numbers of one layer were distributed at the end of one epoch.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Activations">What the layer gave, or null if it was not recorded.</param>
/// <param name="Gradients">What came back to it: the derivatives of the loss by its output; or null.</param>
public sealed record LayerSnapshot(string Layer, int Epoch, Histogram? Activations = null, Histogram? Gradients = null);
