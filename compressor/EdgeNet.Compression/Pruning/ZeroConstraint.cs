using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// Weights that are exactly zero when this is made stay so while a network learns. Their gradients are zeroed, so that nothing gathers in the
/// optimizer's memory, and so are the weights after each step, as momentum or decay may move them yet. Biases and normalizations are free.
/// </summary>
/// <remarks>It remembers nothing beside the weights: made of the same graph it is the same, so checkpoints need not hold it.</remarks>
public sealed class ZeroConstraint : IWeightConstraint
{
    /// <summary>For each weight all bits, or none where it is zero; layers without zeros are left out.</summary>
    private readonly List<(Parameter<float> Parameter, uint[] Mask)> _masks = [];

    /// <summary>Takes the zeros of a network's weights as they are now: before the first step, and before a checkpoint is read.</summary>
    public ZeroConstraint(Network<float> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (Parameter<float> parameter in network.Parameters.Where(parameter => parameter is { Trains: true, Role: ParameterRole.Weight }))
        {
            if (!parameter.Values.Contains(0)) continue;
            uint[] mask = new uint[parameter.Values.Length];
            for (int i = 0; i < mask.Length; i++) mask[i] = parameter.Values[i] == 0 ? 0 : uint.MaxValue;
            _masks.Add((parameter, mask));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> State => [];

    /// <inheritdoc/>
    public void BeforeUpdate()
    {
        foreach ((Parameter<float> parameter, uint[] mask) in _masks) Apply(mask, parameter.Gradient);
    }

    /// <inheritdoc/>
    public void AfterUpdate()
    {
        foreach ((Parameter<float> parameter, uint[] mask) in _masks) Apply(mask, parameter.Values);
    }

    // By bits, and not by multiplication: what is masked becomes zero even where it is not finite.
    private static void Apply(uint[] mask, Span<float> values)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        TensorPrimitives.BitwiseAnd(bits, mask, bits);
    }
}
