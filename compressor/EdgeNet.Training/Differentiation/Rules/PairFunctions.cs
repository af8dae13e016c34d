using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The functions of two numbers and their slopes.</summary>
internal static class PairFunctions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static Vector<T> Zero => Vector<T>.Zero;

    private static Vector<T> One => Vector<T>.One;

    public readonly struct Add : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a + b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => One;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => One;
    }

    public readonly struct Sub : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a - b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => One;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => -One;
    }

    public readonly struct Mul : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => slope != argument;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a * b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => b;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => a;
    }
}
