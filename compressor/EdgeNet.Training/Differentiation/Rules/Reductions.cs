using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The reductions.</summary>
internal static class Reductions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly struct Mean : IReduction<T>
    {
        public static bool GradientReadsElements => false;
        public static bool GradientReadsResult => false;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => result / T.CreateChecked(count);
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => dy / new Vector<T>(count);
    }
}
