using System.Numerics;
using System.Numerics.Tensors;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Sees the values of a node, or the gradients to them, while a pass goes by.</summary>
public delegate void NodeObserver<T>(Node node, ReadOnlySpan<T> values);

/// <summary>
/// A graph that learns: the same graph that importers give and the runtime runs, computed forward with what the backward pass needs kept, and
/// backward for the gradients of its parameters (reverse-mode differentiation). The graph itself never changes; <see cref="ToGraph()"/> makes a
/// new one with the parameters as they are.
/// </summary>
/// <typeparam name="T"><see cref="float"/> to train, on the fast kernels; <see cref="double"/> to check.</typeparam>
public sealed class Network<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private sealed record Step(Node Node, Rule<T> Rule, Value[] Inputs, Value[] Outputs)
    {
        /// <summary>Gradients to inputs that others have written before: added up after the rule has written its own.</summary>
        public List<(Tensor<T> Own, Tensor<T> Sum)> Additions { get; } = [];

        public bool HasBackward => Rule.OutputGradients.Any(gradient => gradient is not null) && Rule.InputGradients.Any(gradient => gradient is not null);
    }

    private readonly Graph _source;
    private readonly List<Step> _steps = [];
    private readonly Dictionary<Value, Tensor<T>> _values = [], _gradients = [];
    private readonly Dictionary<Value, Parameter<T>> _parameters = [];

    /// <summary>Values that stand for others: constants that are held twice.</summary>
    private readonly Dictionary<Value, Value> _same = [];

    /// <summary>Prepares a graph for training.</summary>
    /// <param name="graph">A graph for one sample at a time, in Float32.</param>
    /// <param name="options">How it trains.</param>
    /// <exception cref="ModelException">A node cannot be trained, or mixes samples: it is named.</exception>
    public Network(Graph graph, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        _source = graph;
        Workers = new Workers(options.Threads);
        Graph = BatchSize.Set(options.Outputs.Count == 0 ? graph : graph.WithOutputs(options.Outputs), options.Batch);
        AddParameters(options);
        AddSteps(options);
        HashSet<Value> trained = Trained(options);
        Place(trained);
        Parameters = [.. _parameters.Values];
    }

    /// <summary>The graph, for as many samples as are computed together.</summary>
    public Graph Graph { get; }

    /// <summary>What training changes, and what stays because it is frozen.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The threads that compute it.</summary>
    internal Workers Workers { get; }

    /// <summary>Memory of values and gradients between the nodes.</summary>
    public long ActivationBytes { get; private set; }

    /// <summary>Sees each node's outputs as they are computed; a clamp that rides on a layer is seen as that layer's, elements dropped out once more.</summary>
    public NodeObserver<T>? OnValues { get; set; }

    /// <summary>Sees the gradients to each node's outputs as they are complete.</summary>
    public NodeObserver<T>? OnGradients { get; set; }

    /// <summary>The values of an input, to be written before <see cref="Forward"/>.</summary>
    public Span<T> Input(int index = 0) => _values[Graph.Inputs[index]].Span;

    /// <summary>The gradient to an input, after <see cref="Backward"/>; empty where none flows.</summary>
    public Span<T> InputGradient(int index = 0) => _gradients.TryGetValue(Graph.Inputs[index], out Tensor<T>? gradient) ? gradient.Span : [];

    /// <summary>The values of an output, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<T> Output(int index = 0) => _values[Graph.Outputs[index].Value].Span;

    /// <summary>The gradient to an output, to be written before <see cref="Backward"/>; empty where nothing that trains leads to it.</summary>
    public Span<T> OutputGradient(int index = 0) => _gradients.TryGetValue(Graph.Outputs[index].Value, out Tensor<T>? gradient) ? gradient.Span : [];

    /// <summary>Computes the outputs.</summary>
    /// <param name="training">Whether batch normalizations take the batch's statistics and elements are dropped out.</param>
    /// <param name="seed">What is dropped out follows from it.</param>
    public void Forward(bool training = false, ulong seed = 0)
    {
        var pass = new Pass(training, seed);
        foreach (Step step in _steps)
        {
            step.Rule.Forward(in pass);
            if (step.Rule is { Clamp: { } clamp, Clamps: false })
            {
                Tensor<T> y = step.Rule.Outputs[0];
                Workers.Ranges(y.Length, Workers.Grain, (begin, end) => Clamping.Run(y.Span[begin..end], clamp.Minimum, clamp.Maximum));
            }
            if (OnValues is not null)
            {
                foreach (Tensor<T> output in step.Rule.Outputs) OnValues(step.Node, output.Span);
            }
        }
    }

    /// <summary>Computes the gradients of all parameters from those of the outputs, after a <see cref="Forward"/>.</summary>
    public void Backward()
    {
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            Step step = _steps[i];
            if (!step.HasBackward) continue;
            if (OnGradients is not null)
            {
                foreach (Tensor<T>? gradient in step.Rule.OutputGradients)
                {
                    if (gradient is not null) OnGradients(step.Node, gradient.Span);
                }
            }
            if (!step.Rule.Clamps) step.Rule.MaskClamped();
            step.Rule.Backward();
            foreach ((Tensor<T> own, Tensor<T> sum) in step.Additions)
                Workers.Ranges(own.Length, Workers.Grain, (begin, end) => TensorPrimitives.Add(sum.Span[begin..end], own.Span[begin..end], sum.Span[begin..end]));
        }
    }

    /// <summary>The first node whose outputs are not finite for the present inputs, or null: computes them again, moving statistics included.</summary>
    public Node? FirstNotFinite(bool training = false, ulong seed = 0)
    {
        NodeObserver<T>? observer = OnValues;
        Node? found = null;
        OnValues = (node, values) =>
        {
            if (found is null && !values.IsEmpty && !T.IsFinite(TensorPrimitives.MaxMagnitude(values))) found = node;
        };
        try
        {
            Forward(training, seed);
        }
        finally
        {
            OnValues = observer;
        }
        return found;
    }

    /// <summary>The graph this was made of, with the parameters as they are now.</summary>
    public Graph ToGraph() => ToGraph(_source);

    /// <summary>Another graph that holds the same constants, such as one with more behind its outputs, with the parameters as they are now.</summary>
    public Graph ToGraph(Graph graph)
    {
        Dictionary<Constant, Parameter<T>> parameters = Parameters.Where(parameter => parameter.Trains).DistinctBy(p => p.Constant.Constant!).ToDictionary(p => p.Constant.Constant!);
        return GraphRewriter.Run(graph, (rewriter, node) =>
        {
            foreach (Value input in node.Inputs)
            {
                if (input.Constant is { } constant && parameters.TryGetValue(constant, out Parameter<T>? parameter) && rewriter[input].Constant == constant)
                    rewriter[input] = rewriter.Constant(Constant.Of(constant.Type.Shape, (ReadOnlySpan<float>)ToFloats(parameter.Values)), input.Name);
            }
            rewriter.Copy(node);
        });
    }

    private static float[] ToFloats(ReadOnlySpan<T> values)
    {
        float[] floats = new float[values.Length];
        TensorPrimitives.ConvertTruncating(values, floats.AsSpan());
        return floats;
    }

    private void AddParameters(NetworkOptions options)
    {
        foreach (Node node in Graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                Value value = node.Inputs[i];
                if (_values.ContainsKey(value) || value.Constant is null) continue;
                if (ParameterRoles.Of(node, i) is { } role)
                {
                    // Tied weights are one parameter, however many values hold them.
                    if (_parameters.Keys.FirstOrDefault(known => known.Constant == value.Constant) is { } tied)
                    {
                        _same[value] = tied;
                        _values.Add(value, _values[tied]);
                        continue;
                    }
                    string name = value.Name.Length > 0 ? value.Name : $"{node.Name}/{role.ToString().ToLowerInvariant()}";
                    var parameter = new Parameter<T>(
                        value, name, role, node, options.Frozen?.Invoke(name) != true && !(options.KeepsStatistics && role is (ParameterRole.Mean or ParameterRole.Variance)));
                    _parameters.Add(value, parameter);
                    _values.Add(value, parameter.Tensor);
                    if (parameter.GradientTensor is { } gradient) _gradients.Add(value, gradient);
                }
                else
                {
                    _values.Add(value, Tensor<T>.Alone(value.Type.Shape));
                }
                Fill(value.Constant, _values[value].Span);
            }
        }
    }

    /// <summary>Numbers as they are; codes as the real numbers that they stand for.</summary>
    private static void Fill(Constant constant, Span<T> values)
    {
        if (constant.Type.Element == ElementType.Float32) TensorPrimitives.ConvertTruncating<float, T>(constant.ToArray<float>(), values);
        else TensorPrimitives.ConvertTruncating<long, T>(constant.ToInt64s(), values);
        if (constant.Type.Quantization is not { } quantization) return;
        Shape shape = constant.Type.Shape;
        int run = quantization.IsPerTensor ? Math.Max(1, shape.ElementCount) : shape.Product(quantization.Axis + 1, shape.Rank);
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / run % quantization.Scales.Count;
            values[i] = (values[i] - T.CreateChecked(quantization.ZeroPoints[channel])) * T.CreateChecked(quantization.Scales[channel]);
        }
    }

    /// <summary>A step for each node; an activation that clamps rides on the node before it where nobody else sees that one's output.</summary>
    private void AddSteps(NetworkOptions options)
    {
        foreach ((string name, float rate) in options.Dropout)
        {
            TrainingSettingException.ThrowUnless(rate is >= 0 and < 1, rate, "0 up to, not including, 1", $"dropout of '{name}'");
            if (!Graph.Nodes.Any(node => node.Output.Name == name)) throw new TrainingSettingException($"dropout is asked for at '{name}'; the network has no such value");
        }
        var dropped = new Dictionary<Value, Value>(_same);
        foreach (Node node in Graph.Nodes)
        {
            if (ClampOf(node.Op) is { } clamp && !dropped.ContainsKey(node.Inputs[0]) && _steps.Find(step => step.Outputs[0] == node.Inputs[0]) is { } before && Carries(before, node))
            {
                before.Rule.Clamp = clamp;
                before.Outputs[0] = node.Output;
            }
            else
            {
                bool frozen = node.Inputs.Any(input => _parameters.TryGetValue(input, out Parameter<T>? parameter) && parameter is { IsStatistic: true, Trains: false });
                _steps.Add(new Step(node, RuleTable.Of<T>(node, options, frozen), [.. node.Inputs.Select(input => dropped.GetValueOrDefault(input, input))], [.. node.Outputs]));
            }
            if (options.Dropout.TryGetValue(node.Output.Name, out float rate) && rate > 0)
            {
                // A value of its own, with no place in the graph.
                var after = new GraphBuilder().Input($"{node.Output.Name}/dropout", node.Output.Type);
                _steps.Add(new Step(node, new DroppingOut<T>(rate, _steps.Count), [node.Output], [after]));
                dropped[node.Output] = after;
            }
        }

        bool Carries(Step before, Node node) =>
            before.Rule.Clamp is null && before.Node.Op is Conv2D or DepthwiseConv2D or Dense or BatchNormalization or Add
            && Graph.ConsumersOf(before.Outputs[0]).Length == 1 && !Graph.IsOutput(before.Outputs[0]) && node.Inputs[0].Type.Element == ElementType.Float32;
    }

    private static (T Minimum, T Maximum)? ClampOf(Op op) => op switch
    {
        Relu => (T.Zero, T.PositiveInfinity),
        Clip clip when clip.Min < clip.Max => (T.CreateChecked(clip.Min), T.CreateChecked(clip.Max)),
        _ => null,
    };

    /// <summary>Values that a parameter, or an input whose gradient is asked for, leads to.</summary>
    private HashSet<Value> Trained(NetworkOptions options)
    {
        HashSet<Value> trained = [.. _gradients.Keys];
        if (options.InputGradients) trained.UnionWith(Graph.Inputs);
        foreach (Step step in _steps)
        {
            if (RuleTable.IsFlat(step.Node.Op) || !step.Inputs.Any(trained.Contains)) continue;
            // Indices and other whole numbers choose; they are no function that could be followed.
            trained.UnionWith(step.Outputs.Where(output => output.Type.Element == ElementType.Float32 || output.Type.Quantization is not null));
        }
        return trained;
    }

    /// <summary>
    /// Gives every value and gradient its memory. Steps forward are numbered 0 to n − 1, backward n to 2n − 1; inputs, outputs and their
    /// gradients are the user's and last.
    /// </summary>
    private void Place(HashSet<Value> trained)
    {
        int last = 2 * _steps.Count - 1;
        HashSet<Value> outputs = [.. Graph.Outputs.Select(output => output.Value)];
        var lifetimes = new List<Lifetime<T>>();
        foreach (Value input in Graph.Inputs) _values[input] = Tensor<T>.Alone(input.Type.Shape);
        foreach (Value output in outputs.Where(output => output.Constant is not null && !_values.ContainsKey(output)))
        {
            _values[output] = Tensor<T>.Alone(output.Type.Shape);
            Fill(output.Constant!, _values[output].Span);
        }

        // Backward: the last step that reads a value is the first to write its gradient.
        var firstWriter = new Dictionary<Value, int>();
        foreach (Value output in outputs.Where(output => trained.Contains(output) && !_gradients.ContainsKey(output))) AddGradient(output, alone: true);
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            Step step = _steps[i];
            Tensor<T>?[] own = [.. step.Outputs.Select(output => _gradients.GetValueOrDefault(output))];
            var inputs = new Tensor<T>?[step.Inputs.Length];
            if (own.Any(gradient => gradient is not null) && !RuleTable.IsFlat(step.Node.Op))
            {
                for (int k = 0; k < inputs.Length; k++)
                {
                    Value input = step.Inputs[k];
                    if (!trained.Contains(input)) continue;
                    if (!_gradients.ContainsKey(input)) AddGradient(input, alone: Graph.Inputs.Contains(input));
                    if (firstWriter.TryAdd(input, last - i) && !outputs.Contains(input))
                    {
                        inputs[k] = _gradients[input];
                    }
                    else
                    {
                        inputs[k] = new Tensor<T>(input.Type.Shape);
                        step.Additions.Add((inputs[k]!, _gradients[input]));
                        lifetimes.Add(new(inputs[k]!, last - i, last - i));
                    }
                }
            }
            step.Rule.BindGradients(inputs, own);
        }
        var producer = new Dictionary<Value, int>();
        for (int i = 0; i < _steps.Count; i++)
        {
            foreach (Value output in _steps[i].Outputs) producer[output] = i;
        }
        foreach ((Value value, Tensor<T> gradient) in _gradients)
        {
            if (!_parameters.ContainsKey(value) && !outputs.Contains(value) && !Graph.Inputs.Contains(value))
                lifetimes.Add(new(gradient, firstWriter[value], last - producer[value]));
        }

        // Forward: a value lasts until the last step that reads it, in either direction.
        var lastUse = new Dictionary<Value, int>();
        for (int i = 0; i < _steps.Count; i++)
        {
            Step step = _steps[i];
            foreach (Value output in step.Outputs) lastUse[output] = step.HasBackward && (step.Rule.ReadsOutput || step.Rule.Clamp is not null) ? last - i : i;
            for (int k = 0; k < step.Inputs.Length; k++)
            {
                Value input = step.Inputs[k];
                if (lastUse.TryGetValue(input, out int use)) lastUse[input] = Math.Max(use, step.HasBackward && step.Rule.ReadsInput(k) ? last - i : i);
            }
        }
        foreach ((Value value, int step) in producer)
        {
            _values[value] = outputs.Contains(value) ? Tensor<T>.Alone(value.Type.Shape) : new Tensor<T>(value.Type.Shape);
            if (!outputs.Contains(value)) lifetimes.Add(new(_values[value], step, lastUse[value]));
        }
        foreach (Step step in _steps)
            step.Rule.Bind([.. step.Inputs.Select(input => _values[input])], [.. step.Outputs.Select(output => _values[output])], Workers);
        ActivationBytes = MemoryPlan.Place(lifetimes);

        void AddGradient(Value value, bool alone) => _gradients[value] = alone ? Tensor<T>.Alone(value.Type.Shape) : new Tensor<T>(value.Type.Shape);
    }
}
