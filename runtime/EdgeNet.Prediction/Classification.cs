namespace EdgeNet.Prediction;

/// <summary>One class that a classifier gave to a picture.</summary>
/// <param name="Index">The class, by its place in the output.</param>
/// <param name="Label">What the model's card calls it; the number itself where the card has no name for it.</param>
/// <param name="Score">The output's value: a probability if the model ends in a softmax.</param>
public readonly record struct Classification(int Index, string Label, float Score);
