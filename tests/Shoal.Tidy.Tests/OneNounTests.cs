using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shoal.Tidy.Tests;

/// <summary>One noun per file: the file is called after a type in it, and that type stands at its top level.</summary>
public sealed class OneNounTests
{
    [Fact]
    public void Every_file_is_called_after_a_type_in_it() =>
        Rule.Holds("one noun per file", Repository.Here.CSharp, Misnamed);

    [Theory]
    [InlineData("src/Shoal.X/Peer.cs", "class Picker { }")]
    [InlineData("src/Shoal.X/Peer.cs", "class Outer { class Peer { } }")]
    [InlineData("src/Shoal.X/Peer.cs", "var x = 1;")]
    public void A_file_with_another_name_is_caught(string path, string text) => Rule.Catches(path, text, Misnamed);

    [Theory]
    [InlineData("src/Shoal.X/Peer.cs", "namespace A; record Peer;")]
    [InlineData("src/Shoal.X/Peer.Choking.cs", "namespace A; partial class Peer { }")]
    [InlineData("src/Shoal.X/Pool.cs", "class Pool<T> { }")]
    [InlineData("src/Shoal.X/Handler.cs", "delegate void Handler();")]
    [InlineData("src/Shoal.Cli/Program.cs", "return 0;")]
    [InlineData("src/Shoal.X/AssemblyInfo.cs", "[assembly: Foo]")]
    public void A_file_with_the_name_of_its_type_is_allowed(string path, string text) =>
        Rule.Allows(path, text, Misnamed);

    private static IEnumerable<string> Misnamed(SourceFile file)
    {
        string name = Path.GetFileName(file.Path).Split('.')[0];
        var root = (CompilationUnitSyntax)file.Syntax;
        bool isProgram = name == "Program" && root.Members.OfType<GlobalStatementSyntax>().Any();
        if (isProgram || root.Members.Count == 0) yield break;
        var types = root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .Select(n => n switch
            {
                BaseTypeDeclarationSyntax type => type.Identifier.Text,
                DelegateDeclarationSyntax type => type.Identifier.Text,
                _ => null,
            })
            .OfType<string>()
            .ToList();
        if (!types.Contains(name)) yield return $"{file.Path} has no type {name} but {string.Join(", ", types)}";
    }
}
