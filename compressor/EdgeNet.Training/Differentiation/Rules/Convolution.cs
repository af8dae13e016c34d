using System.Numerics;
using System.Numerics.Tensors;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>
/// Convolutions and matrix products on the fast kernels: the output, the gradient to the input (a convolution again) and that to the weights
/// (see <see cref="WeightGradient"/>). A fully connected layer is one of 1 × 1 whose pixels are its rows.
/// </summary>
internal sealed class FastConvolution : Rule<float>
{
    private readonly ConvolutionShape _shape, _flipped;
    private readonly PointwiseKernel _kernel;
    private readonly SpreadImage _spread;
    private PackedConvolution? _forward, _backward;
    private WeightGradient[]? _products;
    private AlignedBuffer? _apart;

    private FastConvolution(in ConvolutionShape shape, in ConvolutionShape flipped, PointwiseKernel kernel)
    {
        (_shape, _flipped, _kernel) = (shape, flipped, kernel);
        _spread = new SpreadImage(shape.Batch, shape.OutputHeight, shape.OutputWidth, shape.OutputChannels, shape.StrideHeight, shape.StrideWidth);
    }

    /// <summary>The rule, or null where the kernels do not compute such a layer.</summary>
    public static FastConvolution? For(in ConvolutionShape shape)
    {
        var h = FlippedWindow.Of(shape.InputHeight, shape.OutputHeight, shape.KernelHeight, shape.StrideHeight, shape.DilationHeight, shape.PadTop);
        var w = FlippedWindow.Of(shape.InputWidth, shape.OutputWidth, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth, shape.PadLeft);
        if (KernelChoice.PointwiseF32() is not { } kernel || !h.Exists || !w.Exists || shape.OutputLength == 0) return null;
        ConvolutionShape flipped = shape with
        {
            InputHeight = h.Extent,
            InputWidth = w.Extent,
            InputChannels = shape.OutputChannels,
            OutputChannels = shape.InputChannels,
            StrideHeight = 1,
            StrideWidth = 1,
            PadTop = h.Before,
            PadBottom = h.After,
            PadLeft = w.Before,
            PadRight = w.After,
        };
        return new FastConvolution(in shape, in flipped, kernel);
    }

    public override bool Clamps => true;

    public override bool ReadsInput(int index) => index == 0 ? InputGradients[1] is not null : index == 1;

    public override void Forward(in Pass pass)
    {
        (float minimum, float maximum) = Clamp ?? (float.NegativeInfinity, float.PositiveInfinity);
        PackedConvolution packed = _forward ??= PackedConvolution.F32(in _shape, _kernel, minimum, maximum);
        EachPanel(packed, (begin, end) => packed.Pack(Inputs[1].Span, Inputs.Length > 2 ? Inputs[2].Span : [], begin, end));
        Run(_forward, in _shape, Inputs[0].Address, Outputs[0].Address);
    }

    public override void Backward()
    {
        if (InputGradients[0] is not null)
        {
            PackedConvolution packed = _backward ??= PackedConvolution.F32(in _flipped, _kernel);
            EachPanel(packed, (begin, end) => packed.PackFlipped(Inputs[1].Span, begin, end));
        }
        if (InputGradients[1] is { } weights)
        {
            WeightsBackward(weights.Address);
        }
        else
        {
            MaskClamped();
            if (Bias is { } bias) Channels.Sum<float>(Dy, bias.Span);
        }
        if (_backward is not null && !InputRidesAlong) Run(_backward, in _flipped, _spread.Of(OutputGradients[0]!, Workers), InputGradients[0]!.Address);
    }

    /// <summary>
    /// Whether the gradient to the input is computed block by block with that to the weights, while a block's gradients are in the cache: where
    /// each pixel has its own, and there are many.
    /// </summary>
    private bool InputRidesAlong =>
        InputGradients[0] is not null && InputGradients[1] is not null && WeightGradient.Parts(in _shape) > 1 && _shape is
        { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };

