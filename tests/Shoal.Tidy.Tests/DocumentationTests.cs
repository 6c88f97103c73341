using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shoal.Tidy.Tests;

/// <summary>
/// Documentation tags that say something. That public members have any at all is the compiler's own warning, and
/// warnings are errors.
/// </summary>
public sealed partial class DocumentationTests
{
    // Words that add nothing to the name beside them.
    private static readonly HashSet<string> Filler =
    [
        "a", "an", "and", "are", "as", "be", "for", "from", "get", "gets", "given", "here", "if", "in",
        "indicating", "initialize", "initializes", "instance", "is", "it", "its", "new", "of", "on", "or",
        "represents", "return", "returned", "returns", "set", "sets", "that", "the", "this", "to", "used",
        "value", "whether", "with", "class", "record", "struct", "interface", "enum",
    ];

    private static readonly string[] Prose = ["summary", "param", "typeparam", "returns", "remarks", "exception"];

    [Fact]
    public void Every_documentation_tag_says_more_than_the_name_beside_it() =>
        Rule.Holds("telling documentation", Repository.Here.CSharp, Empty);

    [Theory]
    [InlineData("/// <summary></summary>\npublic int Port;")]
    [InlineData("/// <summary>   </summary>\npublic int Port;")]
    [InlineData("/// <summary>Gets or sets the port.</summary>\npublic int Port { get; set; }")]
    [InlineData("/// <summary>The peer ids.</summary>\npublic int PeerIds;")]
    [InlineData("/// <summary>Ports are given here.</summary>\npublic int Port;")]
    [InlineData("/// <summary>Runs in ms.</summary>\n/// <param name=\"peer\">The peer.</param>\nvoid M(int peer) { }")]
    [InlineData("/// <summary>Runs in ms.</summary>\n/// <returns></returns>\nint M() => 1;")]
    public void An_empty_or_echoing_tag_is_caught(string member) =>
        Rule.Catches("src/Shoal.X/X.cs", $"class X\n{{\n{member}\n}}\n", Empty);

    [Theory]
    [InlineData("/// <summary>TCP port to listen on; 0 lets the system choose.</summary>\npublic int Port;")]
    [InlineData("/// <inheritdoc/>\npublic int Port;")]
    [InlineData("/// <summary>See <see cref=\"Other\"/>.</summary>\npublic int Port;")]
    public void A_telling_tag_is_allowed(string member) =>
        Rule.Allows("src/Shoal.X/X.cs", $"class X\n{{\n{member}\n}}\n", Empty);

    private static IEnumerable<string> Empty(SourceFile file)
    {
        foreach (SyntaxNode node in file.Syntax.DescendantNodes(descendIntoTrivia: true))
        {
            if (node is not XmlElementSyntax tag || !Prose.Contains(tag.StartTag.Name.LocalName.Text)) continue;
            XmlNameAttributeSyntax? named = tag.StartTag.Attributes.OfType<XmlNameAttributeSyntax>().FirstOrDefault();
            string name = named?.Identifier.ToString() ?? DocumentedName(tag);
            HashSet<string> said = Words(Content(tag));
            said.ExceptWith(Filler);
            said.ExceptWith(Words(Spaced(name)));
            if (said.Count == 0)
                yield return $"{file.At(tag)} <{tag.StartTag.Name}> only repeats '{name}'";
        }
    }

    private static string Content(XmlElementSyntax tag)
    {
        var words = tag.DescendantNodesAndTokens()
            .Where(n => n.AsNode() is XmlCrefAttributeSyntax or XmlEmptyElementSyntax
                || n.IsKind(SyntaxKind.XmlTextLiteralToken))
            .Where(n => n.Parent is not XmlAttributeSyntax)
            .Select(n => n.AsNode() is null ? n.ToString() : Letters().Replace(n.ToString(), " "));
        return string.Join(' ', words);
    }

    private static string DocumentedName(XmlElementSyntax tag)
    {
        // The member is the parent of the token that carries this comment as its trivia.
        SyntaxNode? node = tag.Ancestors().OfType<DocumentationCommentTriviaSyntax>().First().ParentTrivia.Token.Parent;
        while (node is not (null or MemberDeclarationSyntax)) node = node.Parent;
        return node switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax type => type.Identifier.Text,
            EnumMemberDeclarationSyntax member => member.Identifier.Text,
            MethodDeclarationSyntax method => method.Identifier.Text,
            PropertyDeclarationSyntax property => property.Identifier.Text,
            ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
            BaseFieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.Text,
            _ => "",
        };
    }

    // Plural and singular are the same word here.
    private static HashSet<string> Words(string text) =>
        [.. WordPattern().Matches(text).Select(m => m.Value.ToLowerInvariant()).Select(Singular)];

    private static string Singular(string word) => Filler.Contains(word) ? word : word.TrimEnd('s');

    private static string Spaced(string name) => Hump().Replace(name, " $0");

    [GeneratedRegex(@"[A-Za-z0-9]+")]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])")]
    private static partial Regex Hump();

    [GeneratedRegex(@"\b(see|seealso|cref|paramref|name|langword|c)\b")]
    private static partial Regex Letters();
}
