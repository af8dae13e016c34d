namespace EdgeNet.Kernels;

/// <summary>Which taps of a window lie inside the input along one axis.</summary>
internal static class KernelWindow
{
    /// <summary>
    /// The half-open range of taps k for which <c>start + k * dilation</c> lies in [0, <paramref name="length"/>).
    /// </summary>
    public static (int First, int Last) Inside(int start, int taps, int dilation, int length)
    {
        int first = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
        int last = start >= length ? 0 : Math.Min(taps, (length - 1 - start) / dilation + 1);
        return (Math.Min(first, last), last);
    }

    public static int OutputLength(int input, int taps, int stride, int dilation, int padding)
    {
        int reach = input + padding - dilation * (taps - 1) - 1;
        return reach < 0 ? 0 : reach / stride + 1;
    }
}
