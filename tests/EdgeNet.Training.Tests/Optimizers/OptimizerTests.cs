namespace EdgeNet.Training.Tests;

public class OptimizerTests
{
    private static readonly string[] Names = ["sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw"];

    public static TheoryData<string> All => [.. Names];

    // From the weight 1, at rate 0.1, with the gradients 2, -1, 1.
    [Theory]
    [InlineData("sgd", 0.8, 0.9, 0.8)]
    // v = 2, 0, 1
    [InlineData("momentum:0.5", 0.8, 0.8, 0.7)]
    // g + v/2 = 3, -1, 1.5
    [InlineData("nesterov:0.5", 0.7, 0.8, 0.65)]
    // s = 4, 5, 6: less 0.1, plus 0.1/√5, less 0.1/√6
    [InlineData("adagrad", 0.9, 0.9447213595, 0.9038965305)]
    // s = 2, 1.5, 1.25
    [InlineData("rmsprop:0.5", 0.8585786438, 0.9402283019, 0.8507855828)]
    // s = 2, 1.5, 1.25; d = 2·√(0.01/2.01), …
    [InlineData("adadelta:0.5:0.01", 0.9858930877, 0.9973874712, 0.984300107)]
    // m = 1, 0, 0.5; v = 1, 1, 1; corrected 2, 0, 4/7 and 4, 16/7, 64/37
    [InlineData("adam:0.5:0.75", 0.9, 0.9, 0.8565516962)]
    [InlineData("adamw:0.5:0.75", 0.9, 0.9, 0.8565516962)]
    public void Three_steps_are_as_worked_by_hand(string text, double first, double second, double third)
    {
        Optimizer optimizer = Optimizer.Parse(text);
        float[] state = new float[optimizer.Slots];
        float[] weight = [1];
        List<float> path = [];
        foreach (float gradient in (float[])[2, -1, 1])
        {
            optimizer.Step(weight, [gradient], state, new StepSettings(0.1f, path.Count + 1));
            path.Add(weight[0]);
        }
        Assert.Equal(first, path[0], 1e-6);
        Assert.Equal(second, path[1], 1e-6);
        Assert.Equal(third, path[2], 1e-6);
    }

    [Fact]
    public void Penalties_are_added_to_the_gradient()
    {
        float[] weights = [2, -2, 0];
        Optimizer.Parse("sgd").Step(weights, [1, 1, 1], [], new StepSettings(0.5f, 1, WeightDecay: 0.1f, L1: 0.4f));
        Assert.Equal(2 - (0.5f * (1 + 0.2f + 0.4f)), weights[0], 1e-6f);
        Assert.Equal(-2 - (0.5f * (1 - 0.2f - 0.4f)), weights[1], 1e-6f);
        Assert.Equal(-0.5f, weights[2]);
    }

