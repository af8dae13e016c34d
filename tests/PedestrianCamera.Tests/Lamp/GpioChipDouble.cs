using System.Buffers.Binary;
using System.Text;

namespace PedestrianCamera.Tests;

/// <summary>GPIO chips that do what the kernel does, in memory.</summary>
internal sealed class GpioChipDouble : IGpioCalls
{
    private const int NoEntry = 2, BadDescriptor = 9, Busy = 16, Invalid = 22, NotATerminal = 25;

    private readonly Dictionary<int, object> _open = [];
    private int _next = 3;

    public Dictionary<string, Chip> Machine { get; } = new() { ["/dev/gpiochip0"] = new Chip("pinctrl-bcm2711", 58) };

    /// <summary>Given instead of anything else by the request that it names.</summary>
    public Dictionary<uint, int> Errors { get; } = [];

    public int OpenError { get; set; }

    public int OpenDescriptors => _open.Count;

    public int Open(string path)
    {
        if (OpenError != 0) return -OpenError;
        if (!Machine.TryGetValue(path, out Chip? chip)) return -NoEntry;
        _open[_next] = chip;
        return _next++;
    }

    public int Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        if (Errors.TryGetValue(request, out int error)) return -error;
        if (!_open.TryGetValue(descriptor, out object? opened)) return -BadDescriptor;
        switch (opened, request)
        {
            case (Chip chip, GpioLayout.GetChipInfo):
                Encoding.ASCII.GetBytes(chip.Label, argument[GpioLayout.ChipInfo.Label..]);
                BinaryPrimitives.WriteUInt32LittleEndian(argument[GpioLayout.ChipInfo.Lines..], (uint)chip.Lines.Length);
                return 0;
            case (Chip chip, GpioLayout.GetLineInfo):
                uint asked = BinaryPrimitives.ReadUInt32LittleEndian(argument[GpioLayout.LineInfo.Offset..]);
                Encoding.ASCII.GetBytes(chip.Lines[asked].User ?? "", argument[GpioLayout.LineInfo.Consumer..]);
                return 0;
            case (Chip chip, GpioLayout.GetLine):
                return Take(chip, argument);
            case (Line line, GpioLayout.SetValues):
                if ((argument[GpioLayout.LineValues.Mask] & 1) == 0) return -Invalid;
                line.Set((argument[GpioLayout.LineValues.Bits] & 1) == 1);
                return 0;
            default:
                return -NotATerminal;
        }
    }

    public void Close(int descriptor)
    {
        Assert.True(_open.Remove(descriptor, out object? closed), "closed twice");
        if (closed is Line line) line.User = null;
    }

    public IReadOnlyList<string> Chips() => [.. Machine.Keys.Order(StringComparer.Ordinal)];

    private int Take(Chip chip, Span<byte> request)
    {
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(request[GpioLayout.LineRequest.LineCount..]));
        ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(request[GpioLayout.LineRequest.Flags..]);
        Assert.Equal(GpioLayout.Output, flags & GpioLayout.Output);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(request[GpioLayout.LineRequest.AttributeCount..]));
        Assert.Equal(GpioLayout.OutputValues, BinaryPrimitives.ReadUInt32LittleEndian(request[GpioLayout.LineRequest.AttributeId..]));
        Line line = chip.Lines[BinaryPrimitives.ReadUInt32LittleEndian(request[GpioLayout.LineRequest.Offsets..])];
        if (line.User is not null) return -Busy;
        line.User = Encoding.ASCII.GetString(request.Slice(GpioLayout.LineRequest.Consumer, GpioLayout.NameSize)).TrimEnd('\0');
        line.ActiveLow = (flags & GpioLayout.ActiveLow) != 0;
        line.Set((BinaryPrimitives.ReadUInt64LittleEndian(request[GpioLayout.LineRequest.AttributeValues..]) & 1) == 1);
        _open[_next] = line;
        BinaryPrimitives.WriteInt32LittleEndian(request[GpioLayout.LineRequest.Descriptor..], _next++);
        return 0;
    }

    internal sealed class Chip(string label, int lines)
    {
        public string Label { get; } = label;

        public Line[] Lines { get; } = [.. Enumerable.Range(0, lines).Select(_ => new Line())];
    }

    internal sealed class Line
    {
        public string? User { get; set; }

        public bool ActiveLow { get; set; }

        /// <summary>The voltages since it was taken, the first from taking it.</summary>
        public List<bool> Levels { get; } = [];

        public void Set(bool active) => Levels.Add(active != ActiveLow);
    }
}
