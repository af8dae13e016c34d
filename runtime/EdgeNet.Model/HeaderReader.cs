using System.Text.Json;
using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>Reads the JSON header; <see cref="ModelHeaderJson"/> writes it.</summary>
internal static class HeaderReader
{
    private const int MaximumDepth = 16;

    /// <exception cref="ModelFormatException">It is not the header of a model in a file of this version.</exception>
    public static ModelHeader Read(ReadOnlyMemory<byte> json, uint version) =>
        Read(json, o => Model(o, version == 1 ? FirstSection : Section));

    /// <exception cref="ModelFormatException">It is no card.</exception>
    public static ModelCard ReadCard(ReadOnlyMemory<byte> json) => Read(json, Card);

    private static T Read<T>(ReadOnlyMemory<byte> json, Func<HeaderObject, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            return HeaderObject.Read(document.RootElement, "$", read);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"header: not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine}", e);
        }
        // Text that is no UTF-16.
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException("header: a text is not valid", e);
        }
    }

    private static ModelHeader Model(HeaderObject o, Func<HeaderObject, SectionHeader> section) => new(
        o.Objects("inputs", input => new InputHeader(
            input.Text("name"), input.Choice<ElementType>("element"), input.Ints("shape"), input.Optional("quantization", Quantization))),
        o.Objects("constants", constant => Constant(constant, section)),
        o.Objects("nodes", node => new NodeHeader(node.Text("name"), node.Object("op", Op), node.Ints("inputs"))),
        o.Objects("outputs", output => new OutputHeader(output.Text("name"), output.Int("value"))),
        o.Optional("card", Card));

    private static ConstantHeader Constant(HeaderObject o, Func<HeaderObject, SectionHeader> section) => new(
        o.Choice<ElementType>("element"), o.Ints("shape"), o.Choice<Storage>("storage"), o.Object("values", section),
        o.OptionalText("name"), o.OptionalInt("axis"), o.Optional("scales", section), o.Optional("zeroPoints", section), o.Optional("codebook", section));

    private static SectionHeader Section(HeaderObject o) => new(o.Choice<SectionEncoding>("encoding"), o.Int64("stored"), o.OptionalInt64("decoded"));

    private static SectionHeader FirstSection(HeaderObject o) =>
        new(o.Choice<SectionEncoding>("encoding"), o.Int64("stored"), o.Int64("decoded"), o.UInt32("crc"));

    private static Quantization Quantization(HeaderObject o)
    {
        o.Skip("isPerTensor");
        o.Skip("scale");
        o.Skip("zeroPoint");
        return new(o.Floats("scales"), o.Ints("zeroPoints"), o.Int("axis", 0));
    }

    private static ModelCard Card(HeaderObject o) => new(
        o.OptionalText("name"),
        o.Optional("preprocessing", p => new Preprocessing(
            p.Choice<ImageLayout>("layout"), p.Choice<ColorOrder>("color"), p.Floats("mean"), p.Floats("standardDeviation"), p.Choice<ImageFit>("fit", ImageFit.Stretch))),
        o.OptionalTexts("labels"),
        o.Optional("detector", d => new Detector(
            d.Choice<BoxCoding>("coding"), d.Texts("boxes"), d.Texts("scores"), d.OptionalText("priors"), d.OptionalFloats("scales"), d.OptionalInts("strides"),
            d.Int("background", 0), d.Float("scoreThreshold", 0.3f), d.Float("iouThreshold", 0.45f), d.Int("maxDetections", 100))),
        o.OptionalTexts("provenance"));

    private static Op Op(HeaderObject o)
    {
        Op op = o.Text("op") switch
        {
            "Conv2D" => new Conv2D(o.Ints("strides"), o.Ints("dilations"), o.Ints("padding"), o.Int("groups", 1)),
            "DepthwiseConv2D" => new DepthwiseConv2D(o.Ints("strides"), o.Ints("dilations"), o.Ints("padding")),
            "ConvTranspose2D" => new ConvTranspose2D(o.Ints("strides"), o.Ints("dilations"), o.Ints("padding"), o.Int("groups", 1)),
            "Dense" => new Dense(),
            "MatMul" => new MatMul(),
            "Pool2D" => new Pool2D(
                o.Choice<PoolKind>("kind"), o.Ints("size"), o.Ints("strides"), o.Ints("dilations"), o.Ints("padding"),
                o.Bool("countIncludesPadding", false), o.Bool("ceilMode", false)),
            "Relu" => new Relu(),
            "Clip" => new Clip(o.Float("min", float.NegativeInfinity), o.Float("max", float.PositiveInfinity)),
            "Abs" => new Abs(),
            "Neg" => new Neg(),
            "Sign" => new Sign(),
            "LeakyRelu" => new LeakyRelu(o.Float("alpha")),
            "ThresholdedRelu" => new ThresholdedRelu(o.Float("alpha")),
            "Elu" => new Elu(o.Float("alpha")),
            "Selu" => new Selu(o.Float("alpha"), o.Float("gamma")),
            "Celu" => new Celu(o.Float("alpha")),
            "Sigmoid" => new Sigmoid(),
            "HardSigmoid" => new HardSigmoid(o.Float("alpha"), o.Float("beta")),
            "HardSwish" => new HardSwish(),
            "Tanh" => new Tanh(),
            "Exp" => new Exp(),
            "Log" => new Log(),
            "Sqrt" => new Sqrt(),
            "Reciprocal" => new Reciprocal(),
            "Floor" => new Floor(),
            "Ceil" => new Ceil(),
            "Round" => new Round(),
            "Erf" => new Erf(),
            "Gelu" => new Gelu(o.Bool("approximate", false)),
            "Softplus" => new Softplus(),
            "Softsign" => new Softsign(),
            "Mish" => new Mish(),
            "Sin" => new Sin(),
            "Cos" => new Cos(),
            "Add" => new Add(),
            "Sub" => new Sub(),
            "Mul" => new Mul(),
            "Div" => new Div(),
            "Pow" => new Pow(),
            "Max" => new Max(),
            "Min" => new Min(),
            "PRelu" => new PRelu(),
            "Equal" => new Equal(),
            "Less" => new Less(),
            "LessOrEqual" => new LessOrEqual(),
            "Greater" => new Greater(),
            "GreaterOrEqual" => new GreaterOrEqual(),
            "And" => new And(),
            "Or" => new Or(),
            "Xor" => new Xor(),
            "Not" => new Not(),
            "Where" => new Where(),
            "Cast" => new Cast(o.Choice<ElementType>("to")),
            "Softmax" => new Softmax(o.Int("axis")),
            "LogSoftmax" => new LogSoftmax(o.Int("axis")),
            "BatchNormalization" => new BatchNormalization(o.Float("epsilon")),
            "InstanceNormalization" => new InstanceNormalization(o.Float("epsilon")),
            "LocalResponseNormalization" => new LocalResponseNormalization(o.Int("size"), o.Float("alpha"), o.Float("beta"), o.Float("bias")),
            "ReduceMean" => new ReduceMean(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceSum" => new ReduceSum(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceMax" => new ReduceMax(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceMin" => new ReduceMin(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceProd" => new ReduceProd(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceSumSquare" => new ReduceSumSquare(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceL1" => new ReduceL1(o.Ints("axes"), o.Bool("keepDims")),
            "ReduceL2" => new ReduceL2(o.Ints("axes"), o.Bool("keepDims")),
            "ArgMax" => new ArgMax(o.Int("axis"), o.Bool("keepDims"), o.Bool("selectLast", false)),
            "ArgMin" => new ArgMin(o.Int("axis"), o.Bool("keepDims"), o.Bool("selectLast", false)),
            "TopK" => new TopK(o.Int("count"), o.Int("axis"), o.Bool("largest", true)),
            "Reshape" => new Reshape(o.Ints("shape")),
            "Transpose" => new Transpose(o.Ints("permutation")),
            "Concat" => new Concat(o.Int("axis")),
            "Slice" => new Slice(o.Ints("starts"), o.Ints("sizes"), o.Ints("steps")),
            "Pad" => new Pad(o.Ints("before"), o.Ints("after"), o.Choice<PadMode>("mode", PadMode.Constant), o.Float("value", 0)),
            "Gather" => new Gather(o.Int("axis")),
            "GatherElements" => new GatherElements(o.Int("axis")),
            "GatherNd" => new GatherNd(o.Int("batchDims", 0)),
            "Expand" => new Expand(o.Ints("shape")),
            "Tile" => new Tile(o.Ints("repeats")),
            "Resize" => new Resize(
                o.Ints("sizes"), o.Floats("scales"), o.Choice<Interpolation>("interpolation"),
                o.Choice<CoordinateTransformation>("coordinates", CoordinateTransformation.HalfPixel),
                o.Choice<NearestRounding>("rounding", NearestRounding.RoundPreferFloor),
                o.Float("cubicCoefficient", -0.75f), o.Bool("excludeOutside", false), o.Bool("antialias", false),
                o.OptionalFloats("regionOfInterest"), o.Float("extrapolation", 0)),
            "Quantize" => new Quantize(o.Choice<ElementType>("to")),
            "Dequantize" => new Dequantize(),
            "NonMaxSuppression" => new NonMaxSuppression(
                o.Int("maxPerClass"), o.Float("iouThreshold"), o.Float("scoreThreshold", float.NegativeInfinity), o.Bool("centerPointBox", false)),
            "DetectionPostProcess" => new DetectionPostProcess(
                o.Int("maxDetections"), o.Int("maxClassesPerDetection"), o.Int("detectionsPerClass"), o.Bool("useRegularNms"), o.Int("classes"),
                o.Float("scoreThreshold"), o.Float("iouThreshold"), o.Floats("scales")),
            _ => throw new ModelFormatException("header: a node's op is not one that this version knows; a newer EdgeNet may read it"),
        };
        return o.Optional("outputQuantization", Quantization) is { } quantization ? op with { OutputQuantization = quantization } : op;
    }
}