    /// <summary>Shares panels of weights among threads where there are enough of them.</summary>
    private void EachPanel(PackedConvolution packed, Action<int, int> pack) =>
        Workers.Ranges(packed.Panels, Math.Max(1, Workers.Grain / Math.Max(1, _shape.WeightsLength / packed.Panels)), pack);

    private Tensor<float>? Bias => InputGradients.Length > 2 ? InputGradients[2] : null;

    private void WeightsBackward(nint gradient)
    {
        int parts = WeightGradient.Parts(in _shape), weights = _shape.WeightsLength, outputs = _shape.OutputChannels;
        _products ??= [.. Enumerable.Range(0, parts).Select(part => new WeightGradient(in _shape, _kernel, part, parts))];
        if (parts == 1)
        {
            WeightGradient product = _products[0];
            for (int sweep = 0; sweep < product.Sweeps; sweep++)
            {
                int now = sweep;
                Workers.Each(product.PacksOf(now), block => Pack(product, now, block));
                Workers.Each(product.Units, unit => product.Multiply(now, unit, gradient, Workers.Scratch(product.MultiplyScratchBytes).Address));
                if (Bias is { } bias) product.AddBias(now, bias.Span);
            }
            return;
        }
        bool ridesAlong = InputRidesAlong;
        AlignedBuffer apart = _apart ??= new AlignedBuffer(parts * AlignedBuffer.RoundUp((weights + outputs) * sizeof(float)));
        int stride = AlignedBuffer.RoundUp((weights + outputs) * sizeof(float)) / sizeof(float);
        Workers.Each(parts, part =>
        {
            WeightGradient product = _products[part];
            Span<float> own = apart.As<float>().Slice(part * stride, stride);
            for (int sweep = 0; sweep < product.Sweeps; sweep++)
            {
                for (int block = 0; block < product.PacksOf(sweep); block++)
                {
                    Pack(product, sweep, block);
                    if (ridesAlong) InputBackward(product.PixelsOf(sweep, block));
                }
                for (int unit = 0; unit < product.Units; unit++)
                    product.Multiply(sweep, unit, apart.Address + (nint)part * stride * sizeof(float), Workers.Scratch(product.MultiplyScratchBytes).Address);
                product.AddBias(sweep, own.Slice(weights, outputs));
            }
        });
        Span<float> sum = apart.As<float>();
        for (int part = 1; part < parts; part++) TensorPrimitives.Add(sum[..(weights + outputs)], sum.Slice(part * stride, weights + outputs), sum[..(weights + outputs)]);
        sum[..weights].CopyTo(InputGradients[1]!.Span);
        if (Bias is { } biasGradient) sum.Slice(weights, outputs).CopyTo(biasGradient.Span);
    }

    /// <summary>Packs a block of pixels, whose gradients go through the activation on the way.</summary>
    private void Pack(WeightGradient product, int sweep, int block)
    {
        (int first, int count) = product.PixelsOf(sweep, block);
        MaskClamped(first * _shape.OutputChannels, (first + count) * _shape.OutputChannels);
        product.Pack(sweep, block, Inputs[0].Address, OutputGradients[0]!.Address, Workers.Scratch(product.PackScratchBytes).Address);
    }

    private void InputBackward((int First, int Count) pixels)
    {
        int inputPixel = _shape.InputChannels * sizeof(float), outputPixel = _shape.OutputChannels * sizeof(float);
        ImageView image = ImageView.Of(OutputGradients[0]!.Address, _shape.Rows, _shape.OutputWidth, outputPixel);
        _backward!.Run(
            in image, InputGradients[0]!.Address, inputPixel, 0, 0, pixels.First, pixels.First + pixels.Count, 0, _backward.Panels,
            Workers.Scratch(_backward.ScratchBytes).Address);
    }

