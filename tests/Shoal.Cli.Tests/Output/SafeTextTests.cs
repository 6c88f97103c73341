using Shoal.Cli.Output;

namespace Shoal.Cli.Tests.Output;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain name.txt", "plain name.txt")]
    [InlineData("день 日本 👩‍💻", "день 日本 👩‍💻")]
    [InlineData("a\u001b[31mred", "a\uFFFD[31mred")]
    [InlineData("a\u009b31m", "a\uFFFD31m")]
    [InlineData("line\r\nbreak\ttab", "line\uFFFD\uFFFDbreak\uFFFDtab")]
    [InlineData("exe.\u202Ecod", "exe.\uFFFDcod")]
    [InlineData("\u2066x\u2069\u200F", "\uFFFDx\uFFFD\uFFFD")]
    [InlineData("para\u2029line\u2028", "para\uFFFDline\uFFFD")]
    [InlineData("\uFEFFbom\0nul\u007f", "\uFFFDbom\uFFFDnul\uFFFD")]
    public void What_could_harm_a_terminal_is_replaced(string text, string clean) =>
        Assert.Equal(clean, SafeText.Clean(text));

    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("a\uFFFDb", SafeText.Clean("a\ud800b"));

    [Fact]
    public void A_name_of_any_length_is_cut() =>
        Assert.Equal(SafeText.MaxChars + 1, SafeText.Clean(new string('x', 1_000_000)).Length);

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abcde…")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("日本語!", 6, "日本…")]
    [InlineData("abc", 0, "")]
    public void Text_is_cut_to_columns_and_not_to_characters(string text, int columns, string fitted) =>
        Assert.Equal(fitted, SafeText.Fit(text, columns));
}
