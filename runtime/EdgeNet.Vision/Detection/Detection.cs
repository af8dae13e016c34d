namespace EdgeNet.Vision;

/// <summary>One object a detector found.</summary>
/// <param name="Box">Where, in the unit the decoder states.</param>
/// <param name="Label">Class index, as the model numbers its classes.</param>
/// <param name="Score">Confidence; higher is surer.</param>
public readonly record struct Detection(Box Box, int Label, float Score);
