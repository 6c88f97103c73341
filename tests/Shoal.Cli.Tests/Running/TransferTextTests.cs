using Shoal.Cli.Output;
using Shoal.Cli.Running;
using Shoal.Engine;

namespace Shoal.Cli.Tests.Running;

public sealed class TransferTextTests
{
    private static readonly TorrentSnapshot Halfway = FakeTransfer.Fresh(
        TorrentState.Downloading, completed: 500 << 20, wanted: 1000 << 20) with
    {
        Name = "evil\e]0;title\u0007name",
        DownloadRate = 84.1 * (1 << 20),
        UploadRate = 1024 * 1.5,
        Peers = 5,
        Seeds = 2,
        TimeLeft = TimeSpan.FromSeconds(5.2),
    };

    [Fact]
    public void A_line_tells_share_traffic_peers_and_time_and_harms_no_terminal() =>
        Assert.Equal(
            "evil\uFFFD]0;title\uFFFDname: 50.0% of 0.98 GiB, downloading, "
                + "down 84.1 MiB/s  up 1.50 KiB/s  5 peers (2 seeds)  6 s left",
            TransferText.Line(Halfway));

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void A_live_view_fits_the_terminal(int columns)
    {
        TorrentSnapshot snapshot = Halfway with { Name = new string('日', 200) };
        string[] lines = [.. TransferText.Block(snapshot, new Palette(Colours: false, Unicode: true), columns)];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, l => Assert.True(SafeText.Columns(l) < columns, l));
    }

    [Fact]
    public void A_wide_view_has_a_bar_filled_to_the_share()
    {
        string[] lines = [.. TransferText.Block(Halfway, Palette.Plain, 120)];
        Assert.StartsWith(new string('#', 20) + new string('.', 20) + "  down", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TorrentState.FetchingMetadata, 0, "looking for peers")]
    [InlineData(TorrentState.FetchingMetadata, 1, "fetching metadata")]
    [InlineData(TorrentState.Downloading, 0, "looking for peers")]
    [InlineData(TorrentState.Downloading, 1, "downloading")]
    [InlineData(TorrentState.Seeding, 0, "seeding")]
    [InlineData(TorrentState.Stopped, 0, "stopped")]
    [InlineData(TorrentState.Failed, 0, "failed")]
    public void States_have_words(TorrentState state, int peers, string words) =>
        Assert.Equal(words, TransferText.Phase(FakeTransfer.Fresh(state) with { Peers = peers }));

    [Fact]
    public void The_last_word_of_a_tracker_is_shown_while_there_are_no_peers()
    {
        TorrentSnapshot lonely = FakeTransfer.Fresh(TorrentState.Downloading) with
        {
            TrackerMessage = "unregistered\e[2J",
        };
        Assert.EndsWith("0 peers. unregistered\uFFFD[2J", TransferText.Line(lonely), StringComparison.Ordinal);
        Assert.DoesNotContain("unregistered", TransferText.Line(lonely with { Peers = 1 }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_download_lacks_is_one_sentence_with_the_reason_when_there_is_one()
    {
        TorrentSnapshot half = FakeTransfer.Fresh(TorrentState.Downloading, completed: 500);
        Assert.Equal("sample is not complete: 50.0% of 0.98 KiB.", TransferText.Incomplete(half));
        Assert.Equal(
            "sample is not complete: 50.0% of 0.98 KiB. Gone.",
            TransferText.Incomplete(half with { TrackerMessage = "Gone." }));
        TorrentSnapshot nothing = FakeTransfer.Fresh(TorrentState.FetchingMetadata, wanted: 0);
        Assert.Equal("Of sample not even the list of files has come.", TransferText.Incomplete(nothing));
    }

    [Fact]
    public void A_seeder_with_a_part_says_how_much_it_has()
    {
        TorrentSnapshot part = FakeTransfer.Fresh(TorrentState.Seeding, completed: 500);
        Assert.StartsWith("sample: 50.0% of 0.98 KiB, sent 0 B, seeding", TransferText.Line(part),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_live_view_has_the_whole_sentence_about_a_tracker_on_lines_of_its_own()
    {
        const string sentence =
            "The tracker at udp://tracker.example.org:1337/announce cannot be reached: the connection was refused.";
        TorrentSnapshot lonely = FakeTransfer.Fresh(TorrentState.Downloading) with { TrackerMessage = sentence };

        string[] lines = [.. TransferText.Block(lonely, Palette.Plain, 80)];

        Assert.Equal(4, lines.Length);
        Assert.Equal(sentence, string.Join(' ', lines[2..]));
        Assert.All(lines, l => Assert.True(l.Length < 80, l));
        Assert.Equal(2, TransferText.Block(lonely with { Peers = 1 }, Palette.Plain, 80).Count());
    }
}
