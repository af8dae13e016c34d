using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeNet.Kernels;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Device.Bench;

/// <summary>What each layer of a model takes on this machine, beside what its processor could do.</summary>
internal sealed class LayerReport
{
    private const int WarmUpMilliseconds = 300;

    private readonly InferenceSession _session;
    private readonly int _threads, _runs;
    private readonly (string Instructions, double MultiplyAddsPerSecond) _peakF32, _peakS8;
    private readonly Sample[] _layers;
    private readonly Sample _total;

    private LayerReport(
        InferenceSession session, int threads, int runs,
        (string Instructions, double MultiplyAddsPerSecond) peakF32, (string Instructions, double MultiplyAddsPerSecond) peakS8, Sample[] layers, Sample total)
    {
        (_session, _threads, _runs, _peakF32, _peakS8, _layers, _total) = (session, threads, runs, peakF32, peakS8, layers, total);
    }

    /// <summary>Measures the peak of one core, then the model: warm, run after run, a clock at each layer's end.</summary>
    public static LayerReport Measure(InferenceSession session, int threads, int runs, TextWriter progress)
    {
        progress.WriteLine("measuring the peak of one core");
        (string, double) peakF32 = PeakThroughput.F32(), peakS8 = PeakThroughput.S8();

        progress.WriteLine($"warming up, then {runs} runs");
        long[] ticks = new long[session.Steps.Count];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMilliseconds < WarmUpMilliseconds;) session.Run(ticks);
        double[][] layers = Array.ConvertAll(ticks, _ => new double[runs]);
        double[] totals = new double[runs];
        for (int run = 0; run < runs; run++)
        {
            // The total without the clocks of the layers.
            long start = Stopwatch.GetTimestamp();
            session.Run();
            totals[run] = Milliseconds(Stopwatch.GetTimestamp() - start);
            session.Run(ticks);
            for (int i = 0; i < ticks.Length; i++) layers[i][run] = Milliseconds(ticks[i]);
        }
        return new LayerReport(session, threads, runs, peakF32, peakS8, Array.ConvertAll(layers, times => Sample.Of(times)), Sample.Of(totals));

        static double Milliseconds(long t) => 1000.0 * t / Stopwatch.Frequency;
    }

    private long MultiplyAdds => _session.Steps.Sum(step => step.MultiplyAdds);

    private long WeightBytes => _session.Steps.Sum(step => step.WeightBytes);

    /// <summary>One row a layer, in columns, then the sums.</summary>
    public void WriteTable(TextWriter output)
    {
        IReadOnlyList<StepInfo> steps = _session.Steps;
        int name = Width("layer", step => step.Name), op = Width("op", step => step.Op), kernel = Width("kernel", step => step.Kernel);
        output.WriteLine($"{"layer".PadRight(name)}  {"op".PadRight(op)}  {"kernel".PadRight(kernel)}         MACs         ms    GMAC/s   peak");
        for (int i = 0; i < steps.Count; i++)
        {
            StepInfo step = steps[i];
            string speed = step.MultiplyAdds == 0 ? "" : $"  {Speed(step, i) / 1e9,8:F2}  {100 * Share(step, i),4:F0}%";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{step.Name.PadRight(name)}  {step.Op.PadRight(op)}  {step.Kernel.PadRight(kernel)}  {step.MultiplyAdds,11}  {_layers[i].Median,9:F4}{speed}"));
        }
        output.WriteLine();
        Line("total", $"{_total.Median:F4} ms median, {_total.P10:F4} p10, {_total.P90:F4} p90; {_runs} runs, {_threads} threads");
        Line("speed", $"{MultiplyAdds / _total.Median / 1e6:F2} GMAC/s, {MultiplyAdds} MACs");
        Line("peak", $"{_peakF32.MultiplyAddsPerSecond / 1e9:F1} GMAC/s fp32 ({_peakF32.Instructions}), {_peakS8.MultiplyAddsPerSecond / 1e9:F1} int8 ({_peakS8.Instructions}); one core");
        Line("memory", $"{_session.ActivationBytes} bytes of activations, {_session.ScratchBytes} of scratch, {WeightBytes} of packed weights");

        int Width(string heading, Func<StepInfo, string> text)
        {
            int width = heading.Length;
            foreach (StepInfo step in steps) width = Math.Max(width, text(step).Length);
            return width;
        }

        void Line(string what, FormattableString text) => output.WriteLine($"{what,-8}{text.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The same as JSON.</summary>
    public void WriteJson(TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("layers");
            for (int i = 0; i < _layers.Length; i++)
            {
                StepInfo step = _session.Steps[i];
                json.WriteStartObject();
                json.WriteString("name", step.Name);
                json.WriteString("op", step.Op);
                json.WriteString("kernel", step.Kernel);
                json.WriteNumber("macs", step.MultiplyAdds);
                json.WriteNumber("weightBytes", step.WeightBytes);
                json.WriteString("output", step.Output.ToString());
                Times(json, _layers[i]);
                if (step.MultiplyAdds > 0)
                {
                    json.WriteNumber("gmacs", Speed(step, i) / 1e9);
                    json.WriteNumber("peakShare", Share(step, i));
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("total");
            Times(json, _total);
            json.WriteNumber("runs", _runs);
            json.WriteNumber("threads", _threads);
            json.WriteNumber("macs", MultiplyAdds);
            json.WriteEndObject();
            json.WriteStartObject("peak");
            json.WriteNumber("fp32Gmacs", _peakF32.MultiplyAddsPerSecond / 1e9);
            json.WriteString("fp32", _peakF32.Instructions);
            json.WriteNumber("int8Gmacs", _peakS8.MultiplyAddsPerSecond / 1e9);
            json.WriteString("int8", _peakS8.Instructions);
            json.WriteEndObject();
            json.WriteNumber("activationBytes", _session.ActivationBytes);
            json.WriteNumber("scratchBytes", _session.ScratchBytes);
            json.WriteNumber("weightBytes", WeightBytes);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));

        static void Times(Utf8JsonWriter json, Sample times)
        {
            json.WriteNumber("ms", times.Median);
            json.WriteNumber("p10", times.P10);
            json.WriteNumber("p90", times.P90);
        }
    }

    private double Speed(StepInfo step, int i) => step.MultiplyAdds / Math.Max(_layers[i].Median / 1000, 1e-9);

    /// <summary>Of what as many cores as threads could do.</summary>
    private double Share(StepInfo step, int i) =>
        Speed(step, i) / (_threads * (step.Output.Element == ElementType.Float32 ? _peakF32 : _peakS8).MultiplyAddsPerSecond);
}
