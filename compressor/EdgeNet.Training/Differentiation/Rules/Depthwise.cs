using System.Numerics;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>Depthwise convolution on the fast kernels, where each channel has one filter.</summary>
internal sealed class FastDepthwise : Rule<float>
{
    private readonly DepthwiseShape _shape;
    private readonly DepthwiseKernel _kernel;

    /// <summary>The convolution that gives the gradient to the input, where the stride is 1.</summary>
    private readonly (DepthwiseShape Shape, DepthwiseKernel Kernel)? _flipped;
    private readonly float[] _reversed;
    private AlignedBuffer? _parts;
    private PackedDepthwise? _forward, _backward;

    private FastDepthwise(in DepthwiseShape shape, DepthwiseKernel kernel, (DepthwiseShape Shape, DepthwiseKernel Kernel)? flipped)
    {
        (_shape, _kernel, _flipped) = (shape, kernel, flipped);
        _reversed = new float[shape.WeightsLength];
    }

    /// <summary>The rule, or null where the kernels do not compute such a layer.</summary>
    public static FastDepthwise? For(in DepthwiseShape shape)
    {
        if (shape.OutputLength == 0 || KernelChoice.DepthwiseF32(in shape) is not { } kernel) return null;
        var h = FlippedWindow.Of(shape.InputHeight, shape.OutputHeight, shape.KernelHeight, shape.StrideHeight, shape.DilationHeight, shape.PadTop);
        var w = FlippedWindow.Of(shape.InputWidth, shape.OutputWidth, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth, shape.PadLeft);
        if (shape.StrideHeight > 1 || shape.StrideWidth > 1 || !h.Exists || !w.Exists) return new FastDepthwise(in shape, kernel, null);
        DepthwiseShape flipped = shape with
        {
            InputHeight = h.Extent,
            InputWidth = w.Extent,
            PadTop = h.Before,
            PadBottom = h.After,
            PadLeft = w.Before,
            PadRight = w.After,
        };
        return new FastDepthwise(in shape, kernel, KernelChoice.DepthwiseF32(in flipped) is { } flippedKernel ? (flipped, flippedKernel) : null);
    }

    public override bool Clamps => true;

    public override bool ReadsInput(int index) => index == 0 ? InputGradients[1] is not null : index == 1;

    public override void Forward(in Pass pass)
    {
        ReadOnlySpan<float> weights = Inputs[1].Span, bias = Inputs.Length > 2 ? Inputs[2].Span : [];
        if (_forward is null)
        {
            (float minimum, float maximum) = Clamp ?? (float.NegativeInfinity, float.PositiveInfinity);
            _forward = PackedDepthwise.F32(in _shape, _kernel, weights, bias, minimum, maximum);
        }
        else
        {
            _forward.Pack(weights, bias);
        }
        Run(_forward, in _shape, Inputs[0].Address, Outputs[0].Address);
    }

    public override void Backward()
    {
        Tensor<float>? bias = InputGradients.Length > 2 ? InputGradients[2] : null;
        if (InputGradients[1] is { } weights)
        {
            int parts = DepthwiseWeightGradient.Parts(in _shape), length = DepthwiseWeightGradient.PartLength(in _shape);
            AlignedBuffer sums = _parts ??= new AlignedBuffer(parts * length * sizeof(float));
            int row = _shape.OutputWidth * _shape.Channels;
            Workers.Each(parts, part =>
            {
                (int begin, int end) = DepthwiseWeightGradient.RowsOf(in _shape, part);
                MaskClamped(begin * row, end * row);
                DepthwiseWeightGradient.Sum(in _shape, part, X, Dy, sums.As<float>().Slice(part * length, length));
            });
            DepthwiseWeightGradient.AddParts(in _shape, sums.As<float>()[..(parts * length)], weights.Span, bias is null ? [] : bias.Span);
        }
        else
        {
            MaskClamped();
            if (bias is not null) Channels.Sum<float>(Dy, bias.Span);
        }
        if (InputGradients[0] is not { } inputGradient) return;
        if (_flipped is not var (flipped, kernel))
        {
            int row = _shape.InputWidth * _shape.Channels;
            Workers.Ranges(_shape.Batch * _shape.InputHeight, Math.Max(1, Workers.Grain / row), (begin, end) =>
                DepthwiseInputGradient.Run(in _shape, Inputs[1].Span, Dy, inputGradient.Span, begin, end));
            return;
        }
        int channels = _shape.Channels, taps = _shape.KernelHeight * _shape.KernelWidth;
        for (int tap = 0; tap < taps; tap++) Inputs[1].Span.Slice((taps - 1 - tap) * channels, channels).CopyTo(_reversed.AsSpan(tap * channels));
        if (_backward is null) _backward = PackedDepthwise.F32(in flipped, kernel, _reversed, []);
        else _backward.Pack(_reversed, []);
        Run(_backward, in flipped, OutputGradients[0]!.Address, inputGradient.Address);
    }

