using System.Globalization;
using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

// Measures another runtime on the very inputs that `edgenet eval` gives to ours, with our decoding and metrics:
//   replay prepare MODEL.edgenet PICTURES TENSORS    writes TENSORS/PICTURE.in, the first input of each picture, raw
//   replay score MODEL.edgenet PICTURES TENSORS LABELS CLASS_OR_OFFSET
//                                                    reads TENSORS/PICTURE.OUTPUT.out of each output
// A detector's LABELS is the table of boxes and CLASS the model's number of the class; a classifier's photos begin with their class
// number and OFFSET is added to it.
if (args is not (["prepare", _, _, _] or ["score", _, _, _, _, _]))
{
    Console.Error.WriteLine("usage: replay prepare MODEL PICTURES TENSORS | replay score MODEL PICTURES TENSORS LABELS CLASS_OR_OFFSET");
    return 2;
}
Graph graph = ModelFile.Load(args[1]);
string[] pictures = [.. Directory.GetFiles(args[2]).Order(StringComparer.Ordinal)];
string tensors = args[3];
if (args[0] == "prepare")
{
    Directory.CreateDirectory(tensors);
    using var session = new InferenceSession(graph);
    var model = new PictureModel(session);
    foreach (string picture in pictures)
    {
        model.SetInput(ImageFile.Load(picture));
        File.WriteAllBytes(Path.Combine(tensors, $"{Path.GetFileName(picture)}.in"), MemoryMarshal.AsBytes(session.Input<float>(0)).ToArray());
    }
    return 0;
}

int number = int.Parse(args[5], CultureInfo.InvariantCulture);
ILookup<string, string[]> boxes = (args[4] == "-" ? [] : File.ReadLines(args[4]).Skip(1)).Select(line => line.Split('\t')).ToLookup(columns => columns[0]);
var samples = new List<DetectionSample>();
int right = 0;
foreach (string picture in pictures)
{
    string name = Path.GetFileName(picture);
    using var session = new InferenceSession(Recorded(name));
    var model = new PictureModel(session);
    Image image = ImageFile.Load(picture);
    if (!model.IsDetector)
    {
        if (model.Classify(image, 1)[0].Index == int.Parse(name[..4], CultureInfo.InvariantCulture) + number) right++;
        continue;
    }
    samples.Add(new DetectionSample(
        [.. model.Detect(image, 0.01f).Where(found => found.Label == number)],
        [.. boxes[name].Select(c => new GroundTruth(new Box(Coordinate(c[3]), Coordinate(c[4]), Coordinate(c[5]), Coordinate(c[6])), number, c[7] == "1"))]));
}
Console.WriteLine(samples.Count > 0
    ? string.Create(CultureInfo.InvariantCulture, $"AP50       {DetectionMetrics.PrecisionRecall(samples, number, 0.5f, MatchingRule.Voc).AveragePrecisionAllPoint():F4}  ONNX Runtime, same {pictures.Length} pictures")
    : string.Create(CultureInfo.InvariantCulture, $"top-1      {100.0 * right / pictures.Length:F2} % ({right} of {pictures.Length})  ONNX Runtime, same pictures"));
return 0;

// The model's interface with the recorded outputs as constants in place of the network.
Graph Recorded(string name)
{
    var builder = new GraphBuilder { Card = graph.Card };
    foreach (Value input in graph.Inputs) builder.Input(input.Name, input.Type);
    foreach (GraphOutput output in graph.Outputs)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(tensors, $"{name}.{output.Name}.out"));
        builder.Output(output.Name, builder.Constant(Constant.Dense(new TensorType(ElementType.Float32, output.Value.Type.Shape), bytes)));
    }
    return builder.Build();
}

static float Coordinate(string text) => float.Parse(text, CultureInfo.InvariantCulture);
