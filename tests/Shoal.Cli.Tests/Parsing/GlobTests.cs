using Shoal.Cli.Parsing;

namespace Shoal.Cli.Tests.Parsing;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "deep/down/a.TXT", true)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("docs", "docs/a/b", true)]
    [InlineData("docs/", "docs/a/b", true)]
    [InlineData("docs", "mydocs/a", false)]
    [InlineData("docs/*", "docs/a", true)]
    [InlineData("docs/*", "other/docs/a", false)]
    [InlineData("docs/*.md", "docs/a/b.md", false)]
    [InlineData("docs/**.md", "docs/a/b.md", true)]
    [InlineData("/docs/a", "docs/a", true)]
    [InlineData("**", "x/y", true)]
    [InlineData("", "x", false)]
    [InlineData("*", "", true)]
    public void Patterns_match_as_people_expect(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new Glob(pattern).Matches(path));

    [Fact]
    public void A_pattern_of_many_stars_ends_in_a_bounded_time()
    {
        Glob glob = new(string.Concat(Enumerable.Repeat("a*", 200)) + "b");
        Assert.False(glob.Matches(new string('a', 5000)));
    }
}
