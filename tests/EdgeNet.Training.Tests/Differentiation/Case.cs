using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>One use of an op as a graph of its own.</summary>
internal sealed record Case(Op Op, ImmutableArray<TensorType> Inputs)
{
    /// <summary>Whether all numbers are above zero: where the op wants it, and where sums would otherwise cancel out.</summary>
    private bool Positive => Op is ReduceSum or Log or Sqrt or Reciprocal or Pow or Div or BatchNormalization;

    public Graph Graph()
    {
        var builder = new GraphBuilder();
        double[][] values = Values(seed: 1);
        Value[] inputs = [.. Inputs.Select((type, i) => IsParameter(i)
            ? builder.Constant(Constant.Of(type.Shape, (ReadOnlySpan<float>)Array.ConvertAll(values[i], x => (float)x)), $"p{i}")
            : builder.Input($"x{i}", type))];
        Node node = builder.AddNode(Op, Op.Name, inputs);
        for (int i = 0; i < node.Outputs.Length; i++) builder.Output($"y{i}", node.Outputs[i]);
        return builder.Build();
    }

    /// <summary>What the inputs are, as numbers: all different, and not close to where functions have kinks.</summary>
    public double[][] Values(int seed)
    {
        var random = new Random(seed);
        return [.. Inputs.Select((type, i) => Fill(type, i, random))];
    }

    /// <summary>The inputs of the graph among those of the op: all but the parameters of normalizations by batch, which are constants.</summary>
    public double[][] GraphInputs(int seed) => [.. Values(seed).Where((_, i) => !IsParameter(i))];

    private bool IsParameter(int input) => Op is BatchNormalization && input > 0;

    public override string ToString() => $"{Op}({string.Join(", ", Inputs.Select(type => type.Shape))})";

    private double[] Fill(TensorType type, int input, Random random)
    {
        int count = type.Shape.ElementCount;
        double[] values = new double[count];
        switch (type)
        {
            case { Element: ElementType.Float32 }:
                for (int i = 0; i < count; i++) values[i] = (i + 0.37 + 0.23 * input) / count * (Positive ? 2 : 4) + (Positive ? 0.2 : -2);
                random.Shuffle(values);
                // Numbers that float holds, too.
                for (int i = 0; i < count; i++) values[i] = (float)values[i];
                break;
            case { Element: ElementType.Bool }:
                for (int i = 0; i < count; i++) values[i] = random.Next(2);
                break;
            case { Quantization: { } q }:
                (int low, int high) = type.Element == ElementType.Int8 ? (-128, 128) : (0, 256);
                for (int i = 0; i < count; i++) values[i] = q.Scale * (random.Next(low, high) - q.ZeroPoint);
                break;
            default:
                int extent = Op switch { Gather op => Inputs[0].Shape[op.Axis], GatherElements op => Inputs[0].Shape[op.Axis], GatherNd op => Inputs[0].Shape[op.BatchDims], _ => 20 };
                for (int i = 0; i < count; i++) values[i] = random.Next(-extent, extent);
                break;
        }
        return values;
    }
}
