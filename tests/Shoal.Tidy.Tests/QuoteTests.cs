using System.Text.RegularExpressions;

namespace Shoal.Tidy.Tests;

/// <summary>Messages set names and values from outside between single quotes, all of them alike.</summary>
public sealed partial class QuoteTests
{
    [Fact]
    public void Messages_quote_with_single_quotes() =>
        Rule.Holds("single quotes in messages", Repository.Here.CSharp.Where(IsSource), DoubleQuoted);

    [Theory]
    [InlineData("""throw new X($"There is no file \"{path}\".");""")]
    [InlineData("""log.Added("Added \"{Name}\"");""")]
    public void A_value_in_double_quotes_is_caught(string line) =>
        Rule.Catches("src/Shoal.X/X.cs", line, DoubleQuoted);

    [Fact]
    public void A_value_in_single_quotes_is_allowed() =>
        Rule.Allows("src/Shoal.X/X.cs", """throw new X($"There is no file '{path}'.");""", DoubleQuoted);

    private static bool IsSource(SourceFile file) => file.Path.StartsWith("src/", StringComparison.Ordinal);

    private static IEnumerable<string> DoubleQuoted(SourceFile file)
    {
        for (int i = 0; i < file.Lines.Length; i++)
            if (Pattern().IsMatch(file.Lines[i])) yield return $"{file.Path}:{i + 1} quotes with double quotes";
    }

    [GeneratedRegex("""\\"\{[^{}"]+\}\\"(?!:)""")]
    private static partial Regex Pattern();
}
