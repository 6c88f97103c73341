using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shoal.Tidy.Tests;

/// <summary>Words that mark work left undone, names that say nothing, and paths that mean nothing elsewhere.</summary>
public sealed partial class WordTests
{
    [Fact]
    public void Nothing_is_left_for_later() =>
        Rule.Holds("nothing left for later", Text(), Unfinished);

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Rule.Holds("telling type names", Repository.Here.CSharp, VagueName);

    [Fact]
    public void No_file_speaks_of_one_persons_folders() =>
        Rule.Holds("no private paths", Text(), PrivatePath);

    [Theory]
    [InlineData("TO" + "DO: later")]
    [InlineData("FIX" + "ME")]
    [InlineData("HA" + "CK around it")]
    [InlineData("X" + "XX")]
    [InlineData("throw new Not" + "ImplementedException();")]
    [InlineData("#" + "region Fields")]
    public void A_mark_of_unfinished_work_is_caught(string line) =>
        Rule.Catches("src/Shoal.X/X.cs", $"// ok\n// {line}\n", Unfinished);

    [Theory]
    [InlineData("class PeerManager { }")]
    [InlineData("static class BufferUtils { }")]
    [InlineData("record struct PathHelper;")]
    [InlineData("interface ITorrentHelpers;")]
    [InlineData("enum Utility { }")]
    public void A_vague_name_is_caught(string line) =>
        Rule.Catches("src/Shoal.X/X.cs", line, VagueName);

    [Theory]
    [InlineData("see /home" + "/someone/notes")]
    [InlineData("cd /wo" + "rk/main")]
    [InlineData("file:///Us" + "ers/someone")]
    public void A_private_path_is_caught(string line) => Rule.Catches("docs/X.md", line, PrivatePath);

    private static IEnumerable<SourceFile> Text() => Repository.Here.Files.Where(f => !f.IsBinary);

    private static IEnumerable<string> Unfinished(SourceFile file) => Matches(file, UnfinishedPattern());

    private static IEnumerable<string> PrivatePath(SourceFile file) => Matches(file, PrivatePathPattern());

    private static IEnumerable<string> Matches(SourceFile file, Regex pattern)
    {
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (pattern.Match(file.Lines[i]) is { Success: true } match)
                yield return $"{file.Path}:{i + 1} says {match.Value}";
        }
    }

    private static IEnumerable<string> VagueName(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Where(type => VaguePattern().IsMatch(type.Identifier.Text))
            .Select(type => $"{file.At(type)} is called {type.Identifier.Text}");

    // The words are written so that this file does not contain them.
    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X|Not[I]mplementedException)\b|^\s*(//\s*)?#[r]egion\b")]
    private static partial Regex UnfinishedPattern();

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Utilities|Misc|Common)$")]
    private static partial Regex VaguePattern();

    [GeneratedRegex(@"(?<![\w.])/(hom[e]|wor[k]|roo[t]|User[s])/")]
    private static partial Regex PrivatePathPattern();
}
