using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

/// <summary>One use of an op as a graph of its own, with seeded inputs that the op is defined on.</summary>
internal sealed record Sample(string Name, Op Op, ImmutableArray<TensorType> Inputs)
{
    public static ImmutableArray<Sample> Quantized { get; } = [.. OpSamples.Quantized().Select((sample, i) => new Sample($"quantized {i} {sample.Op.Name}", sample.Op, sample.Inputs))];

    public static ImmutableArray<Sample> All { get; } = [.. OpSamples.All().Select((sample, i) => new Sample($"{i} {sample.Op.Name}", sample.Op, sample.Inputs)), .. Quantized];

    public static Sample Named(string name) => All.Single(sample => sample.Name == name);

    public Graph Graph()
    {
        var builder = new GraphBuilder();
        Value[] inputs = [.. Inputs.Select((type, i) => builder.Input($"x{i}", type))];
        Node node = builder.AddNode(Op, Op.Name, inputs);
        for (int i = 0; i < node.Outputs.Length; i++) builder.Output($"y{i}", node.Outputs[i]);
        return builder.Build();
    }

    public void Fill(InferenceSession session, int seed = 1)
    {
        var random = new Random(seed);
        for (int i = 0; i < Inputs.Length; i++)
        {
            switch (Inputs[i])
            {
                case { Element: ElementType.Float32 }:
                    bool positive = Op is Log or Sqrt or Reciprocal or Pow or BatchNormalization;
                    foreach (ref float x in session.Input<float>(i)) x = random.NextSingle() * (positive ? 2 : 4) + (positive ? 0.01f : -2);
                    break;
                case { Element: ElementType.Bool }:
                    foreach (ref bool x in session.Input<bool>(i)) x = random.Next(2) == 1;
                    break;
                case { Element: ElementType.Int8, Quantization: var q }:
                    // Sums of products stay within the output's range; logarithms and the like get reals above zero.
                    (int low, int high) = Op switch
                    {
                        Conv2D or DepthwiseConv2D or Dense or MatMul => (-24, 24),
                        Log or Sqrt or Reciprocal => (q!.ZeroPoint + 1, 128),
                        _ => (-128, 128),
                    };
                    foreach (ref sbyte x in session.Input<sbyte>(i)) x = (sbyte)random.Next(low, high);
                    break;
                case { Element: ElementType.Int32 }:
                    foreach (ref int x in session.Input<int>(i)) x = random.Next(-1000, 1000);
                    break;
                case { Element: ElementType.Int64 }:
                    int extent = Inputs[0].Shape[Op switch { Gather op => op.Axis, GatherElements op => op.Axis, GatherNd op => op.BatchDims, _ => throw new NotSupportedException(Name) }];
                    foreach (ref long x in session.Input<long>(i)) x = random.Next(-extent, extent);
                    break;
                default:
                    throw new NotSupportedException($"{Name}: input of {Inputs[i]}");
            }
        }
    }

    /// <summary>The bytes of every output after one run.</summary>
    public byte[][] Run(int threads, int seed = 1)
    {
        using var session = new InferenceSession(Graph(), new SessionOptions { Threads = threads });
        Fill(session, seed);
        session.Run();
        return Outputs(session);
    }

    public static byte[][] Outputs(InferenceSession session) => [.. Enumerable.Range(0, session.Graph.Outputs.Length).Select(i => Bytes(session, i))];

    private static byte[] Bytes(InferenceSession session, int output) => session.Graph.Outputs[output].Value.Type.Element switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(session.Output<float>(output)).ToArray(),
        ElementType.Int8 => MemoryMarshal.AsBytes(session.Output<sbyte>(output)).ToArray(),
        ElementType.UInt8 => session.Output<byte>(output).ToArray(),
        ElementType.Int32 => MemoryMarshal.AsBytes(session.Output<int>(output)).ToArray(),
        ElementType.Int64 => MemoryMarshal.AsBytes(session.Output<long>(output)).ToArray(),
        _ => MemoryMarshal.AsBytes(session.Output<bool>(output)).ToArray(),
    };
}
