using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Shoal.Tidy.Tests;

/// <summary>One file as the rules see it: its bytes, its text, and for C# its syntax and its bare code.</summary>
public sealed class SourceFile
{
    private static readonly CSharpParseOptions ParseOptions =
        new(LanguageVersion.Preview, DocumentationMode.Parse);

    private readonly Lazy<SyntaxNode> _syntax;
    private readonly Lazy<string[]> _codeLines;

    public SourceFile(string path, byte[] bytes)
    {
        Path = path;
        Bytes = bytes;
        Text = Encoding.UTF8.GetString(bytes);
        Lines = Text.Split('\n');
        _syntax = new Lazy<SyntaxNode>(() => CSharpSyntaxTree.ParseText(Text, ParseOptions, Path).GetRoot());
        _codeLines = new Lazy<string[]>(BareCode);
    }

    /// <summary>Path from the root of the repository, with forward slashes.</summary>
    public string Path { get; }

    public byte[] Bytes { get; }

    public string Text { get; }

    public string[] Lines { get; }

    /// <summary>Lines as an editor counts them: the final line end opens no further line.</summary>
    public int LineCount => Text.EndsWith('\n') ? Lines.Length - 1 : Lines.Length;

    public SyntaxNode Syntax => _syntax.Value;

    /// <summary>The lines with comments and the insides of literals blanked: words in them are no calls.</summary>
    public string[] CodeLines => _codeLines.Value;

    /// <summary>True when a zero byte makes it no text.</summary>
    public bool IsBinary => Bytes.AsSpan().Contains((byte)0);

    /// <summary>The project folder, such as <c>src/Shoal.Swarm</c>, or an empty string outside of one.</summary>
    public string Project => Path.Split('/') is [var top, var project, _, ..] ? top + "/" + project : "";

    public static SourceFile FromText(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    public string At(SyntaxNode node) =>
        $"{Path}:{node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1}";

    private string[] BareCode()
    {
        char[] code = Text.Select(c => c == '\n' ? '\n' : ' ').ToArray();
        foreach (SyntaxToken token in Syntax.DescendantTokens())
        {
            if (token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
                or SyntaxKind.CharacterLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.Utf8StringLiteralToken) continue;
            token.Text.CopyTo(0, code, token.SpanStart, token.Text.Length);
        }

        return new string(code).Split('\n');
    }
}
