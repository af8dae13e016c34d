namespace EdgeNet.Import.Tests.Onnx;

/// <summary>The folder of real models and test data that lies beside the project: see its README.</summary>
internal static class SharedMaterial
{
    /// <summary>The folder, or null where it is absent; the variable EDGENET_SHARED names another.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("EDGENET_SHARED") ?? Found();

    public static string Skip => "the shared folder is absent (set EDGENET_SHARED)";

    public static IEnumerable<string> Models() =>
        Folder is null ? [] : Directory.EnumerateFiles(Path.Combine(Folder, "models"), "*.onnx").Order(StringComparer.Ordinal);

    public static IEnumerable<string> ConformanceCases() => Folder is null
        ? []
        : Directory.EnumerateDirectories(Path.Combine(Folder, "conformance"))
            .SelectMany(Directory.EnumerateDirectories)
            .Where(folder => File.Exists(Path.Combine(folder, "model.onnx")))
            .Order(StringComparer.Ordinal);

    private static string? Found()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string shared = Path.Combine(folder.FullName, "shared");
            if (File.Exists(Path.Combine(shared, "DESIGN.md"))) return shared;
        }
        return null;
    }
}

/// <summary>A fact about shared material; skipped, visibly, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (SharedMaterial.Folder is null) Skip = SharedMaterial.Skip;
    }
}

/// <summary>A theory about shared material; skipped, visibly, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute()
    {
        if (SharedMaterial.Folder is null) Skip = SharedMaterial.Skip;
    }
}
