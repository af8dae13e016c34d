using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Looks at a network while a batch goes through it: how activations and gradients of each layer are distributed, and the first filters.</summary>
internal sealed class Snapshots(Network<float> network)
{
    private readonly Dictionary<string, (HistogramBuilder Activations, HistogramBuilder Gradients)> _layers = [];

    /// <summary>From now on, passes are watched.</summary>
    public void Begin()
    {
        _layers.Clear();
        network.OnValues = (node, values) => Of(node)?.Activations.Add(values);
        network.OnGradients = (node, gradients) => Of(node)?.Gradients.Add(gradients);
    }

    /// <summary>Writes what was seen to a history.</summary>
    public void End(TrainingHistory history, int epoch)
    {
        (network.OnValues, network.OnGradients) = (null, null);
        foreach ((string layer, (HistogramBuilder activations, HistogramBuilder gradients)) in _layers)
            history.Layers.Add(new LayerSnapshot(layer, epoch, activations.Build(), gradients.Build()));
        if (network.Parameters.FirstOrDefault(parameter => parameter.Node.Op is Conv2D && parameter.Role == ParameterRole.Weight) is { } first)
            history.Filters.Add(new FilterSnapshot(first.Node.Name, epoch, first.Shape[0], first.Shape[1], first.Shape[2], first.Shape[3], first.Values.ToArray()));
    }

    /// <summary>Layers with weights; what lies between them only reshapes what they give.</summary>
    private (HistogramBuilder Activations, HistogramBuilder Gradients)? Of(Node node)
    {
        if (node.Op is not (Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense or MatMul)) return null;
        if (!_layers.TryGetValue(node.Name, out (HistogramBuilder, HistogramBuilder) builders)) _layers[node.Name] = builders = (new HistogramBuilder(), new HistogramBuilder());
        return builders;
    }
}
