using EdgeNet.Kernels;

namespace EdgeNet.Bench;

/// <summary>A layer of MobileNet and the memory to compute it in, of random contents.</summary>
internal sealed class Layer
{
    private readonly AlignedBuffer _input, _output;
    private readonly int _inputHeight, _inputWidth, _inputPixelBytes;

    public Layer(int inputHeight, int inputWidth, int inputChannels, int outputPixels, int outputChannels, int elementSize)
    {
        (_inputHeight, _inputWidth, _inputPixelBytes) = (inputHeight, inputWidth, inputChannels * elementSize);
        OutputPixelBytes = outputChannels * elementSize;
        _input = new AlignedBuffer(inputHeight * inputWidth * _inputPixelBytes);
        _output = new AlignedBuffer(outputPixels * OutputPixelBytes);
        if (elementSize == sizeof(float)) Fill(_input.As<float>());
        else Random.Shared.NextBytes(_input.As<byte>());
    }

    public int OutputPixelBytes { get; }

    public nint Output => _output.Address;

    public ImageView Input => ImageView.Of(_input.Address, _inputHeight, _inputWidth, _inputPixelBytes);

    public static float[] Reals(int count)
    {
        float[] values = new float[count];
        Fill(values);
        return values;
    }

    public static sbyte[] Codes(int count)
    {
        sbyte[] values = new sbyte[count];
        foreach (ref sbyte value in values.AsSpan()) value = (sbyte)Random.Shared.Next(-127, 128);
        return values;
    }

    /// <summary>Multipliers that bring sums of codes back into range.</summary>
    public static float[] Multipliers(int channels)
    {
        float[] values = new float[channels];
        Array.Fill(values, 1e-3f);
        return values;
    }

    private static void Fill(Span<float> values)
    {
        foreach (ref float value in values) value = 2 * Random.Shared.NextSingle() - 1;
    }
}
