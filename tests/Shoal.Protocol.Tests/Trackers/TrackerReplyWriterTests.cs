using System.Buffers;
using System.Net;
using System.Text;
using Shoal.Protocol.Trackers;

namespace Shoal.Protocol.Tests.Trackers;

public sealed class TrackerReplyWriterTests
{
    private static readonly AnnounceAnswer Answer = new()
    {
        IntervalSeconds = 120, MinIntervalSeconds = 30, Complete = 1, Incomplete = 2, Downloaded = 3,
    };

    [Fact]
    public void An_empty_swarm_still_has_a_list_of_peers() =>
        Assert.Equal("d8:completei1e10:downloadedi3e10:incompletei2e8:intervali120e12:min intervali30e5:peers0:e",
            Written(output => TrackerReplyWriter.WriteAnnounce(output, Answer, [], [], [], isCompact: true)));

    [Fact]
    public void A_compact_reply_has_peers_of_both_families_and_the_callers_address()
    {
        AnnounceAnswer answer = Answer with { Warning = "slow" };
        AnnounceReply reply = Read(output => TrackerReplyWriter.WriteAnnounce(
            output, answer, [1, 2, 3, 4], "abcdef"u8, "0123456789abcdefgh"u8, isCompact: true));
        Assert.Equal(2, reply.Peers.Count);
        Assert.Equal(IPEndPoint.Parse("97.98.99.100:25958"), reply.Peers[0]);
        Assert.Equal(IPAddress.Parse("1.2.3.4"), reply.ExternalAddress);
        Assert.Equal("slow", reply.Warning);
        Assert.Equal((1, 2, 3), (reply.Complete, reply.Incomplete, reply.Downloaded));
        Assert.Equal((120, 30), (reply.Interval.TotalSeconds, reply.MinInterval.TotalSeconds));
    }

    [Fact]
    public void A_list_of_dictionaries_has_peer_ids_only_when_they_are_given()
    {
        PeerId[] ids = [new("11111111111111111111"u8), new("22222222222222222222"u8)];
        string with = Written(output => TrackerReplyWriter.WriteAnnounce(
            output, Answer, [], "abcdef"u8, "0123456789abcdefgh"u8, isCompact: false, ids));
        Assert.Contains("d2:ip12:97.98.99.1007:peer id20:111111111111111111114:porti25958ee"
            + "d2:ip39:3031:3233:3435:3637:3839:6162:6364:65667:peer id20:22222222222222222222", with,
            StringComparison.Ordinal);
        string without = Written(output => TrackerReplyWriter.WriteAnnounce(
            output, Answer, [], "abcdef"u8, [], isCompact: false));
        Assert.Contains("5:peersld2:ip12:97.98.99.1004:porti25958eee", without, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(0, "8:retry in5:never")]
    [InlineData(5, "8:retry ini5e")]
    public void A_refusal_says_when_to_come_again(int? minutes, string expected) =>
        Assert.Equal("d14:failure reason2:no8:intervali9e12:min intervali8e" + expected + "e",
            Written(output => TrackerReplyWriter.WriteFailure(output, "no", 9, 8, minutes)));

    [Fact]
    public void A_scrape_reply_is_sorted_without_twins_and_can_be_read_back()
    {
        var a = new InfoHash("aaaaaaaaaaaaaaaaaaaa"u8);
        var b = new InfoHash("baaaaaaaaaaaaaaaaaaa"u8);
        ScrapeEntry[] entries = [new(b, 4, 5, 6), new(a, 1, 2, 3), new(b, 4, 5, 6)];
        var output = new ArrayBufferWriter<byte>();
        TrackerReplyWriter.WriteScrape(output, entries, 60);
        Assert.Equal("d5:filesd20:aaaaaaaaaaaaaaaaaaaad8:completei1e10:downloadedi2e10:incompletei3ee"
            + "20:baaaaaaaaaaaaaaaaaaad8:completei4e10:downloadedi5e10:incompletei6eee"
            + "5:flagsd20:min_request_intervali60eee", Encoding.Latin1.GetString(output.WrittenSpan));
        var unknown = new InfoHash("caaaaaaaaaaaaaaaaaaa"u8);
        Assert.True(ScrapeReplyReader.TryRead(output.WrittenMemory, [b, unknown, a],
            out IReadOnlyList<ScrapeEntry>? read, out _));
        Assert.Equal([new(b, 4, 5, 6), new(a, 1, 2, 3)], read);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("de", "no files")]
    [InlineData("d14:failure reason3:offe", "off")]
    [InlineData("nonsense", "no bencoding")]
    public void A_scrape_reply_without_files_is_named_in_a_sentence(string body, string expected)
    {
        Assert.False(ScrapeReplyReader.TryRead(Encoding.Latin1.GetBytes(body), [default],
            out IReadOnlyList<ScrapeEntry>? entries, out string? error));
        Assert.Null(entries);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static AnnounceReply Read(Action<IBufferWriter<byte>> write)
    {
        Assert.True(AnnounceReplyReader.TryRead(Encoding.Latin1.GetBytes(Written(write)),
            out AnnounceReply? reply, out string? error), error);
        return reply;
    }
}
