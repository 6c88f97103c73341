using Shoal.Cli.Output;

namespace Shoal.Cli.Tests.Output;

public sealed class WrappedTextTests
{
    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 13, "one two three")]
    [InlineData("one\ntwo three", 9, "one|two three")]
    [InlineData("abcdefgh ij", 3, "abc|def|gh|ij")]
    [InlineData("漢字 漢", 4, "漢字|漢")]
    [InlineData("漢", 1, "漢")]
    [InlineData("", 5, "")]
    public void Lines_break_between_words_and_inside_a_word_only_when_it_is_too_long(
        string text, int columns, string lines) =>
        Assert.Equal(lines.Split('|'), WrappedText.Lines(text, columns));
}
