using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// How weights start: at random, with a variance that keeps signals alive through many layers. With equal seeds the weights are equal
/// on every machine.
/// </summary>
public sealed class Initialization
{
    private readonly Func<int, int, double> _variance;
    private readonly bool _normal;

    private Initialization(Func<int, int, double> variance, bool normal) => (_variance, _normal) = (variance, normal);

    /// <summary>Uniform between ±√(6 ⁄ (in + out)), for layers without rectifier (Glorot &amp; Bengio 2010, equation 16).</summary>
    public static Initialization GlorotUniform { get; } = new((fanIn, fanOut) => 2.0 / (fanIn + fanOut), normal: false);

    /// <summary>Normal of variance 2 ⁄ (in + out) (Glorot &amp; Bengio 2010, equation 12).</summary>
    public static Initialization GlorotNormal { get; } = new((fanIn, fanOut) => 2.0 / (fanIn + fanOut), normal: true);

    /// <summary>Uniform between ±√(6 ⁄ in), for layers that a rectifier follows (He et al. 2015).</summary>
    public static Initialization HeUniform { get; } = new((fanIn, _) => 2.0 / fanIn, normal: false);

    /// <summary>Normal of variance 2 ⁄ in, for layers that a rectifier follows (He et al. 2015, equation 10).</summary>
    public static Initialization HeNormal { get; } = new((fanIn, _) => 2.0 / fanIn, normal: true);

    /// <summary>Normal of this standard deviation, whatever the layer.</summary>
    public static Initialization Normal(double standardDeviation) => new((_, _) => standardDeviation * standardDeviation, normal: true);

    /// <summary>
    /// How many inputs each output of a layer sums, and how many outputs each input goes into (strides and edges left aside): of
    /// Dense [O, K], of Conv2D [O, kernel H, kernel W, C ÷ groups], of DepthwiseConv2D [kernel H, kernel W, C × multiplier].
    /// </summary>
    /// <param name="weights">The weights' shape.</param>
    /// <param name="groups">Groups of a Conv2D (1 where not given); input channels of a DepthwiseConv2D (as many as weights where not given).</param>
    /// <exception cref="ArgumentException">The shape is that of no layer.</exception>
    public static (int In, int Out) Fans(Shape weights, int? groups = null) => weights switch
    {
        { ElementCount: 0 } => throw new ArgumentException($"weights of shape {weights} are empty", nameof(weights)),
        { Rank: 2 } => (weights[1], weights[0]),
        { Rank: 3 } => (weights.Product(0, 2), weights.Product(0, 2) * weights[2] / (groups ?? weights[2])),
        { Rank: 4 } => (weights.Product(1, 4), weights.Product(0, 3) / (groups ?? 1)),
        _ => throw new ArgumentException($"weights of shape {weights}; expected those of Dense, Conv2D or DepthwiseConv2D (rank 2, 4 or 3)", nameof(weights)),
    };

    /// <summary>Draws weights of a shape that <see cref="Fans"/> documents.</summary>
    /// <exception cref="ArgumentException">The shape is that of no layer.</exception>
    public Constant Weights(Shape shape, Random random, int? groups = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        (int fanIn, int fanOut) = Fans(shape, groups);
        double deviation = Math.Sqrt(_variance(fanIn, fanOut));
        double limit = Math.Sqrt(3) * deviation;
        float[] weights = new float[shape.ElementCount];
        foreach (ref float weight in weights.AsSpan())
            weight = (float)(_normal ? deviation * StandardNormal(random) : limit * ((2 * random.NextDouble()) - 1));
        return Constant.Of<float>(shape, weights);
    }

    // Box & Muller 1958, in double: what machines disagree about in the last bit of a logarithm or cosine is rounded away.
    private static double StandardNormal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
