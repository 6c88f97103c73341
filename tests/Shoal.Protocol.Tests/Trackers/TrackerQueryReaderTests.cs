using System.Text;
using Shoal.Protocol.Trackers;

namespace Shoal.Protocol.Tests.Trackers;

public sealed class TrackerQueryReaderTests
{
    private const string Needed = "info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=6881";

    [Fact]
    public void Raw_bytes_escapes_of_either_case_and_plus_signs_are_kept_as_they_are()
    {
        AnnounceQuery query = Read("peer_id=++++%2b%2B%ff%FF%00%25~!*'();,:@&port=1"
            + "&info_hash=\u00ff\u0080aaaaaaaaaaaaaaaaaa");
        Assert.Equal(new PeerId([.. "++++++"u8, 0xff, 0xff, 0, .. "%~!*'();,:@"u8]), query.PeerId);
        Assert.Equal(new InfoHash([0xff, 0x80, .. "aaaaaaaaaaaaaaaaaa"u8]), query.InfoHash);
    }

    [Theory]
    [InlineData("&numwant=-1", -1)]
    [InlineData("&numwant=-99", -1)]
    [InlineData("&numwant=abc", -1)]
    [InlineData("&numwant=", -1)]
    [InlineData("", -1)]
    [InlineData("&numwant=0", 0)]
    [InlineData("&numwant=30", 30)]
    [InlineData("&numwant=99999999999999999999", int.MaxValue)]
    public void The_number_wanted_is_zero_only_when_zero_was_asked(string extra, int expected) =>
        Assert.Equal(expected, Read(Needed + extra).NumWant);

    [Theory]
    [InlineData("&left=0", 0)]
    [InlineData("&left=18446744073709551615", long.MaxValue)]
    [InlineData("&left=-1", long.MaxValue)]
    [InlineData("&left=x", long.MaxValue)]
    [InlineData("", long.MaxValue)]
    public void A_missing_or_unreadable_left_makes_no_seed(string extra, long expected) =>
        Assert.Equal(expected, Read(Needed + extra).Left);

    [Theory]
    [InlineData("started", AnnounceEvent.Started)]
    [InlineData("completed", AnnounceEvent.Completed)]
    [InlineData("stopped", AnnounceEvent.Stopped)]
    [InlineData("paused", AnnounceEvent.Paused)]
    [InlineData("", AnnounceEvent.None)]
    [InlineData("empty", AnnounceEvent.None)]
    [InlineData("STARTED", AnnounceEvent.None)]
    public void Known_events_are_read_and_others_count_as_none(string name, AnnounceEvent expected) =>
        Assert.Equal(expected, Read(Needed + "&event=" + name).Event);

    [Fact]
    public void Unknown_parameters_values_without_equals_and_values_with_it_are_tolerated()
    {
        AnnounceQuery query = Read("x&y=a=b&&=&" + Needed + "&compact=0&ip=1.2.3.4&z=" + new string('q', 500));
        Assert.False(query.IsCompact);
        Assert.Equal(6881, query.Port);
    }

    [Fact]
    public void Keys_are_opaque_and_different_keys_differ()
    {
        Assert.NotEqual(Read(Needed + "&key=%00%01").Key, Read(Needed + "&key=%00%02").Key);
        Assert.Equal(Read(Needed + "&key=0A").Key, Read(Needed + "&key=%30%41").Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("info_hash=short&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaa%g0&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaa%2&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1")]
    [InlineData("peer_id=bbbbbbbbbbbbbbbbbbbb&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbb&port=1")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=0")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=65536")]
    [InlineData("info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=-1")]
    [InlineData(Needed + "&info_hash=aaaaaaaaaaaaaaaaaaaa")]
    public void An_announce_without_what_it_needs_is_refused_with_a_reason(string query)
    {
        Assert.False(TrackerQueryReader.TryReadAnnounce(Encoding.Latin1.GetBytes(query), out _, out string? failure));
        Assert.NotEmpty(failure!);
    }

    [Fact]
    public void Port_zero_is_taken_from_one_who_stops() =>
        Assert.Equal(0, Read(Needed.Replace("6881", "0", StringComparison.Ordinal) + "&event=stopped").Port);

    [Fact]
    public void An_announce_cut_anywhere_is_never_thrown_at()
    {
        byte[] query = Encoding.Latin1.GetBytes(Needed + "&left=%30&event=stopped&numwant=5");
        for (int length = 0; length < query.Length; length++)
            TrackerQueryReader.TryReadAnnounce(query.AsSpan(0, length), out _, out _);
        Assert.True(TrackerQueryReader.TryReadAnnounce(query, out _, out _));
    }

    [Fact]
    public void A_scrape_takes_its_hashes_in_order_up_to_the_limit()
    {
        string hashes = string.Join('&', Enumerable.Range(0, 150).Select(i => $"info_hash=aaaaaaaaaaaaaaaaa{i:000}"));
        var room = new InfoHash[TrackerQueryReader.MaxScrapeHashes];
        byte[] query = Encoding.Latin1.GetBytes("x=y&" + hashes);
        Assert.True(TrackerQueryReader.TryReadScrape(query, room, out int count, out _));
        Assert.Equal(TrackerQueryReader.MaxScrapeHashes, count);
        Assert.Equal(new InfoHash("aaaaaaaaaaaaaaaaa099"u8), room[99]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x=y")]
    [InlineData("info_hash=abc")]
    public void A_scrape_of_nothing_is_refused(string query)
    {
        var room = new InfoHash[4];
        byte[] bytes = Encoding.Latin1.GetBytes(query);
        Assert.False(TrackerQueryReader.TryReadScrape(bytes, room, out _, out string? failure));
        Assert.NotEmpty(failure!);
    }

    private static AnnounceQuery Read(string query)
    {
        Assert.True(TrackerQueryReader.TryReadAnnounce(Encoding.Latin1.GetBytes(query), out AnnounceQuery read,
            out string? failure), failure);
        return read;
    }
}
