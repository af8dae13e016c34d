using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

/// <summary>A test that needs programs, or libturbojpeg, and says so where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class InstalledFactAttribute : FactAttribute
{
    public InstalledFactAttribute(params string[] needed)
    {
        string[] missing = [.. needed.Where(name => !IsInstalled(name))];
        if (missing.Length > 0) Skip = $"not installed: {string.Join(", ", missing)}";
    }

    public static bool IsInstalled(string name) => name == "libturbojpeg"
        ? JpegFile.IsAvailable
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));
}
