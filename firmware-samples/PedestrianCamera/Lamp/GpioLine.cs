using System.Buffers.Binary;
using System.Text;

namespace PedestrianCamera;

/// <summary>
/// One output line of a GPIO chip, through the kernel's character device (Documentation/userspace-api/gpio/chardev.rst). It is off when
/// opened and when disposed; no other program can have it meanwhile.
/// </summary>
internal sealed class GpioLine : ILamp
{
    private const int NotPermitted = 1, NoEntry = 2, NoSuchDevice = 6, AccessDenied = 13, Busy = 16, NoDevice = 19, Invalid = 22, NotATerminal = 25;

    private readonly IGpioCalls _calls;
    private readonly string _name;
    private int _descriptor;

    private GpioLine(IGpioCalls calls, string name, int descriptor) => (_calls, _name, _descriptor) = (calls, name, descriptor);

    /// <summary>Takes the line as an output that is off.</summary>
    /// <param name="settings">Which.</param>
    /// <param name="calls">The system.</param>
    /// <exception cref="LampException">It cannot be had; the message says why and what to do.</exception>
    public static GpioLine Open(LampSettings settings, IGpioCalls calls)
    {
        int chip = calls.Open(settings.Chip);
        if (chip < 0) throw CannotOpen(settings.Chip, -chip, calls);
        try
        {
            CheckChip(settings, calls, chip);
            byte[] request = new byte[GpioLayout.LineRequest.Size];
            Write32(request, GpioLayout.LineRequest.Offsets, (uint)settings.Line);
            "pedestrian-camera"u8.CopyTo(request.AsSpan(GpioLayout.LineRequest.Consumer));
            Write64(request, GpioLayout.LineRequest.Flags, GpioLayout.Output | (settings.ActiveLow ? GpioLayout.ActiveLow : 0));
            Write32(request, GpioLayout.LineRequest.AttributeCount, 1);
            Write32(request, GpioLayout.LineRequest.AttributeId, GpioLayout.OutputValues);
            Write64(request, GpioLayout.LineRequest.AttributeValues, 0);
            Write64(request, GpioLayout.LineRequest.AttributeMask, 1);
            Write32(request, GpioLayout.LineRequest.LineCount, 1);
            int result = calls.Ioctl(chip, GpioLayout.GetLine, request);
            if (result < 0) throw CannotTake(settings, calls, chip, -result);
            int descriptor = BinaryPrimitives.ReadInt32LittleEndian(request.AsSpan(GpioLayout.LineRequest.Descriptor));
            return new GpioLine(calls, $"{settings.Chip}: line {settings.Line}", descriptor);
        }
        finally
        {
            calls.Close(chip);
        }
    }

    /// <inheritdoc/>
    public void Switch(bool on)
    {
        ObjectDisposedException.ThrowIf(_descriptor < 0, this);
        int result = Set(on);
        if (result < 0) throw new LampException($"{_name} cannot be switched {(on ? "on" : "off")} ({Error(-result)}); is the chip still there?");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor < 0) return;
        _ = Set(false);
        _calls.Close(_descriptor);
        _descriptor = -1;
    }

    private int Set(bool on)
    {
        Span<byte> values = stackalloc byte[GpioLayout.LineValues.Size];
        values.Clear();
        Write64(values, GpioLayout.LineValues.Bits, on ? 1u : 0u);
        Write64(values, GpioLayout.LineValues.Mask, 1);
        return _calls.Ioctl(_descriptor, GpioLayout.SetValues, values);
    }

    private static void CheckChip(LampSettings settings, IGpioCalls calls, int chip)
    {
        Span<byte> info = stackalloc byte[GpioLayout.ChipInfo.Size];
        info.Clear();
        int result = calls.Ioctl(chip, GpioLayout.GetChipInfo, info);
        if (result < 0) throw new LampException($"{settings.Chip}: not a GPIO chip ({Error(-result)}); set lamp.chip to one of: {List(calls)}");

        string label = Name(info[GpioLayout.ChipInfo.Label..]);
        uint lines = BinaryPrimitives.ReadUInt32LittleEndian(info[GpioLayout.ChipInfo.Lines..]);
        // The lines of a Raspberry Pi 5's own chip power its parts: a lamp set up for a Pi 4 must not switch them.
        if (label.StartsWith("gpio-brcmstb", StringComparison.Ordinal) && WithLabel("pinctrl-rp1", calls) is { } header)
            throw new LampException($"{settings.Chip}: not the chip of the pin header on this Raspberry Pi 5; set lamp.chip to {header}");
        if (settings.Line < 0 || settings.Line >= lines)
            throw new LampException($"{settings.Chip}: no line {settings.Line}; the chip ({label}) has {lines} lines, so set lamp.line to 0…{(long)lines - 1}");
    }

    private static LampException CannotOpen(string chip, int error, IGpioCalls calls) => error switch
    {
        NoEntry or NoSuchDevice or NoDevice => new($"{chip}: no such GPIO chip; there are: {List(calls)}; set lamp.chip (on a Raspberry Pi 5 with Linux before 6.6.45 the pin header is /dev/gpiochip4)"),
        AccessDenied or NotPermitted => new($"{chip}: permission denied; add the user to the group of the device: sudo usermod -aG gpio {Environment.UserName}, then log in again"),
        _ => new($"{chip}: cannot be opened ({Error(error)}); expected a GPIO chip, as /dev/gpiochip0"),
    };

    private static LampException CannotTake(LampSettings settings, IGpioCalls calls, int chip, int error)
    {
        string line = $"{settings.Chip}: line {settings.Line}";
        switch (error)
        {
            case Busy:
                Span<byte> info = stackalloc byte[GpioLayout.LineInfo.Size];
                info.Clear();
                Write32(info, GpioLayout.LineInfo.Offset, (uint)settings.Line);
                string user = calls.Ioctl(chip, GpioLayout.GetLineInfo, info) < 0 ? "" : Name(info[GpioLayout.LineInfo.Consumer..]);
                return new($"{line} is in use{(user.Length > 0 ? $" by \"{user}\"" : "")}; stop what uses it, or set lamp.line to another");
            case Invalid or NotATerminal:
                return new($"{line} cannot be an output ({Error(error)}); Linux 5.10 or later is needed, and a line that is no input only");
            case AccessDenied or NotPermitted:
                return new($"{line} cannot be had: permission denied; the kernel keeps it for itself, set lamp.line to another");
            default:
                return new($"{line} cannot be had ({Error(error)})");
        }
    }

    private static string? WithLabel(string label, IGpioCalls calls)
    {
        byte[] info = new byte[GpioLayout.ChipInfo.Size];
        foreach (string path in calls.Chips())
        {
            int chip = calls.Open(path);
            if (chip < 0) continue;
            info.AsSpan().Clear();
            int result = calls.Ioctl(chip, GpioLayout.GetChipInfo, info);
            calls.Close(chip);
            if (result >= 0 && Name(info.AsSpan(GpioLayout.ChipInfo.Label)) == label) return path;
        }
        return null;
    }

    private static string List(IGpioCalls calls) => calls.Chips() is { Count: > 0 } chips ? string.Join(", ", chips) : "none on this machine";

    private static string Name(ReadOnlySpan<byte> field)
    {
        field = field[..GpioLayout.NameSize];
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static string Error(int number) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(number);

    // Every board that .NET runs on is little-endian but s390x, which has no GPIO.
    private static void Write32(Span<byte> target, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);

    private static void Write64(Span<byte> target, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(target[offset..], value);
}
