using System.Xml.Linq;

namespace EdgeNet.EndToEnd.Tests;

/// <summary>References go one way, as docs/architecture.md draws them.</summary>
public class ArchitectureTests
{
    private static readonly string Root = FindRoot();

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["EdgeNet.Model"] = [],
        ["EdgeNet.Kernels"] = [],
        ["EdgeNet.Vision"] = [],
        ["EdgeNet.Runtime"] = ["EdgeNet.Model", "EdgeNet.Kernels"],
        ["EdgeNet.Prediction"] = ["EdgeNet.Model", "EdgeNet.Runtime", "EdgeNet.Vision"],
        ["EdgeNet.Device"] = ["EdgeNet.Kernels", "EdgeNet.Prediction", "EdgeNet.Runtime", "EdgeNet.Vision"],
        ["EdgeNet.Import"] = ["EdgeNet.Model"],
        ["EdgeNet.Training"] = ["EdgeNet.Model", "EdgeNet.Kernels", "EdgeNet.Vision"],
        ["EdgeNet.Compression"] = ["EdgeNet.Model", "EdgeNet.Runtime", "EdgeNet.Training"],
        ["EdgeNet.Cli"] = ["EdgeNet.Model", "EdgeNet.Kernels", "EdgeNet.Vision", "EdgeNet.Runtime", "EdgeNet.Prediction", "EdgeNet.Import", "EdgeNet.Training", "EdgeNet.Compression"],
        ["PedestrianCamera"] = ["EdgeNet.Prediction", "EdgeNet.Runtime", "EdgeNet.Vision"],
    };

    public static TheoryData<string> Projects()
    {
        var data = new TheoryData<string>();
        foreach (string folder in new[] { "runtime", "compressor", "firmware-samples" }.Select(name => Path.Combine(Root, name)).Where(Directory.Exists))
        {
            foreach (string project in Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories)) data.Add(Path.GetRelativePath(Root, project));
        }
        return data;
    }

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Arrows.ContainsKey(name), $"{name} has no arrows: draw them in docs/architecture.md and here");
        IEnumerable<string> references = XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(Arrows[name]));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Nothing_that_runs_on_a_board_has_a_package_dependency(string project)
    {
        if (!project.StartsWith("runtime", StringComparison.Ordinal)) return;
        Assert.Empty(XDocument.Load(Path.Combine(Root, project)).Descendants("PackageReference"));
    }

    [Fact]
    public void Unsafe_code_stands_only_in_kernels_and_the_system_call_wrappers()
    {
        string[] allowed = ["EdgeNet.Kernels", "EdgeNet.Vision", "PedestrianCamera"];
        IEnumerable<string> unsafeProjects = ((IEnumerable<object[]>)Projects()).Select(row => (string)row[0])
            .Where(project => File.ReadAllText(Path.Combine(Root, project)).Contains("AllowUnsafeBlocks", StringComparison.Ordinal))
            .Select(project => Path.GetFileNameWithoutExtension(project)!);
        Assert.Empty(unsafeProjects.Except(allowed));
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeNet.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
