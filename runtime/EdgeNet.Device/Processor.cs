using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeNet.Device;

/// <summary>What this machine calls itself.</summary>
internal static class Processor
{
    /// <summary>The board's name from its device tree, as in <c>Raspberry Pi 4 Model B Rev 1.5</c>; null where there is none.</summary>
    public static string? Board => Read("/proc/device-tree/model")?.TrimEnd('\0', '\n');

    /// <summary>The processor's name; null where it cannot be told.</summary>
    public static string? Model => ModelIn(Read("/proc/cpuinfo"));

    /// <summary>The processor's name in the text of /proc/cpuinfo: as it stands there, or from the numbers of its ARM cores.</summary>
    internal static string? ModelIn(string? text)
    {
        if (text is null) return null;
        string[] lines = text.Split('\n');
        if (Values(lines, "model name").FirstOrDefault() is { } name) return name;
        string[] cores = [.. Values(lines, "CPU part").Select(NameOfPart).Distinct()];
        return cores.Length > 0 ? string.Join(" and ", cores) : null;
    }

    private static IEnumerable<string> Values(string[] lines, string key)
    {
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.StartsWith(key, StringComparison.Ordinal)) yield return line[(colon + 1)..].Trim();
        }
    }

    /// <summary>Arm's part numbers: MIDR_EL1, bits 4 to 15.</summary>
    private static string NameOfPart(string part) => part switch
    {
        "0xd03" => "Cortex-A53",
        "0xd04" => "Cortex-A35",
        "0xd05" => "Cortex-A55",
        "0xd07" => "Cortex-A57",
        "0xd08" => "Cortex-A72",
        "0xd09" => "Cortex-A73",
        "0xd0a" => "Cortex-A75",
        "0xd0b" => "Cortex-A76",
        "0xd0c" => "Neoverse N1",
        "0xd0d" => "Cortex-A77",
        "0xd40" => "Neoverse V1",
        "0xd41" => "Cortex-A78",
        "0xd42" => "Cortex-A78AE",
        "0xd44" => "Cortex-X1",
        "0xd46" => "Cortex-A510",
        "0xd47" => "Cortex-A710",
        "0xd49" => "Neoverse N2",
        "0xd4d" => "Cortex-A715",
        "0xd4f" => "Neoverse V2",
        _ => string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.ProcessArchitecture} part {part}"),
    };

    private static string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
