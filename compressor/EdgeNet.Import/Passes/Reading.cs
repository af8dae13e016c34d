using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>How codes are to be read: what they mean, and the parameters under which they stand in the graph.</summary>
/// <param name="Meaning">Their parameters, per tensor or one scale for each channel.</param>
/// <param name="Stated">Parameters per tensor with the same zero point and another scale, or the same.</param>
internal readonly record struct Reading(Quantization Meaning, Quantization Stated)
{
    /// <summary>Whether the codes stand for what the graph says.</summary>
    public bool IsPlain => Meaning == Stated;

    /// <summary>The scale that codes of a channel have.</summary>
    public double Scale(int channel) => Meaning.Scales[Meaning.IsPerTensor ? 0 : channel];

    /// <summary>What a channel's reals are of those that the graph states.</summary>
    public double Factor(int channel) => Scale(channel) / Stated.Scale;
}

/// <summary>Codes of the new graph with their reading.</summary>
internal sealed record Coded(Value Codes, Reading Reading);
