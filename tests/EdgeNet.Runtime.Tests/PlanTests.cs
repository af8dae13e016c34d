using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

public sealed class PlanTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_fused_chained_and_viewed_gives_the_codes_of_what_is_stored(int seed)
    {
        sbyte[] expected = Run<sbyte>(RandomNetwork.Build(seed, quantized: true, everythingIsSeen: true), 1);
        Graph graph = RandomNetwork.Build(seed, quantized: true, everythingIsSeen: false);

        for (int threads = 1; threads <= 4; threads++) Assert.Equal(expected, Run<sbyte>(graph, threads));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_fused_chained_and_viewed_gives_the_numbers_of_what_is_stored(int seed)
    {
        float[] expected = Run<float>(RandomNetwork.Build(seed, quantized: false, everythingIsSeen: true), 1);
        Graph graph = RandomNetwork.Build(seed, quantized: false, everythingIsSeen: false);
        float[] one = Run<float>(graph, 1);

        float largest = expected.Max(Math.Abs);
        Assert.Equal(expected.Length, one.Length);
        for (int i = 0; i < one.Length; i++) Assert.InRange(one[i], expected[i] - 1e-5f * largest, expected[i] + 1e-5f * largest);
        for (int threads = 2; threads <= 4; threads++) Assert.Equal(one, Run<float>(graph, threads));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_arena_is_hardly_larger_than_the_least_that_any_could_be(int seed)
    {
        using var session = new InferenceSession(RandomNetwork.Build(seed, quantized: false, everythingIsSeen: false), new SessionOptions { Threads = 1 });

        Assert.InRange(session.ActivationBytes, session.LeastActivationBytes, session.LeastActivationBytes * 11 / 10);
    }

    [Fact]
    public void A_long_chain_of_an_image_that_no_cache_holds_is_one_step()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 96, 96, 32]));
        Value wide = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "expand", x, builder.Constant(Constant.Of<float>([64, 1, 1, 32], new float[2048])));
        Value deep = builder.Add(new DepthwiseConv2D([2, 2], [1, 1], [1, 1, 1, 1]), "depthwise", wide, builder.Constant(Constant.Of<float>([3, 3, 64], new float[576])));
        builder.Output("y", builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "project", deep, builder.Constant(Constant.Of<float>([16, 1, 1, 64], new float[1024]))));
        using var session = new InferenceSession(builder.Build(), new SessionOptions { Threads = 1 });

        StepInfo step = Assert.Single(session.Steps);
        Assert.Equal("Conv2D → DepthwiseConv2D → Conv2D", step.Op);
        // Input and output, and nothing for the 96 × 96 × 64 between them.
        Assert.Equal(4 * (96 * 96 * 32 + 48 * 48 * 16), session.ActivationBytes);
    }

    [Theory]
    [InlineData(0, 6, 5, -1)]
    [InlineData(3, -3, -1, 2)]
    [InlineData(-1, 1, 4, 6)]
    public void Clamps_that_do_not_overlap_give_what_they_give_one_by_one(float low, float high, float thenLow, float thenHigh)
    {
        float[][] results = new float[2][];
        foreach (bool seen in new[] { false, true })
        {
            var builder = new GraphBuilder();
            Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4, 4, 8]));
            Value y = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "conv", x, builder.Constant(Constant.Of<float>([4, 1, 1, 8], [.. Enumerable.Range(0, 32).Select(i => i - 15.5f)])));
            Value first = builder.Add(new Clip(low, high), "first", y);
            builder.Output("y", builder.Add(new Clip(thenLow, thenHigh), "second", first));
            if (seen)
            {
                builder.Output("conv", y);
                builder.Output("first", first);
            }
            results[seen ? 1 : 0] = Run<float>(builder.Build(), 1);
        }

        Assert.Equal(results[1], results[0]);
    }

    private static T[] Run<T>(Graph graph, int threads) where T : unmanaged
    {
        using var session = new InferenceSession(graph, new SessionOptions { Threads = threads });
        var random = new Random(7);
        if (typeof(T) == typeof(float))
        {
            foreach (ref float x in session.Input<float>(0)) x = (float)(random.NextDouble() * 2 - 1);
        }
        else
        {
            foreach (ref sbyte x in session.Input<sbyte>(0)) x = (sbyte)random.Next(-128, 128);
        }
        session.Run();
        session.Run();
        return session.Output<T>("y").ToArray();
    }
}
