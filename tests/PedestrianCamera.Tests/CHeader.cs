using System.Diagnostics;
using System.Globalization;

namespace PedestrianCamera.Tests;

/// <summary>What a C compiler makes of the kernel's headers.</summary>
internal static class CHeader
{
    public static string? Compiler { get; } = ((string[])["cc", "gcc", "clang"]).FirstOrDefault(InstalledFactAttribute.IsInstalled);

    /// <summary>The values of expressions, in 64 bits without sign.</summary>
    public static ulong[] Evaluate(IEnumerable<string> headers, IEnumerable<string> expressions)
    {
        using TemporaryFolder folder = new();
        string includes = string.Concat(headers.Select(header => $"#include <{header}>\n"));
        string prints = string.Concat(expressions.Select(expression => $"    printf(\"%llu\\n\", (unsigned long long)({expression}));\n"));
        File.WriteAllText(folder["layout.c"], $"#include <stddef.h>\n#include <stdio.h>\n{includes}int main(void)\n{{\n{prints}    return 0;\n}}\n");
        Run(Compiler!, "-o", folder["layout"], folder["layout.c"]);
        return [.. Run(folder["layout"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => ulong.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}

/// <summary>A test that needs a C compiler and the kernel's headers, and says so where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CompilerFactAttribute : FactAttribute
{
    public CompilerFactAttribute()
    {
        if (CHeader.Compiler is null || !File.Exists("/usr/include/linux/gpio.h") || !File.Exists("/usr/include/linux/videodev2.h"))
            Skip = "no C compiler with the kernel's headers is installed; run: apt-get install -y gcc libc6-dev linux-libc-dev";
    }
}
