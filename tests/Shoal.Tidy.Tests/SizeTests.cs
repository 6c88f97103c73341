using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Shoal.Tidy.Tests;

/// <summary>Small files, small methods, lines that fit.</summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 600;
    private const int MaxMethodLines = 70;
    private const int MaxLineColumns = 120;
    private const int MaxMedianFileLines = 120;
    private const int MaxNinetiethPercentileFileLines = 300;

    [Fact]
    public void No_file_is_longer_than_600_lines() =>
        Rule.Holds("file length", Repository.Here.CSharp, LongFile);

    [Fact]
    public void No_method_is_longer_than_70_lines() =>
        Rule.Holds("method length", Repository.Here.CSharp, LongMethod);

    [Fact]
    public void No_line_is_wider_than_120_columns() =>
        Rule.Holds("line width", Repository.Here.CSharp, WideLine);

    [Fact]
    public void Half_of_the_files_are_short_and_nine_in_ten_are_not_long()
    {
        int[] lengths = [.. Repository.Here.Under("src").Select(f => f.LineCount).Order()];
        Assert.InRange(Quantile(lengths, 50), 1, MaxMedianFileLines);
        Assert.InRange(Quantile(lengths, 90), 1, MaxNinetiethPercentileFileLines);
    }

    [Fact]
    public void The_quantiles_are_those_of_the_sorted_lengths()
    {
        int[] lengths = [.. Enumerable.Range(1, 100)];
        Assert.Equal(51, Quantile(lengths, 50));
        Assert.Equal(91, Quantile(lengths, 90));
        Assert.Equal(7, Quantile([7], 90));
    }

    [Fact]
    public void A_long_file_is_caught()
    {
        Rule.Catches("src/Shoal.X/X.cs", string.Concat(Enumerable.Repeat("//\n", 601)), LongFile);
        Rule.Allows("src/Shoal.X/X.cs", string.Concat(Enumerable.Repeat("//\n", 600)), LongFile);
    }

    [Theory]
    [InlineData("void M()")]
    [InlineData("X()")]
    [InlineData("int P { get")]
    public void A_long_method_constructor_or_accessor_is_caught(string head)
    {
        string tail = head.Contains("get", StringComparison.Ordinal) ? "} }" : "}";
        string Body(int lines) => $"class X {{ {head}\n{{{new string('\n', lines - 2)}}}{tail[1..]}}}";
        Rule.Catches("src/Shoal.X/X.cs", Body(MaxMethodLines + 1), LongMethod);
        Rule.Allows("src/Shoal.X/X.cs", Body(MaxMethodLines), LongMethod);
    }

    [Fact]
    public void A_wide_line_is_caught()
    {
        Rule.Catches("src/Shoal.X/X.cs", new string('/', 121) + "\n", WideLine);
        Rule.Allows("src/Shoal.X/X.cs", new string('/', 120) + "\n", WideLine);
    }

    private static int Quantile(int[] sorted, int percent) => sorted[sorted.Length * percent / 100];

    private static IEnumerable<string> LongFile(SourceFile file)
    {
        if (file.LineCount > MaxFileLines) yield return $"{file.Path} has {file.LineCount} lines";
    }

    private static IEnumerable<string> LongMethod(SourceFile file)
    {
        foreach (SyntaxNode node in file.Syntax.DescendantNodes())
        {
            if (node is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax))
                continue;
            LinePositionSpan span = node.SyntaxTree.GetLineSpan(node.Span).Span;
            int lines = span.End.Line - span.Start.Line + 1;
            if (lines > MaxMethodLines) yield return $"{file.At(node)} is a method of {lines} lines";
        }
    }

    private static IEnumerable<string> WideLine(SourceFile file)
    {
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (file.Lines[i].Length > MaxLineColumns)
                yield return $"{file.Path}:{i + 1} is {file.Lines[i].Length} columns wide";
        }
    }
}
