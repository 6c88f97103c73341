using System.Xml.Linq;

namespace Shoal.Tidy.Tests;

/// <summary>
/// The house, top to bottom: a project may know only what stands above it, the four workers in the middle do not know
/// each other, and the lowest layers know nothing but the base class library.
/// </summary>
public sealed class ReferenceDirectionTests
{
    private static readonly string[] House =
    [
        "Shoal.Protocol", "Shoal.Swarm", "Shoal.Storage", "Shoal.Network", "Shoal.Discovery",
        "Shoal.Engine", "Shoal.Tracker", "Shoal.Lab", "Shoal.Cli",
    ];

    private static readonly string[] Strangers =
        ["Shoal.Swarm", "Shoal.Storage", "Shoal.Network", "Shoal.Discovery"];

    private static readonly string[] WithoutPackages =
        ["Shoal.Protocol", "Shoal.Swarm", "Shoal.Storage", "Shoal.Network"];

    [Fact]
    public void A_reference_points_only_to_a_line_above() => Rule.Holds(
        "reference direction",
        Repository.Here.Files.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal) && IsProject(f)),
        Check);

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Here.Files.Single(f => f.Path == "Shoal.slnx").Text;
        IEnumerable<string> absent = Repository.Here.Files
            .Where(IsProject)
            .Select(f => f.Path)
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.Empty(absent);
    }

    [Theory]
    [InlineData("Shoal.Protocol", """<ProjectReference Include="../Shoal.Swarm/Shoal.Swarm.csproj" />""")]
    [InlineData("Shoal.Storage", """<ProjectReference Include="../Shoal.Swarm/Shoal.Swarm.csproj" />""")]
    [InlineData("Shoal.Tracker", """<ProjectReference Include="../Shoal.Cli/Shoal.Cli.csproj" />""")]
    [InlineData("Shoal.Engine", """<ProjectReference Include="../Shoal.Hidden/Shoal.Hidden.csproj" />""")]
    [InlineData("Shoal.Network", """<PackageReference Include="Something" />""")]
    [InlineData("Shoal.Swarm", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Shoal.Unheard", "")]
    public void A_wrong_reference_is_caught(string project, string item) => Rule.Catches(
        $"src/{project}/{project}.csproj", $"<Project><ItemGroup>{item}</ItemGroup></Project>", Check);

    [Fact]
    public void A_right_reference_is_allowed() => Rule.Allows(
        "src/Shoal.Engine/Shoal.Engine.csproj",
        """<Project><ProjectReference Include="../Shoal.Swarm/Shoal.Swarm.csproj" /></Project>""",
        Check);

    private static bool IsProject(SourceFile file) => file.Path.EndsWith(".csproj", StringComparison.Ordinal);

    private static IEnumerable<string> Check(SourceFile file)
    {
        string project = Path.GetFileNameWithoutExtension(file.Path);
        int line = Array.IndexOf(House, project);
        if (line < 0)
        {
            yield return $"{file.Path} has no place in the house";
            yield break;
        }

        foreach (XElement item in XDocument.Parse(file.Text).Descendants())
        {
            string include = item.Attribute("Include")?.Value ?? "";
            if (item.Name.LocalName is "PackageReference" or "FrameworkReference" && WithoutPackages.Contains(project))
                yield return $"{file.Path} depends on {include}; this layer stands on the base class library alone";
            if (item.Name.LocalName != "ProjectReference") continue;
            string target = Path.GetFileNameWithoutExtension(include.Replace('\\', '/'));
            int above = Array.IndexOf(House, target);
            bool strangers = Strangers.Contains(project) && Strangers.Contains(target);
            if (above < 0 || above >= line || strangers) yield return $"{file.Path} may not refer to {target}";
        }
    }
}
