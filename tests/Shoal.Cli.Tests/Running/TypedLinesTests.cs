using Shoal.Cli.Running;

namespace Shoal.Cli.Tests.Running;

public sealed class TypedLinesTests
{
    [Theory]
    [InlineData("prog\nexit\n", new[] { "prog", "exit" })]
    [InlineData("prog\r\n  exit  \r\n", new[] { "prog", "exit" })]
    [InlineData("exit", new[] { "exit" })]
    [InlineData("", new string[0])]
    [InlineData("\n\n", new[] { "", "" })]
    public void Lines_are_read_from_any_kind_of_input(string text, string[] lines) =>
        Assert.Equal(lines, Read(new StringReader(text)));

    [Fact]
    public void A_line_without_end_takes_a_bounded_memory() =>
        Assert.Equal(4096, Assert.Single(Read(new StringReader(new string('x', 1_000_000)))).Length);

    [Fact]
    public void A_flood_of_lines_is_dropped_and_not_kept() =>
        Assert.Equal(64, Read(new StringReader(new string('\n', 10_000))).Count);

    [Fact]
    public void Input_that_cannot_be_opened_is_like_one_that_has_ended()
    {
        TypedLines lines = new();
        lines.ReadAll(() => throw new IOException("closed"));
        Assert.True(lines.Reader.Completion.IsCompletedSuccessfully);
    }

    private static List<string> Read(TextReader reader)
    {
        TypedLines lines = new();
        lines.ReadAll(() => reader);
        List<string> read = [];
        while (lines.Reader.TryRead(out string? line)) read.Add(line);
        Assert.True(lines.Reader.Completion.IsCompleted);
        return read;
    }
}
