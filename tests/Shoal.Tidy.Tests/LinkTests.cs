using System.Text.RegularExpressions;

namespace Shoal.Tidy.Tests;

/// <summary>Where a document points to something of this repository, it is there.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_path_in_a_document_exists() => Rule.Holds(
        "live links", Repository.Here.Files.Where(f => f.Path.EndsWith(".md", StringComparison.Ordinal)), Dead);

    [Theory]
    [InlineData("see [this](nowhere.md)")]
    [InlineData("see [this](../src/Nowhere.cs#L3)")]
    [InlineData("see `src/Shoal.Nowhere/Peer.cs` for it")]
    [InlineData("![picture](nowhere.svg \"title\")")]
    public void A_dead_link_is_caught(string text) => Rule.Catches("docs/X.md", text, Dead);

    [Theory]
    [InlineData("see [this](../Shoal.slnx) and [that](https://example.org/x.md) and [here](#below)")]
    [InlineData("see `src/Shoal.Protocol` and `src/Shoal.*/X.cs` and `FILE.torrent`")]
    [InlineData("see [this](/Shoal.slnx)")]
    [InlineData("```\n[this](nowhere.md)\n```\n")]
    public void A_live_link_is_allowed(string text) => Rule.Allows("docs/X.md", text, Dead);

    private static IEnumerable<string> Dead(SourceFile file)
    {
        bool isCode = false;
        for (int i = 0; i < file.Lines.Length; i++)
        {
            string line = file.Lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal)) isCode = !isCode;
            if (isCode) continue;
            var targets = LinkPattern().Matches(line).Select(m => Resolve(file, m.Groups[1].Value))
                .Concat(PathPattern().Matches(line).Select(m => m.Groups[1].Value));
            foreach (string target in targets)
            {
                if (!Path.Exists(Path.Combine(Repository.Here.Root, target)))
                    yield return $"{file.Path}:{i + 1} points to {target}, which is not there";
            }
        }
    }

    private static string Resolve(SourceFile file, string link)
    {
        string path = link.Split('#')[0];
        if (path.Length == 0) return ".";
        return path[0] == '/' ? path[1..] : Path.Combine(Path.GetDirectoryName(file.Path) ?? "", path);
    }

    // [text](target "title"), but no address with a scheme.
    [GeneratedRegex(@"\]\((?![a-z]+:)([^)\s]+)[^)]*\)")]
    private static partial Regex LinkPattern();

    // `src/...` and the like, where the name has no wildcard or placeholder in it.
    [GeneratedRegex(@"`((?:src|tests|docs|benchmarks|samples|web)/[\w./-]+)`")]
    private static partial Regex PathPattern();
}
