using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>What an architecture gives: a network with weights at random, and what training does to it that inference does not.</summary>
/// <param name="Graph">
/// Batch 1, Float32, input <c>image</c> [1, height, width, channels]. A classifier has the output <c>logits</c> [1, classes]; a detector
/// has <c>class_logits</c> [1, priors, classes], <c>boxes</c> [1, priors, 4] and the constant <c>priors</c> [priors, 4].
/// </param>
/// <param name="Dropout">
/// Names of values to rates from 0 to 1: training sets that share of the value's elements to zero and divides the others by
/// 1 − rate (Srivastava et al. 2014).
/// </param>
public sealed record UntrainedNetwork(Graph Graph, IReadOnlyDictionary<string, float> Dropout);
