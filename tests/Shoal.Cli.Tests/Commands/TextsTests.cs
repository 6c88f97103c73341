using System.Collections.Immutable;
using System.Net;
using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Tests.Commands;

public sealed class TextsTests
{
    private static readonly string V1 = string.Concat(Enumerable.Repeat("ab", 20));
    private static readonly string V2 = string.Concat(Enumerable.Repeat("cd", 32));

    [Fact]
    public void A_magnet_link_has_both_hashes_the_name_trackers_and_peers()
    {
        Metainfo metainfo = SampleTorrents.File("it's a & b.bin", 5);
        string link = MagnetText.Of(
            metainfo, [new IPEndPoint(IPAddress.Parse("192.0.2.7"), 1), new IPEndPoint(IPAddress.IPv6Loopback, 2)]);
        Assert.Equal(
            $"magnet:?xt=urn:btih:{V1}&xt=urn:btmh:1220{V2}&dn=it%27s%20a%20%26%20b.bin"
                + "&tr=http%3A%2F%2Ftracker.example%2Fannounce&x.pe=192.0.2.7:1&x.pe=[::1]:2",
            link);
    }

    [Fact]
    public void A_magnet_link_in_single_quotes_is_one_word_to_every_shell()
    {
        Metainfo metainfo = SampleTorrents.File("a'; rm -rf \"$HOME\" `id` \n", 5);
        string command = ShareCommand.CommandFor(MagnetText.Of(metainfo));
        Assert.Equal(2, command.Count(c => c == '\''));
        Assert.DoesNotContain('\n', command);
    }

    [Fact]
    public void Inspect_lists_the_files_with_the_numbers_that_select_takes()
    {
        InspectResult result = InspectCommand.Describe(
            SampleTorrents.Folder("set", ("a.txt", 100), ("sub/\e[2Jb.txt", 20_000)));
        string[] lines = [.. InspectCommand.Lines(result)];
        Assert.Contains("info-hash:        " + V1, lines);
        Assert.Contains("info-hash v2:     " + V2, lines);
        Assert.Contains("tracker:          http://tracker.example/announce", lines);
        Assert.Contains("     1       100 B  a.txt", lines);
        Assert.Contains("     2    19.5 KiB  sub/\uFFFD[2Jb.txt", lines);
        Assert.Equal(2, result.Files!.Count);
    }

    [Fact]
    public async Task Inspect_of_a_magnet_link_shows_what_the_link_says()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            "inspect", $"magnet:?xt=urn:btmh:1220{V2}&dn=a%1b[2Jb&tr=udp%3A%2F%2Ft%3A1&x.pe=[::1]:6&xl=2048");
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        string[] lines = outcome.Out.Split('\n');
        Assert.Contains("version:          v2", lines);
        Assert.Contains("info-hash v2:     " + V2, lines);
        Assert.Contains("size:             2.00 KiB (2048 bytes)", lines);
        Assert.Contains("tracker:          udp://t:1", lines);
        Assert.Contains("peer:             [::1]:6", lines);
        Assert.DoesNotContain('\e', outcome.Out);
    }

    [Fact]
    public async Task A_malformed_magnet_link_fails_in_a_sentence()
    {
        CliOutcome outcome = await CliRunner.RunAsync("inspect", "magnet:?xt=urn:btih:123");
        Assert.Equal(ExitCode.Failed, outcome.ExitCode);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Verify_lists_only_what_is_not_right()
    {
        VerifyReport report = new(
            4,
            2,
            [1, 2],
            [
                new VerifiedFile("good", 10, 10, Exists: true, 0),
                new VerifiedFile("half", 1000, 500, Exists: true, 0),
                new VerifiedFile("gone", 7, 0, Exists: false, 0),
                new VerifiedFile("empty and gone", 0, 0, Exists: false, 0),
            ]);
        Assert.Equal(
            [
                "50.0% right    0.98 KiB  half",
                "missing             7 B  gone",
                "missing             0 B  empty and gone",
            ],
            VerifyCommand.Lines(report));
    }

    [Fact]
    public void A_seeder_can_be_told_which_pieces_to_offer()
    {
        Assert.Null(SeedCommand.Offer([], [], 10));
        PieceSelection offer = SeedCommand.Offer([(0, 0.2)], [3, 9], 10)!;
        Assert.Equal([(0, 0.2)], offer.Ranges);
        Assert.Equal([3, 9], offer.Without);
        CliException error = Assert.Throws<CliException>(() => SeedCommand.Offer([], [10], 10));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("0 to 9", error.Message, StringComparison.Ordinal);
    }
}
