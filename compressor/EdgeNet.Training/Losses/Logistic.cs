using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The logistic function and its integral, without overflow and without cancellation.</summary>
internal static class Logistic
{
    /// <summary>1 ⁄ (1 + e⁻ˣ). 1 less this is Sigmoid(−x), to full precision.</summary>
    public static T Sigmoid<T>(T x) where T : IBinaryFloatingPointIeee754<T>
    {
        T small = T.Exp(-T.Abs(x));
        return (x >= T.Zero ? T.One : small) / (T.One + small);
    }

    /// <summary>log(1 + eˣ).</summary>
    public static T Softplus<T>(T x) where T : IBinaryFloatingPointIeee754<T> => T.Max(x, T.Zero) + LogOnePlus(T.Exp(-T.Abs(x)));

    /// <summary>log(1 + x) for x of 0 or above, by Kahan's correction; the framework's LogP1 rounds 1 + x and loses what is small.</summary>
    public static T LogOnePlus<T>(T x) where T : IBinaryFloatingPointIeee754<T>
    {
        T sum = T.One + x;
        return sum == T.One ? x : T.Log(sum) * x / (sum - T.One);
    }
}