    [Fact]
    public void Adam_sees_penalties_as_gradient_and_adamw_does_not()
    {
        StepSettings settings = new(0.1f, 1, WeightDecay: 0.5f, L1: 0.2f);
        float[] state = new float[2];
        float[] weight = [4];
        Optimizer.Parse("adam").Step(weight, [0], state, settings);
        // Whatever the gradient, the first step of Adam is the rate.
        Assert.Equal(3.9f, weight[0], 1e-6f);

        state = new float[2];
        weight = [4];
        Optimizer.Parse("adamw").Step(weight, [0], state, settings);
        Assert.Equal(4 - (0.1f * (2 + 0.2f)), weight[0], 1e-6f);
        Assert.Equal([0, 0], state);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_weight_moves_the_same_wherever_it_lies(string name)
    {
        Optimizer optimizer = Optimizer.Parse(name);
        for (int count = 0; count <= 40; count++)
        {
            Random random = new(count);
            float[] weights = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
            float[] alone = [.. weights];
            float[] state = new float[optimizer.Slots * count];
            float[][] states = [.. weights.Select(_ => new float[optimizer.Slots])];
            for (int step = 1; step <= 3; step++)
            {
                StepSettings settings = new(0.01f, step, 0.1f, 0.01f);
                float[] gradient = [.. weights.Select(_ => random.NextSingle() - 0.5f)];
                optimizer.Step(weights, gradient, state, settings);
                for (int i = 0; i < count; i++)
                    optimizer.Step(alone.AsSpan(i, 1), gradient.AsSpan(i, 1), states[i], settings);
            }
            Assert.Equal(alone, weights);
            for (int i = 0; i < state.Length; i++)
                Assert.Equal(states[i % count][i / count], state[i]);
        }
    }

    [Theory]
    [InlineData("sgd", 0.1f)]
    [InlineData("momentum", 0.02f)]
    [InlineData("nesterov", 0.02f)]
    [InlineData("adagrad", 0.5f)]
    [InlineData("adadelta", 5f)]
    [InlineData("rmsprop", 0.01f)]
    [InlineData("adam", 0.05f)]
    [InlineData("adamw", 0.05f)]
    public void A_valley_is_descended(string name, float rate)
    {
        // ½(x − 3)² + 5(y + 1)²
        Optimizer optimizer = Optimizer.Parse(name);
        float[] state = new float[2 * optimizer.Slots];
        float[] point = [0, 0];
        for (int step = 1; step <= 1000; step++)
            optimizer.Step(point, [point[0] - 3, 10 * (point[1] + 1)], state, new StepSettings(rate, step));
        Assert.Equal(3, point[0], 0.05f);
        Assert.Equal(-1, point[1], 0.05f);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_weight_without_gradient_stays(string name)
    {
        Optimizer optimizer = Optimizer.Parse(name);
        float[] state = new float[optimizer.Slots];
        float[] weight = [0.7f];
        optimizer.Step(weight, [0], state, new StepSettings(1));
        Assert.Equal(0.7f, weight[0]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_step_allocates_nothing(string name)
    {
        Optimizer optimizer = Optimizer.Parse(name);
        float[] weights = new float[19];
        float[] state = new float[optimizer.Slots * 19];
        optimizer.Step(weights, weights, state, new StepSettings(0.1f));
        long before = GC.GetAllocatedBytesForCurrentThread();
        optimizer.Step(weights, weights, state, new StepSettings(0.1f));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_optimizer_knows_its_name(string name) => Assert.Equal(name, Optimizer.Parse(name).Name);

    [Fact]
    public void Every_optimizer_is_tested() =>
        Assert.Equal(
            typeof(Optimizer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Optimizer))).ToHashSet(),
            Names.Select(name => Optimizer.Parse(name).GetType()).ToHashSet());

    [Fact]
    public void Lengths_and_numbers_must_fit()
    {
        Optimizer adam = Optimizer.Parse("adam");
        Assert.Contains(
            "3 values; expected 4", Assert.Throws<ArgumentException>(() => adam.Step(new float[2], new float[2], new float[3], new StepSettings(0.1f))).Message);
        Assert.Throws<ArgumentException>(() => adam.Step(new float[2], new float[1], new float[4], new StepSettings(0.1f)));
        Assert.Throws<ArgumentOutOfRangeException>(() => adam.Step(new float[2], new float[2], new float[4], new StepSettings(0.1f, 0)));
    }

    [Theory]
    [InlineData("adm", "no optimizer is called 'adm'; there are sgd, momentum[:momentum=0.9], nesterov[:momentum=0.9], adagrad[:epsilon=1E-10], "
        + "adadelta[:rho=0.95][:epsilon=1E-06], rmsprop[:rho=0.9][:epsilon=1E-08], adam[:beta1=0.9][:beta2=0.999][:epsilon=1E-08], "
        + "adamw[:beta1=0.9][:beta2=0.999][:epsilon=1E-08]")]
    [InlineData("sgd:1", "optimizer 'sgd:1': 1 number given; expected sgd")]
    [InlineData("momentum:1", "optimizer 'momentum:1': momentum is 1; expected at least 0 and below 1")]
    [InlineData("adam:0.9:NaN", "optimizer 'adam:0.9:NaN': beta2 'NaN' is no number; expected adam[:beta1=0.9][:beta2=0.999][:epsilon=1E-08]")]
    public void An_optimizer_that_cannot_be_is_refused_in_one_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TrainingSettingException>(() => Optimizer.Parse(text)).Message);
}