    private void Run(PackedDepthwise packed, in DepthwiseShape shape, nint input, nint output)
    {
        ImageView image = ImageView.Of(input, shape.Batch * shape.InputHeight, shape.InputWidth, shape.Channels * sizeof(float));
        int rowBytes = shape.OutputWidth * shape.Channels * sizeof(float);
        Workers.Ranges(shape.Rows, Math.Max(1, Workers.Grain * sizeof(float) / rowBytes), (begin, end) =>
            packed.Run(in image, output + (nint)begin * rowBytes, rowBytes, begin, end, Workers.Scratch(packed.ScratchBytes).Address));
    }
}

/// <summary>Depthwise convolution by its definition, with any number of filters to a channel; the specification of <see cref="FastDepthwise"/>.</summary>
internal sealed class PlainDepthwise<T>(DepthwiseShape shape) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvolutionShape _window = new()
    {
        Batch = shape.Batch,
        InputHeight = shape.InputHeight,
        InputWidth = shape.InputWidth,
        InputChannels = shape.Channels,
        OutputChannels = shape.OutputChannels,
        KernelHeight = shape.KernelHeight,
        KernelWidth = shape.KernelWidth,
        StrideHeight = shape.StrideHeight,
        StrideWidth = shape.StrideWidth,
        DilationHeight = shape.DilationHeight,
        DilationWidth = shape.DilationWidth,
        PadTop = shape.PadTop,
        PadLeft = shape.PadLeft,
        PadBottom = shape.PadBottom,
        PadRight = shape.PadRight,
        Groups = shape.Channels,
    };

    public override void Forward(in Pass pass)
    {
        Workers.Each(shape.Rows, row =>
        {
            Span<T> x = X, w = Inputs[1].Span, y = Y;
            for (int i = 0; i < shape.OutputWidth; i++)
            {
                Span<T> pixel = y.Slice((row * shape.OutputWidth + i) * shape.OutputChannels, shape.OutputChannels);
                pixel.Clear();
                if (Inputs.Length > 2) Inputs[2].Span.CopyTo(pixel);
                foreach ((int tap, int at) in new WindowTaps(in _window, row, i))
                {
                    ReadOnlySpan<T> filter = w.Slice(tap * shape.OutputChannels, shape.OutputChannels);
                    for (int o = 0; o < pixel.Length; o++) pixel[o] += x[at + o / shape.Multiplier] * filter[o];
                }
            }
        });
    }

    public override void Backward()
    {
        Tensor<T>? dx = InputGradients[0], dw = InputGradients[1];
        dx?.Span.Clear();
        dw?.Span.Clear();
        if (InputGradients.Length > 2 && InputGradients[2] is { } db) Channels.Sum<T>(Dy, db.Span);
        Span<T> x = X, w = Inputs[1].Span, dy = Dy;
        for (int row = 0; row < shape.Rows; row++)
        {
            for (int i = 0; i < shape.OutputWidth; i++)
            {
                ReadOnlySpan<T> slopes = dy.Slice((row * shape.OutputWidth + i) * shape.OutputChannels, shape.OutputChannels);
                foreach ((int tap, int at) in new WindowTaps(in _window, row, i))
                {
                    for (int o = 0; o < slopes.Length; o++)
                    {
                        if (dx is not null) dx.Span[at + o / shape.Multiplier] += slopes[o] * w[tap * shape.OutputChannels + o];
                        if (dw is not null) dw.Span[tap * shape.OutputChannels + o] += slopes[o] * x[at + o / shape.Multiplier];
                    }
                }
            }
        }
    }
}
