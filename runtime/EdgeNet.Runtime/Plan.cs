using System.Runtime.InteropServices;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>A step of a plan and what people may want to know of it.</summary>
internal sealed record Step(Work Work, StepInfo Info);

/// <summary>
/// A graph made ready to run: folded, grouped into steps, each with its kernel and packed weights, every activation at its place in one
/// arena.
/// </summary>
internal sealed class Plan
{
    private readonly AlignedBuffer _arena;
    private readonly AlignedBuffer[] _scratch;

    private Plan(AlignedBuffer arena, AlignedBuffer[] scratch, Tensor[] inputs, Tensor[] outputs, Step[] steps, long leastBytes)
    {
        _arena = arena;
        _scratch = scratch;
        Inputs = inputs;
        Outputs = outputs;
        Steps = steps;
        LeastArenaBytes = leastBytes;
    }

    public Tensor[] Inputs { get; }

    public Tensor[] Outputs { get; }

    public Step[] Steps { get; }

    public long ArenaBytes => _arena.Length;

    public long LeastArenaBytes { get; }

    public long ScratchBytes => _scratch.Sum(buffer => (long)buffer.Length);

    /// <summary>The scratch memory of each worker.</summary>
    public nint[] Scratch => Array.ConvertAll(_scratch, buffer => buffer.Address);

    public static Plan Create(Graph graph, SessionOptions options)
    {
        graph = ConstantFolding.Run(NormalizationFolding.Run(graph), options.MaxActivationBytes);
        List<Chain> chains = Chain.Of(graph, StepGroup.Of(graph), options.Threads);
        ActivationLayout layout = ActivationLayout.Of(graph, chains);
        RequireRoom(layout.Bytes, options);
        var arena = new AlignedBuffer((int)layout.Bytes);
        var binding = new Binding(layout, arena, options.Threads);
        var steps = new List<Step>();
        foreach (Chain chain in chains)
        {
            if (layout.Free.Contains(chain.First.Main)) continue;
            Work work = Lowering.Lower(chain, binding);
            steps.Add(new Step(work, new StepInfo(
                chain.First.Main.Name, string.Join(" → ", chain.Stages.Select(stage => stage.OpNames)), work.Name,
                chain.Stages.Sum(stage => stage.Main.MultiplyAdds), work.WeightBytes, chain.Last.Output.Type, layout[chain.Last.Output].Offset)));
        }
        int scratchBytes = steps.Count == 0 ? 0 : steps.Max(step => step.Work.ScratchBytes);
        if (layout.Bytes + (long)scratchBytes * options.Threads > options.MaxActivationBytes)
        {
            throw new ModelFormatException(
                $"{options.Threads} threads need {(long)scratchBytes * options.Threads} bytes of scratch memory beside {layout.Bytes} of activations, more than the {options.MaxActivationBytes} allowed; ask for fewer threads");
        }
        var scratch = new AlignedBuffer[options.Threads];
        for (int thread = 0; thread < scratch.Length; thread++) scratch[thread] = new AlignedBuffer(scratchBytes);
        return new Plan(
            arena, scratch, [.. graph.Inputs.Select(binding.Bind)], [.. graph.Outputs.Select(output => binding.Bind(output.Value))], [.. steps], layout.LeastBytes);
    }

    private static void RequireRoom(long bytes, SessionOptions options)
    {
        long most = Math.Min(options.MaxActivationBytes, int.MaxValue - AlignedBuffer.Alignment);
        if (bytes > most)
        {
            throw new ModelFormatException(
                $"activations need {bytes} bytes, more than the {most} allowed; raise SessionOptions.MaxActivationBytes if the model is meant to be so large");
        }
    }
}

/// <summary>Values to memory: activations lie in the arena, constants are decoded when a kernel asks for them.</summary>
internal sealed class Binding(ActivationLayout layout, AlignedBuffer arena, int threads)
{
    private readonly Dictionary<Value, Tensor> _tensors = [];
    private byte[] _decoded = [];

    /// <summary>Threads that will share the work.</summary>
    public int Threads => threads;

    public ActivationLayout Layout => layout;

    public Tensor Bind(Value value)
    {
        if (_tensors.TryGetValue(value, out Tensor? tensor)) return tensor;
        if (value.Constant is { } constant)
        {
            tensor = Tensor.Decoded(constant);
        }
        else
        {
            tensor = new Tensor(value.Type, arena, layout[value]);
        }
        return _tensors[value] = tensor;
    }

    /// <summary>
    /// The elements of a constant that is about to be packed. They are good until the next is asked for: one buffer serves all, so that
    /// no more than one layer's weights are in memory decoded and packed at once.
    /// </summary>
    public ReadOnlySpan<T> Decode<T>(Constant constant) where T : unmanaged
    {
        int length = checked((int)constant.Type.ByteCount);
        if (_decoded.Length < length) _decoded = new byte[length];
        constant.CopyTo(_decoded.AsSpan(0, length));
        return MemoryMarshal.Cast<byte, T>(_decoded.AsSpan(0, length));
    }

    public Tensor[] Bind(IEnumerable<Value> values) => [.. values.Select(Bind)];
}
