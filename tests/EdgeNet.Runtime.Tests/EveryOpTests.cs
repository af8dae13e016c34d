using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

public sealed class EveryOpTests
{
    public static TheoryData<string> Names() => [.. Sample.All.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_op_runs_and_gives_numbers(string name)
    {
        Sample sample = Sample.Named(name);
        byte[][] outputs = sample.Run(threads: 1);

        foreach ((GraphOutput output, byte[] bytes) in sample.Graph().Outputs.Zip(outputs))
        {
            Assert.Equal(output.Value.Type.ByteCount, bytes.Length);
            if (output.Value.Type.Element == ElementType.Float32) Assert.DoesNotContain(float.NaN, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
            if (output.Value.Type.Element == ElementType.Bool) Assert.All(bytes, x => Assert.InRange(x, 0, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        Sample sample = Sample.Named(name);
        byte[][] expected = sample.Run(threads: 1);

        for (int threads = 2; threads <= 4; threads++) Assert.Equal(expected, sample.Run(threads));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_second_run_leaves_nothing_of_the_first(string name)
    {
        Sample sample = Sample.Named(name);
        using var session = new InferenceSession(sample.Graph(), new SessionOptions { Threads = 1 });
        sample.Fill(session, seed: 2);
        session.Run();
        sample.Fill(session, seed: 1);
        session.Run();

        Assert.Equal(sample.Run(threads: 1), Sample.Outputs(session));
    }
}
