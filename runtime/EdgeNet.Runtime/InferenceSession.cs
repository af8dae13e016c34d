using System.Diagnostics;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>
/// A model ready to run: fill the inputs, <see cref="Run()"/>, read the outputs. One session serves one thread at a time; make
/// one per thread to run a model several times at once.
/// </summary>
public sealed class InferenceSession : IDisposable
{
    private readonly Plan _plan;
    private readonly ComputePool _pool;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private bool _disposed;

    /// <summary>Loads a <c>.edgenet</c> file.</summary>
    /// <exception cref="ModelException">The file is not valid, or its activations take more than is allowed.</exception>
    public InferenceSession(string path, SessionOptions? options = null) : this(ModelFile.Load(path), options) { }

    /// <summary>Plans a graph.</summary>
    /// <exception cref="ModelException">Its activations take more than is allowed.</exception>
    public InferenceSession(Graph graph, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new SessionOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        Graph = graph;
        _plan = Plan.Create(graph, options);
        _pool = new ComputePool(options.Threads, _plan.Scratch);
        Steps = [.. _plan.Steps.Select(step => step.Info)];
        _inputNames = [.. graph.Inputs.Select(input => input.Name)];
        _outputNames = [.. graph.Outputs.Select(output => output.Name)];
        InputMetadata = graph.Inputs.ToDictionary(input => input.Name, input => input.Type);
        OutputMetadata = graph.Outputs.ToDictionary(output => output.Name, output => output.Value.Type);
    }

    /// <summary>The model.</summary>
    public Graph Graph { get; }

    /// <summary>Element type, shape and quantization of each input.</summary>
    public IReadOnlyDictionary<string, TensorType> InputMetadata { get; }

    /// <summary>Element type, shape and quantization of each output.</summary>
    public IReadOnlyDictionary<string, TensorType> OutputMetadata { get; }

    /// <summary>What a run does, in order.</summary>
    public IReadOnlyList<StepInfo> Steps { get; }

    /// <summary>Bytes of the arena that holds all activations, inputs and outputs included.</summary>
    public long ActivationBytes => _plan.ArenaBytes;

    /// <summary>The least that any placement of them takes: the most bytes that are alive at one step.</summary>
    public long LeastActivationBytes => _plan.LeastArenaBytes;

    /// <summary>Bytes of the threads' scratch memory.</summary>
    public long ScratchBytes => _plan.ScratchBytes;

    /// <summary>The memory of an input, to be filled before each run, in the layout of its shape.</summary>
    /// <exception cref="ArgumentException">There is no such input, or its elements are of another type.</exception>
    public Span<T> Input<T>(string name) where T : unmanaged
    {
        int index = Array.IndexOf(_inputNames, name);
        return index >= 0 ? Input<T>(index) : throw new ArgumentException($"no input '{name}'; the model has {string.Join(", ", InputMetadata.Keys)}", nameof(name));
    }

    /// <summary>The memory of an input by its place.</summary>
    /// <exception cref="ArgumentException">There is no such input, or its elements are of another type.</exception>
    public Span<T> Input<T>(int index) where T : unmanaged => index >= 0 && index < _plan.Inputs.Length
        ? Typed<T>(_plan.Inputs[index], Graph.Inputs[index].Name)
        : throw new ArgumentOutOfRangeException(nameof(index), $"no input {index}; the model has {string.Join(", ", InputMetadata.Keys)}");

    /// <summary>The memory of an output, valid until the next run.</summary>
    /// <exception cref="ArgumentException">There is no such output, or its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(string name) where T : unmanaged
    {
        int index = Array.IndexOf(_outputNames, name);
        return index >= 0 ? Output<T>(index) : throw new ArgumentException($"no output '{name}'; the model has {string.Join(", ", OutputMetadata.Keys)}", nameof(name));
    }

    /// <summary>The memory of an output by its place.</summary>
    /// <exception cref="ArgumentException">There is no such output, or its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(int index) where T : unmanaged => index >= 0 && index < _plan.Outputs.Length
        ? Typed<T>(_plan.Outputs[index], Graph.Outputs[index].Name)
        : throw new ArgumentOutOfRangeException(nameof(index), $"no output {index}; the model has {string.Join(", ", OutputMetadata.Keys)}");

    /// <summary>Computes the outputs from the inputs. Allocates nothing.</summary>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _pool.BeginRun();
        try
        {
            foreach (Step step in _plan.Steps) Run(step.Work);
        }
        finally
        {
            _pool.EndRun();
        }
    }

    /// <summary>Computes the outputs from the inputs and tells how long each step took.</summary>
    /// <param name="stepTicks">One for each of <see cref="Steps"/>, in ticks of <see cref="Stopwatch"/>.</param>
    /// <exception cref="ArgumentException">There are not as many as steps.</exception>
    public void Run(Span<long> stepTicks)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (stepTicks.Length != _plan.Steps.Length) throw new ArgumentException($"room for {stepTicks.Length} steps; the plan has {_plan.Steps.Length}", nameof(stepTicks));
        _pool.BeginRun();
        try
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < stepTicks.Length; i++)
            {
                Run(_plan.Steps[i].Work);
                long end = Stopwatch.GetTimestamp();
                (stepTicks[i], begin) = (end - begin, end);
            }
        }
        finally
        {
            _pool.EndRun();
        }
    }

    private void Run(Work work) => _pool.Run(work.Units, work.Grain, work.Cost, work.Kernel);

    /// <summary>Copies the only input in, runs, and copies the first output out.</summary>
    /// <exception cref="ArgumentException">A length or an element type does not fit.</exception>
    public void Run<TIn, TOut>(ReadOnlySpan<TIn> input, Span<TOut> output) where TIn : unmanaged where TOut : unmanaged
    {
        Span<TIn> destination = Input<TIn>(0);
        if (input.Length != destination.Length) throw new ArgumentException($"{input.Length} elements for an input of {destination.Length}", nameof(input));
        input.CopyTo(destination);
        Run();
        ReadOnlySpan<TOut> source = Output<TOut>(0);
        if (output.Length < source.Length) throw new ArgumentException($"room for {output.Length} elements; the output has {source.Length}", nameof(output));
        source.CopyTo(output);
    }

    /// <summary>Ends the session and its threads.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _pool.Dispose();
    }

    private static Span<T> Typed<T>(Tensor tensor, string name) where T : unmanaged =>
        typeof(T) == ClrType(tensor.Type.Element)
            ? tensor.As<T>()
            : throw new ArgumentException($"'{name}' holds {tensor.Type.Element}, not {typeof(T).Name}");

    private static Type ClrType(ElementType element) => element switch
    {
        ElementType.Float32 => typeof(float),
        ElementType.Int8 => typeof(sbyte),
        ElementType.UInt8 => typeof(byte),
        ElementType.Int32 => typeof(int),
        ElementType.Int64 => typeof(long),
        _ => typeof(bool),
    };
}
