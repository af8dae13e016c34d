using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>What <c>edgenet-device info</c> tells: the machine, and the kernels that it can run in the order in which they are chosen.</summary>
internal static class Information
{
    /// <summary>One kernel of a list.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Rows">Pixels of its tile; 0 where it has none.</param>
    /// <param name="Columns">Channels of its tile.</param>
    private sealed record Entry(string Name, int Rows, int Columns)
    {
        public Entry(PointwiseKernel kernel) : this(kernel.Name, kernel.TileRows, kernel.TileColumns) { }

        public Entry(DepthwiseKernel kernel) : this(kernel.Name, 0, kernel.ChannelTile) { }

        public Entry(SparsePointwiseKernel kernel) : this(kernel.Name, kernel.TilePixels, 1) { }

        public string Tile => Rows == 0 ? $"{Columns} channels" : $"{Rows} pixels x {Columns} channels";
    }

    private static (string Name, Entry[] Kernels)[] Families =>
    [
        ("pointwise fp32", [.. KernelTable.PointwiseF32.Select(kernel => new Entry(kernel))]),
        ("pointwise int8", [.. KernelTable.PointwiseS8.Select(kernel => new Entry(kernel))]),
        ("depthwise fp32", [.. KernelTable.DepthwiseF32.Select(kernel => new Entry(kernel))]),
        ("depthwise int8", [.. KernelTable.DepthwiseS8.Select(kernel => new Entry(kernel))]),
        ("sparse pointwise fp32", [.. KernelTable.SparsePointwiseF32.Select(kernel => new Entry(kernel))]),
    ];

    /// <summary>For people.</summary>
    public static void Write(TextWriter output, string version)
    {
        output.WriteLine($"edgenet-device {version}");
        output.WriteLine($"runtime     {RuntimeInformation.FrameworkDescription}");
        output.WriteLine($"system      {RuntimeInformation.OSDescription}");
        if (Processor.Board is { } board) output.WriteLine($"board       {board}");
        output.WriteLine($"processor   {Processor.Model ?? "unknown"}");
        output.WriteLine($"machine     {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors");
        output.WriteLine($"features    {(CpuFeatures.Names.Count > 0 ? string.Join(' ', CpuFeatures.Names) : "none that this build has kernels for (x64: publish with -p:IlcInstructionSet=x86-x64-v3)")}");
        output.WriteLine($"{KernelChoice.Variable}  {KernelChoice.Forced ?? "not set"}");
        foreach ((string family, Entry[] kernels) in Families)
        {
            output.WriteLine($"{family}, best first:");
            foreach (Entry kernel in kernels) output.WriteLine($"  {kernel.Name,-34} {kernel.Tile}");
            output.WriteLine("  scalar");
        }
    }

    /// <summary>For machines.</summary>
    public static void WriteJson(TextWriter output, string version)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteString("system", RuntimeInformation.OSDescription);
            json.WriteString("board", Processor.Board);
            json.WriteString("processor", Processor.Model);
            json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
            json.WriteNumber("processors", Environment.ProcessorCount);
            json.WriteStartArray("features");
            foreach (string feature in CpuFeatures.Names) json.WriteStringValue(feature);
            json.WriteEndArray();
            json.WriteString("forced", KernelChoice.Forced);
            json.WriteStartArray("kernels");
            foreach ((string family, Entry[] kernels) in Families)
            {
                foreach (Entry kernel in kernels)
                {
                    json.WriteStartObject();
                    json.WriteString("family", family);
                    json.WriteString("name", kernel.Name);
                    if (kernel.Rows > 0) json.WriteNumber("tilePixels", kernel.Rows);
                    json.WriteNumber("tileChannels", kernel.Columns);
                    json.WriteEndObject();
                }
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
