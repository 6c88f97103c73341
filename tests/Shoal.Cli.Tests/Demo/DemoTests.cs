using Shoal.Cli.Demo;
using Shoal.Cli.Output;

namespace Shoal.Cli.Tests.Demo;

public sealed class DemoTests
{
    [Fact]
    public void The_table_the_sentences_and_the_json_have_the_same_sums()
    {
        DemoOutcome outcome = new(
            100 << 20,
            TimeSpan.FromSeconds(4),
            [
                new PeerBoard.Row("seeder", 1, 0, 0, 0, 0) { SentBytes = 81 << 20 },
                new PeerBoard.Row("downloader 1", 1, 5, 5, 30 << 20, 70 << 20) { SentBytes = 60 << 20 },
                new PeerBoard.Row("downloader 2", 1, 5, 5, 50 << 20, 50 << 20) { SentBytes = 59 << 20 },
            ],
            Identical: true);

        string[] total = outcome.Board(Palette.Plain, 100)[^1].Split("  ", StringSplitOptions.RemoveEmptyEntries);
        string[] sentences = [.. outcome.Sentences()];

        Assert.Equal(["together", "50.0 MiB/s", "50.0 MiB/s", "80.0 MiB", "120 MiB"], total.Select(t => t.Trim()));
        Assert.Equal("2 downloaders got 100 MiB each in 4.0 s: 50.0 MiB/s together.", sentences[0]);
        Assert.Equal(
            "120 MiB of it (60.0%) came from other downloaders, 80.0 MiB from the seeder.", sentences[1]);
        Assert.Equal((80 << 20, 120 << 20), (outcome.Result().FromSeeder, outcome.Result().FromPeers));
    }

    [Fact]
    public void One_downloader_is_not_told_of_as_several()
    {
        DemoOutcome outcome = new(
            100 << 20,
            TimeSpan.FromSeconds(4),
            [
                new PeerBoard.Row("seeder", 1, 0, 0, 0, 0) { SentBytes = 100 << 20 },
                new PeerBoard.Row("downloader 1", 1, 5, 5, 100 << 20, 0),
            ],
            Identical: true);
        Assert.Equal("1 downloader got 100 MiB in 4.0 s: 25.0 MiB/s.", outcome.Sentences().First());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void The_table_has_a_line_for_each_process_and_fits_the_terminal(int columns)
    {
        IReadOnlyList<string> lines = PeerBoard.Lines(
            [
                new PeerBoard.Row("seeder", 1, 0, 100.5 * (1 << 20), 0, 0),
                new PeerBoard.Row("downloader 20", 0.5, 9.99 * (1 << 20), 100.5 * (1 << 20), 3 << 20, 1 << 20),
            ],
            Palette.Plain,
            columns);
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("downloader 20  ##", lines[2], StringComparison.Ordinal);
        foreach (string figure in (string[])["50.0%", "9.99 MiB/s", "3.00 MiB", "1.00 MiB"])
            Assert.Contains(figure, lines[2], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.True(l.Length < columns, l));
    }
}