    /// <summary>Shares pixels among threads and, where these are few, panels of filters.</summary>
    private void Run(PackedConvolution packed, in ConvolutionShape shape, nint input, nint output)
    {
        const int Pieces = 16;
        ImageView image = ImageView.Of(input, shape.Batch * shape.InputHeight, shape.InputWidth, shape.InputChannels * sizeof(float));
        int outputPixel = shape.OutputChannels * sizeof(float);
        int blocks = (packed.Pixels + packed.BlockPixels - 1) / packed.BlockPixels, pixelPieces = Math.Min(blocks, Pieces);
        int panelPieces = Math.Clamp(Pieces / 2 / pixelPieces, 1, packed.Panels);
        Workers.Each(pixelPieces * panelPieces, piece =>
        {
            (int pixelPiece, int panelPiece) = Math.DivRem(piece, panelPieces);
            int begin = blocks * pixelPiece / pixelPieces * packed.BlockPixels, end = blocks * (pixelPiece + 1) / pixelPieces * packed.BlockPixels;
            packed.Run(
                in image, output, outputPixel, 0, 0, begin, Math.Min(end, packed.Pixels),
                packed.Panels * panelPiece / panelPieces, packed.Panels * (panelPiece + 1) / panelPieces, Workers.Scratch(packed.ScratchBytes).Address);
        });
    }
}

/// <summary>Convolution by its definition; the specification of <see cref="FastConvolution"/>.</summary>
internal sealed class PlainConvolution<T>(ConvolutionShape shape) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass)
    {
        Workers.Each(shape.Rows, row =>
        {
            Span<T> x = X, w = Inputs[1].Span, y = Y;
            for (int i = 0; i < shape.OutputWidth; i++)
            {
                int pixel = (row * shape.OutputWidth + i) * shape.OutputChannels;
                for (int o = 0; o < shape.OutputChannels; o++)
                {
                    T sum = Inputs.Length > 2 ? Inputs[2].Span[o] : T.Zero;
                    foreach ((int tap, int at) in new WindowTaps(in shape, row, i))
                    {
                        ReadOnlySpan<T> under = x.Slice(at + o / OutputsOfGroup * Depth, Depth), filter = w.Slice((o * Taps + tap) * Depth, Depth);
                        for (int c = 0; c < under.Length; c++) sum += under[c] * filter[c];
                    }
                    y[pixel + o] = sum;
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
                for (int o = 0; o < shape.OutputChannels; o++)
                {
                    T slope = dy[(row * shape.OutputWidth + i) * shape.OutputChannels + o];
                    if (slope == T.Zero) continue;
                    foreach ((int tap, int at) in new WindowTaps(in shape, row, i))
                    {
                        int pixel = at + o / OutputsOfGroup * Depth, filter = (o * Taps + tap) * Depth;
                        for (int c = 0; c < Depth; c++)
                        {
                            if (dx is not null) dx.Span[pixel + c] += slope * w[filter + c];
                            if (dw is not null) dw.Span[filter + c] += slope * x[pixel + c];
                        }
                    }
                }
            }
        }
    }

    private int Taps => shape.KernelHeight * shape.KernelWidth;

    private int Depth => shape.InputChannels / shape.Groups;

    private int OutputsOfGroup => shape.OutputChannels / shape.Groups;
}

/// <summary>The taps of one output pixel that lie within the image: which they are, and where their pixels begin.</summary>
internal readonly struct WindowTaps(in ConvolutionShape shape, int row, int column)
{
    private readonly ConvolutionShape _shape = shape;

    public IEnumerator<(int Tap, int At)> GetEnumerator()
    {
        (int image, int y) = Math.DivRem(row, _shape.OutputHeight);
        for (int tap = 0; tap < _shape.KernelHeight * _shape.KernelWidth; tap++)
        {
            int iy = y * _shape.StrideHeight - _shape.PadTop + tap / _shape.KernelWidth * _shape.DilationHeight;
            int ix = column * _shape.StrideWidth - _shape.PadLeft + tap % _shape.KernelWidth * _shape.DilationWidth;
            if ((uint)iy < (uint)_shape.InputHeight && (uint)ix < (uint)_shape.InputWidth)
                yield return (tap, ((image * _shape.InputHeight + iy) * _shape.InputWidth + ix) * _shape.InputChannels);
        }
    }
}
