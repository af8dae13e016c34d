using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>What a file holds to, made when it is written and checked by whoever reads it.</summary>
public static class Promise
{
    /// <summary>Other machines add up floats in another order.</summary>
    public const double Tolerance = 1e-3;

    private const int MostValues = 8;

    /// <summary>Reads a file back, runs it on seeded numbers, and writes down what it gives.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="seed">For the inputs.</param>
    /// <param name="quality">What was measured of the same graph.</param>
    public static PromiseRecord Of(byte[] file, int seed, Quality? quality)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var session = new InferenceSession(ModelFile.Read(file));
        Graph graph = session.Graph;
        for (int i = 0; i < graph.Inputs.Length; i++) Fill(session, i, Rng.For(seed, i));
        session.Run();
        return new PromiseRecord(
            Convert.ToHexStringLower(SHA256.HashData(file)), file.LongLength, seed,
            [.. Enumerable.Range(0, graph.Outputs.Length).Where(i => graph.Outputs[i].Value.Type.Element == ElementType.Float32).Select(i => Describe(graph.Outputs[i].Name, session.Output<float>(i)))], quality);
    }

    /// <summary>Where a file does not hold to its promise; empty if it does.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="promise">The promise.</param>
    public static ImmutableArray<string> Broken(byte[] file, PromiseRecord promise)
    {
        ArgumentNullException.ThrowIfNull(promise);
        PromiseRecord actual = Of(file, promise.Seed, null);
        var broken = ImmutableArray.CreateBuilder<string>();
        if (actual.Bytes != promise.Bytes) broken.Add(FormattableString.Invariant($"the file has {actual.Bytes} bytes; promised {promise.Bytes}"));
        else if (actual.Sha256 != promise.Sha256) broken.Add("the file's bytes are others than promised (SHA-256)");
        foreach (OutputRecord expected in promise.Outputs)
        {
            if (actual.Outputs.FirstOrDefault(output => output.Name == expected.Name) is not { } output) broken.Add($"there is no output '{expected.Name}'");
            else if (!Near(output, expected)) broken.Add(FormattableString.Invariant($"output '{expected.Name}' has mean {output.Mean:G6} and root mean square {output.RootMeanSquare:G6}; promised {expected.Mean:G6} and {expected.RootMeanSquare:G6}"));
        }
        return broken.ToImmutable();
    }

    private static bool Near(OutputRecord actual, OutputRecord expected)
    {
        double slack = Tolerance * Math.Max(1e-6, expected.RootMeanSquare);
        return Math.Abs(actual.Mean - expected.Mean) <= slack && Math.Abs(actual.RootMeanSquare - expected.RootMeanSquare) <= slack && actual.First.Length == expected.First.Length;
    }

    private static void Fill(InferenceSession session, int input, Rng random)
    {
        switch (session.Graph.Inputs[input].Type.Element)
        {
            case ElementType.Float32:
                Span<float> numbers = session.Input<float>(input);
                for (int i = 0; i < numbers.Length; i++) numbers[i] = random.Normal();
                break;
            case ElementType.Int8:
                foreach (ref sbyte code in session.Input<sbyte>(input)) code = (sbyte)(random.Below(256) - 128);
                break;
            case ElementType.UInt8:
                foreach (ref byte code in session.Input<byte>(input)) code = (byte)random.Below(256);
                break;
        }
    }

    private static OutputRecord Describe(string name, ReadOnlySpan<float> values)
    {
        double squares = 0, sum = 0;
        foreach (float value in values) (squares, sum) = (squares + (double)value * value, sum + value);
        int count = Math.Max(1, values.Length);
        return new OutputRecord(name, sum / count, Math.Sqrt(squares / count), [.. values[..Math.Min(MostValues, values.Length)]]);
    }
}
