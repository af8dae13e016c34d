using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Training.Tests;

/// <summary>What is trained is what runs on the board.</summary>
public sealed class RuntimeAgreementTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [MemberData(nameof(PrecisionTests.Ops), MemberType = typeof(PrecisionTests))]
    public void Forward_gives_what_the_runtime_gives(string op)
    {
        foreach (Case use in Cases.Of(op)) Compare(use);
    }

    [Fact]
    public void Layers_give_what_the_runtime_gives()
    {
        foreach (Case use in Cases.Layers(seed: 6, count: 40, mostChannels: 40, mostPixels: 700, mostProducts: 1_000_000)) Compare(use);
    }

    private static void Compare(Case use)
    {
        Graph graph = use.Graph();
        double[][] inputs = use.GraphInputs(seed: 2);
        var network = new Network<float>(graph, new NetworkOptions { Threads = 1 });
        using var session = new InferenceSession(graph, new SessionOptions { Threads = 1 });
        for (int i = 0; i < inputs.Length; i++)
        {
            Array.ConvertAll(inputs[i], x => (float)x).CopyTo(network.Input(i));
            Write(session, i, graph.Inputs[i].Type, inputs[i]);
        }
        network.Forward();
        session.Run();
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            double[] expected = Read(session, i, graph.Outputs[i].Value.Type);
            ReadOnlySpan<float> actual = network.Output(i);
            Assert.Equal(expected.Length, actual.Length);
            double scale = expected.Length == 0 ? 1 : Math.Max(1, expected.Max(Math.Abs));
            for (int k = 0; k < expected.Length; k++)
            {
                if (!(Math.Abs(actual[k] - expected[k]) <= Tolerance * scale) && actual[k] != expected[k])
                    Assert.Fail($"{use}: output {i} [{k}] is {actual[k]} where the runtime gives {expected[k]}");
            }
        }
    }

    private static void Write(InferenceSession session, int input, TensorType type, double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double code = type.Quantization is { } q ? Math.Round(values[i] / q.Scale) + q.ZeroPoint : values[i];
            switch (type.Element)
            {
                case ElementType.Float32: session.Input<float>(input)[i] = (float)code; break;
                case ElementType.Int8: session.Input<sbyte>(input)[i] = (sbyte)code; break;
                case ElementType.UInt8: session.Input<byte>(input)[i] = (byte)code; break;
                case ElementType.Int32: session.Input<int>(input)[i] = (int)code; break;
                case ElementType.Int64: session.Input<long>(input)[i] = (long)code; break;
                default: session.Input<bool>(input)[i] = code != 0; break;
            }
        }
    }

    private static double[] Read(InferenceSession session, int output, TensorType type)
    {
        double[] codes = type.Element switch
        {
            ElementType.Float32 => Array.ConvertAll(session.Output<float>(output).ToArray(), x => (double)x),
            ElementType.Int8 => Array.ConvertAll(session.Output<sbyte>(output).ToArray(), x => (double)x),
            ElementType.UInt8 => Array.ConvertAll(session.Output<byte>(output).ToArray(), x => (double)x),
            ElementType.Int32 => Array.ConvertAll(session.Output<int>(output).ToArray(), x => (double)x),
            ElementType.Int64 => Array.ConvertAll(session.Output<long>(output).ToArray(), x => (double)x),
            _ => Array.ConvertAll(session.Output<bool>(output).ToArray(), x => x ? 1.0 : 0.0),
        };
        return type.Quantization is { } q ? Array.ConvertAll(codes, code => q.Scale * (code - q.ZeroPoint)) : codes;
    }
}
