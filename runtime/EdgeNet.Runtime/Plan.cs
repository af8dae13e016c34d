using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>One kernel with its operands.</summary>
internal sealed class Step(Node node, Work work)
{
    /// <summary>Pieces per thread, so that a thread that is held up leaves the rest to the others.</summary>
    private const int ChunksPerThread = 4;

    public Node Node { get; } = node;

    public void Run(ParallelOptions parallel)
    {
        (int rows, Action<int, int> kernel) = work;
        int chunks = Math.Min(rows, ChunksPerThread * parallel.MaxDegreeOfParallelism);
        if (parallel.MaxDegreeOfParallelism == 1 || chunks <= 1)
            kernel(0, rows);
        else
            Parallel.For(0, chunks, parallel, chunk => kernel(Bound(chunk), Bound(chunk + 1)));

        int Bound(int chunk) => (int)((long)rows * chunk / chunks);
    }
}

/// <summary>A graph made ready: constants decoded, memory allotted, a kernel chosen for each node.</summary>
internal sealed class Plan
{
    private Plan(Tensor[] inputs, Tensor[] outputs, Step[] steps, long activationBytes)
    {
        Inputs = inputs;
        Outputs = outputs;
        Steps = steps;
        ActivationBytes = activationBytes;
    }

    public Tensor[] Inputs { get; }

    public Tensor[] Outputs { get; }

    public Step[] Steps { get; }

    public long ActivationBytes { get; }

    public static Plan Create(Graph graph, SessionOptions options)
    {
        long bytes = 0;
        foreach (Value value in graph.Inputs.Concat(graph.Nodes.Where(node => node.Op is not Reshape).SelectMany(node => node.Outputs)))
        {
            bytes += value.Type.ByteCount;
            if (bytes > options.MaxActivationBytes)
            {
                throw new ModelFormatException(
                    $"activations need more than {options.MaxActivationBytes} bytes at '{value.Name}' ({value.Type}); raise SessionOptions.MaxActivationBytes if the model is meant to be so large");
            }
        }

        var tensors = new Dictionary<Value, Tensor>();
        foreach (Value input in graph.Inputs) tensors[input] = Allocate(input);
        foreach (Value constant in graph.Constants) tensors[constant] = new Tensor(constant.Type, constant.Constant!.Elements().ToArray());
        var steps = new List<Step>();
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is Reshape)
            {
                tensors[node.Output] = new Tensor(node.Output.Type, tensors[node.Inputs[0]].Bytes);
                continue;
            }
            foreach (Value output in node.Outputs) tensors[output] = Allocate(output);
            Work work = Lowering.Lower(node, [.. node.Inputs.Select(i => tensors[i])], [.. node.Outputs.Select(o => tensors[o])]);
            steps.Add(new Step(node, work));
        }
        return new Plan([.. graph.Inputs.Select(i => tensors[i])], [.. graph.Outputs.Select(o => tensors[o.Value])], [.. steps], bytes);
    }

    private static Tensor Allocate(Value value) => new(value.Type, new byte[value.Type.ByteCount]);
}
