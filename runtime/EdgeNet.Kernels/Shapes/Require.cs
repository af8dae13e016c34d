using System.Diagnostics.CodeAnalysis;

namespace EdgeNet.Kernels;

/// <summary>The checks every kernel makes once, before its loops.</summary>
internal static class Require
{
    public static void Length(int actual, int expected, string name)
    {
        if (actual != expected) FailLength(actual, expected, name);
    }

    public static void LengthOrEmpty(int actual, int expected, string name)
    {
        if (actual != 0 && actual != expected) FailLength(actual, expected, name);
    }

    public static void Range(int begin, int end, int count)
    {
        if (begin < 0 || end < begin || end > count) FailRange(begin, end, count);
    }

    public static void That([DoesNotReturnIf(false)] bool condition, string message)
    {
        if (!condition) Fail(message);
    }

    /// <summary>The number of elements of <paramref name="shape"/>; a negative extent or more than 2^31 - 1 elements is an error.</summary>
    public static int ElementCount(ReadOnlySpan<int> shape)
    {
        long count = 1;
        bool empty = false;
        foreach (int extent in shape)
        {
            That(extent >= 0, "an extent is negative");
            empty |= extent == 0;
            count = Math.Max(count, 1) * Math.Max(extent, 1);
            That(count <= int.MaxValue, "a tensor of more than 2^31 - 1 elements");
        }
        return empty ? 0 : (int)count;
    }

    [DoesNotReturn]
    public static void Fail(string message) => throw new ArgumentException(message);

    [DoesNotReturn]
    private static void FailLength(int actual, int expected, string name) =>
        throw new ArgumentException($"{name} has {actual} elements, its shape says {expected}", name);

    [DoesNotReturn]
    private static void FailRange(int begin, int end, int count) =>
        throw new ArgumentException($"the range [{begin}, {end}) is not within [0, {count})");
}
