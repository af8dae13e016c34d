namespace EdgeNet.Kernels.Tests;

/// <summary>Seeded values to compute on.</summary>
internal static class Values
{
    public static float[] Floats(this Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(random.NextDouble() * 4 - 2);
        return values;
    }

    public static sbyte[] Codes(this Random random, int count)
    {
        var values = new sbyte[count];
        for (int i = 0; i < count; i++) values[i] = (sbyte)random.Next(-128, 128);
        return values;
    }

    public static int[] Integers(this Random random, int count, int low, int high)
    {
        var values = new int[count];
        for (int i = 0; i < count; i++) values[i] = random.Next(low, high);
        return values;
    }

    public static T Pick<T>(this Random random, params T[] choices) => choices[random.Next(choices.Length)];

    public static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, object what, double tolerance = 1e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"{what}: element {i} is {actual[i]}, expected {expected[i]}");
        }
    }

    /// <summary>Codes within half a step (and the rounding of fp32) of real values, saturated.</summary>
    public static void WithinHalfStep(ReadOnlySpan<double> real, ReadOnlySpan<sbyte> codes, float scale, int zero, object what)
    {
        Assert.Equal(real.Length, codes.Length);
        for (int i = 0; i < real.Length; i++)
        {
            double exact = Math.Clamp(real[i] / scale + zero, -128, 127);
            Assert.True(Math.Abs(exact - codes[i]) <= 0.5 + 1e-3, $"{what}: element {i} is {codes[i]}, expected {exact}");
        }
    }

    /// <summary>Runs a kernel whole and in uneven pieces from the back, and expects the same bits.</summary>
    public static T[] Split<T>(int length, int rows, Action<T[], int, int> run)
        where T : unmanaged
    {
        T[] whole = new T[length], pieces = new T[length];
        run(whole, 0, rows);
        int end = rows;
        for (int size = 1; end > 0; size += 2)
        {
            int begin = Math.Max(0, end - size);
            run(pieces, begin, end);
            end = begin;
        }
        Assert.Equal(whole, pieces);
        return whole;
    }
}
