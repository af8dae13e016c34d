namespace EdgeNet.Tests;

/// <summary>
/// The real models, photos and conformance cases that lie beside the repository (a folder `shared`, or EDGENET_SHARED). They are
/// never part of it: tests that use them skip visibly where they are absent.
/// </summary>
internal static class SharedMaterial
{
    public static string? Folder { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder ?? throw new InvalidOperationException("no shared material"), .. parts]);

    /// <summary>The top of the repository.</summary>
    public static string Repository { get; } = Above(folder => File.Exists(System.IO.Path.Combine(folder, "EdgeNet.sln")))!;

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("EDGENET_SHARED") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        return Above(folder => File.Exists(System.IO.Path.Combine(folder, "shared", "DESIGN.md"))) is { } parent ? System.IO.Path.Combine(parent, "shared") : null;
    }

    private static string? Above(Func<string, bool> holds)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (holds(folder)) return folder;
        }
        return null;
    }
}

/// <summary>A test that needs the shared material.</summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (SharedMaterial.Folder is null) Skip = "the shared models and data are not beside the repository";
    }
}

/// <summary>A theory that needs the shared material.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute()
    {
        if (SharedMaterial.Folder is null) Skip = "the shared models and data are not beside the repository";
    }
}
