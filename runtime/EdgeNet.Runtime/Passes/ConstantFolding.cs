using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Computes once what depends on constants only, as long as all of it takes no more than activations may.</summary>
internal static class ConstantFolding
{
    public static Graph Run(Graph graph, long maxBytes) => GraphRewriter.Run(graph, (rewriter, node) =>
    {
        Value[] inputs = [.. node.Inputs.Select(input => rewriter[input])];
        long bytes = node.Outputs.Sum(output => output.Type.ByteCount);
        if (inputs.Length == 0 || bytes > maxBytes || inputs.Any(input => input.Constant is null))
        {
            rewriter.Copy(node);
            return;
        }
        maxBytes -= bytes;
        if (node.Op is Reshape && inputs[0].Type.Quantization is null or { IsPerTensor: true })
        {
            rewriter[node.Output] = rewriter.Constant(inputs[0].Constant!.Reshaped(node.Output.Type.Shape), node.Output.Name);
            return;
        }
        Tensor[] outputs = [.. node.Outputs.Select(output => new Tensor(output.Type))];
        Work work = Lowering.Lower(node, [.. inputs.Select(input => Tensor.Decoded(input.Constant!))], outputs);
        work.Kernel(0, work.Units, 0, false);
        for (int i = 0; i < outputs.Length; i++)
            rewriter[node.Outputs[i]] = rewriter.Constant(Constant.Dense(outputs[i].Type, outputs[i].Bytes.ToArray()), node.Outputs[i].Name);
    });
}
