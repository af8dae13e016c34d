namespace EdgeNet.Vision;

/// <summary>An object that is in a picture, as its annotators say.</summary>
/// <param name="Box">Where, in the unit of the detections.</param>
/// <param name="Label">Class index.</param>
/// <param name="Ignore">"Difficult" in VOC, "crowd" in COCO: need not be found, and finding it counts neither way.</param>
public readonly record struct GroundTruth(Box Box, int Label, bool Ignore = false);

/// <summary>One picture of an evaluation.</summary>
/// <param name="Detections">What the detector found, in any order.</param>
/// <param name="Truths">What is there.</param>
public sealed record DetectionSample(IReadOnlyList<Detection> Detections, IReadOnlyList<GroundTruth> Truths);

/// <summary>How detections are paired with truths, best score first; the two benchmarks differ.</summary>
public enum MatchingRule
{
    /// <summary>
    /// VOC devkit: a detection takes the truth it overlaps most, whether or not that is taken already. If it is taken, the detection is wrong.
    /// </summary>
    Voc,

    /// <summary>
    /// COCO: a detection takes the truth it overlaps most of those still free; failing that, an ignored one, where the share of the detection
    /// inside it counts as overlap and which any number may take. 100 detections a picture and class count.
    /// </summary>
    Coco,
}
