using Shoal.Cli.Commands;
using Shoal.Cli.Output;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Tests.Commands;

public sealed class ShareLinkTests
{
    private const string Link = "magnet:?xt=urn:btih:abab&dn=photos";
    private static readonly TorrentInfo Photos = SampleTorrents.File("photos", 5 << 20).Info;

    [Fact]
    public void On_a_screen_the_link_stands_once_alone_on_its_line_between_words_that_say_what_to_do()
    {
        using StringWriter screen = new();

        ShareCommand.TellLink(Output(screen, screen, sharesTerminal: true), Photos, Link, file: null);

        Assert.Equal(
            [
                "Sharing photos (5.00 MiB). Send this link to the other side:",
                "",
                Link,
                "",
                "",
            ],
            screen.ToString().Split('\n'));
    }

    [Fact]
    public void A_script_has_the_link_alone_and_a_log_the_whole_command()
    {
        using StringWriter data = new();
        using StringWriter log = new();

        ShareCommand.TellLink(Output(data, log, sharesTerminal: false), Photos, Link, "x.torrent");

        Assert.Equal(Link + "\n", data.ToString());
        Assert.Contains($"\n  shoal get '{Link}'\n", log.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("The .torrent is x.torrent.\n", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true, Link + "\n")]
    [InlineData(true, false, "  shoal get '" + Link + "'\n")]
    public void What_one_form_leaves_out_the_other_has(bool json, bool quiet, string expected)
    {
        using StringWriter screen = new();
        OutputMode mode = json ? OutputMode.JsonLines : OutputMode.Text;

        ShareCommand.TellLink(Output(screen, screen, sharesTerminal: true, mode, quiet), Photos, Link, file: null);

        Assert.Contains(expected, screen.ToString(), StringComparison.Ordinal);
    }

    private static TerminalOutput Output(
        TextWriter data,
        TextWriter messages,
        bool sharesTerminal,
        OutputMode mode = OutputMode.Text,
        bool quiet = false) =>
        new(
            new CliHost
            {
                Out = data, Error = messages, Environment = _ => null, StreamsShareTerminal = sharesTerminal,
            },
            new OutputOptions(mode, quiet));
}
