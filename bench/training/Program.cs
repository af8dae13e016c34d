using System.Diagnostics;
using System.Globalization;
using EdgeNet.Import.Onnx;
using EdgeNet.Kernels;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Training;

// One training step (forward, backward, update by Adam on one thread) beside the inference of the same batch by our own runtime, in turns; medians.
// Arguments: model.onnx [--batch 8] [--threads 2] [--rounds 15] [--nodes]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string path = args[0];
int Option(string name, int standard) => Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1]) : standard;
int batch = Option("--batch", 8), threads = Option("--threads", 2), rounds = Option("--rounds", 15);

Graph graph = OnnxImporter.Load(path);
using var session = new InferenceSession(BatchSize.Set(graph, batch), new SessionOptions { Threads = threads });
var network = new Network<float>(graph, new NetworkOptions { Batch = batch, Threads = threads });
var random = new Random(1);
foreach (ref float x in network.Input()) x = random.NextSingle() - 0.5f;

Optimizer adam = Optimizer.Parse("adam");
var states = network.Parameters.Where(parameter => !parameter.Gradient.IsEmpty).ToDictionary(parameter => parameter, parameter => new float[adam.Slots * parameter.Values.Length]);
var (inference, forward, backward, update) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
for (int round = -3; round < rounds; round++)
{
    double run = Time(session.Run), pass = Time(() => network.Forward(training: true));
    network.OutputGradient().Fill(1e-3f);
    double back = Time(network.Backward), step = Time(Update);
    if (round < 0) continue;
    inference.Add(run);
    forward.Add(pass);
    backward.Add(back);
    update.Add(step);
}
double whole = Median(forward) + Median(backward) + Median(update);
double multiplyAdds = 3.0 * graph.Nodes.Sum(node => node.MultiplyAdds) * batch;
double peak = PeakThroughput.F32().MultiplyAddsPerSecond * threads;
Console.WriteLine($"{Path.GetFileName(path)}, batch {batch}, {threads} threads, medians of {rounds}");
Console.WriteLine($"inference {Median(inference):0.0} ms; forward {Median(forward):0.0}, backward {Median(backward):0.0}, update {Median(update):0.0} ms");
Console.WriteLine($"step {whole:0.0} ms = {whole / Median(inference):0.00} × inference, {multiplyAdds / whole / 1e6:0.0} GMAC/s = {multiplyAdds / whole * 1e3 / peak:0%} of {peak / 1e9:0} GMAC/s; activations {network.ActivationBytes >> 20} MB");

if (args.Contains("--nodes")) PrintNodes();

// What each node takes of a step: from one observation to the next.
void PrintNodes()
{
    var times = new Dictionary<Node, (double Forward, double Backward)>();
    long since = 0;
    Node? running = null;
    for (int round = 0; round < rounds; round++)
    {
        since = Stopwatch.GetTimestamp();
        network.OnValues = (node, _) => times[node] = times.GetValueOrDefault(node) with { Forward = times.GetValueOrDefault(node).Forward + Lap() };
        network.Forward(training: true);
        network.OutputGradient().Fill(1e-3f);
        running = null;
        network.OnGradients = (node, _) =>
        {
            if (running is not null) times[running] = times[running] with { Backward = times[running].Backward + Lap() };
            else Lap();
            running = node;
        };
        network.Backward();
        if (running is not null) times[running] = times[running] with { Backward = times[running].Backward + Lap() };
        (network.OnValues, network.OnGradients) = (null, null);
    }
    foreach ((Node node, (double ahead, double back)) in times)
    {
        double each = node.MultiplyAdds / 1e6;
        Console.WriteLine($"{node,-60} {node.Output.Type.Shape,-22} {ahead / rounds,7:0.00} {back / rounds,7:0.00} ms  {each / (ahead / rounds),6:0} {2 * each / (back / rounds),6:0} GMAC/s");
    }

    double Lap()
    {
        long now = Stopwatch.GetTimestamp();
        double lap = Stopwatch.GetElapsedTime(since, now).TotalMilliseconds;
        since = now;
        return lap;
    }
}

void Update()
{
    foreach ((Parameter<float> parameter, float[] state) in states) adam.Step(parameter.Values, parameter.Gradient, state, new StepSettings(1e-9f));
}

static double Time(Action action)
{
    long begin = Stopwatch.GetTimestamp();
    action();
    return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
}

static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
