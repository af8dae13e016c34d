using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Model.Format;

// How small the encodings make the constants of models, or synthetic weights, and how fast one thread decodes them, at best.
// Arguments: [model.edgenet | model.onnx ...] [--rounds 15]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int at = Array.IndexOf(args, "--rounds");
int rounds = at >= 0 ? int.Parse(args[at + 1]) : 15;
string[] paths = [.. args.Where((argument, i) => argument != "--rounds" && (at < 0 || i != at + 1))];

Console.WriteLine($"{"",-44} {"weights",9} {"entropy",9} {"deflate",9} {"Huffman",9} {"Sparse",9} {"Rans",9}   M weights/s: {"Huffman",7} {"Sparse",7} {"Rans",7}");
foreach (string path in paths)
{
    Graph graph = path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? OnnxImporter.Load(path) : ModelFile.Load(path);
    foreach (var group in graph.Constants.Select(value => value.Constant!).GroupBy(constant => Math.Min(constant.CodeSize, 4)))
    {
        Report($"{Path.GetFileName(path)}, {group.Key} bytes each", group.Key, [.. group.Select(constant => (constant.Codes.ToArray(), SectionAxes.Of(constant.Type.Shape)))]);
    }
}
if (paths.Length == 0)
{
    foreach (double density in (double[])[1, 0.5, 0.3, 0.1, 0.05, 0.01]) Report($"16 values, {density:0.00} not zero", 1, [(Synthetic(density), new SectionAxes(256, 4608))]);
}

// Normal numbers cut at a threshold and rounded to 16 values, as pruning and trained quantization leave them; rows are not equally wide.
static byte[] Synthetic(double density)
{
    var random = new Random(1);
    byte[] codes = new byte[256 * 4608];
    double width = 1;
    for (int i = 0; i < codes.Length; i++)
    {
        if (i % 4608 == 0) width = Math.Exp(0.4 * Normal());
        double weight = width * Normal();
        codes[i] = random.NextDouble() < density ? (byte)(8 + Math.Clamp(Math.Round(2.5 * weight), -8, 7)) : (byte)8;
    }
    return codes;

    double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

void Report(string name, int elementSize, (byte[] Bytes, SectionAxes Axes)[] sections)
{
    SectionEncoding[] encodings = [SectionEncoding.Huffman, SectionEncoding.Sparse, SectionEncoding.Rans];
    byte[] buffer = new byte[sections.Max(section => section.Bytes.Length)];
    long weights = sections.Sum(section => (long)section.Bytes.Length / elementSize);
    string sizes = "", speeds = "";
    foreach (SectionEncoding encoding in encodings)
    {
        if (encoding == SectionEncoding.Huffman && elementSize > 1)
        {
            sizes += $" {"",9}";
            speeds += $" {"",7}";
            continue;
        }
        byte[][] stored = Array.ConvertAll(sections, section => SectionCodec.Encode(encoding, elementSize, section.Bytes, elementSize == 1 ? Commonest(section.Bytes) : 0u, axes: section.Axes));
        double best = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < stored.Length; i++) SectionCodec.Decode(encoding, elementSize, stored[i], buffer.AsSpan(0, sections[i].Bytes.Length));
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
        }
        for (int i = 0; i < stored.Length; i++)
        {
            Span<byte> decoded = buffer.AsSpan(0, sections[i].Bytes.Length);
            SectionCodec.Decode(encoding, elementSize, stored[i], decoded);
            if (!decoded.SequenceEqual(sections[i].Bytes)) throw new InvalidDataException($"{name}: section {i} as {encoding} decodes to something else");
        }
        sizes += $" {stored.Sum(bytes => (long)bytes.Length),9}";
        speeds += $" {weights / best,7:0}";
    }
    Console.WriteLine($"{name,-44} {weights,9} {sections.Sum(section => Entropy(section.Bytes)),9:0} {sections.Sum(section => Deflated(section.Bytes)),9}{sizes}                {speeds}");
}

static uint Commonest(byte[] bytes) => bytes.GroupBy(b => b).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group => (uint)group.Key).FirstOrDefault();

// Bytes that a code of whole and part bits needs if it knows how often each byte occurs, and nothing else.
static double Entropy(byte[] bytes) =>
    bytes.GroupBy(b => b).Sum(group => -group.Count() * Math.Log2((double)group.Count() / bytes.Length)) / 8;

static long Deflated(byte[] bytes)
{
    using var stream = new MemoryStream();
    using (var deflate = new DeflateStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(bytes);
    return stream.Length;
}
