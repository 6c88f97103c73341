using Shoal.Cli.Parsing;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Tests.Parsing;

public sealed class FileSelectionTests
{
    // Padding lies between the files, and has no number.
    private static readonly TorrentInfo Info = SampleTorrents.Folder(
        "set", ("read.me", 5), ("docs/one.txt", 7), ("docs/two.txt", 9), ("film.mkv", 40_000)).Info;

    [Fact]
    public void Nothing_given_selects_all() => Assert.Null(new FileSelection([]).Resolve(Info));

    [Theory]
    [InlineData("1", new[] { 0 })]
    [InlineData("2-3", new[] { 1, 2 })]
    [InlineData("4,1", new[] { 0, 3 })]
    [InlineData("*.txt", new[] { 1, 2 })]
    [InlineData("docs", new[] { 1, 2 })]
    [InlineData("set/docs/one.txt", new[] { 1 })]
    [InlineData("1,*.mkv", new[] { 0, 3 })]
    public void Numbers_ranges_and_patterns_can_be_mixed(string text, int[] selected) =>
        Assert.Equal(selected, new FileSelection([text]).Resolve(Info)!);

    [Fact]
    public void The_option_can_be_given_more_than_once() =>
        Assert.Equal([0, 3], new FileSelection(["1", "film*"]).Resolve(Info)!);

    [Theory]
    [InlineData("0", "1 to 4")]
    [InlineData("5", "1 to 4")]
    [InlineData("2-9", "1 to 4")]
    [InlineData("*.avi", "no file")]
    public void What_selects_nothing_is_told(string text, string reason)
    {
        CliException error = Assert.Throws<CliException>(() => new FileSelection([text]).Resolve(Info));
        Assert.Equal(ExitCode.NotFound, error.ExitCode);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
