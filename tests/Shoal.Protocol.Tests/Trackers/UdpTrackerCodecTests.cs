using System.Net;
using System.Text;
using Shoal.Protocol.Trackers;

namespace Shoal.Protocol.Tests.Trackers;

public sealed class UdpTrackerCodecTests
{
    private static readonly InfoHash Hash = new("aaaaaaaaaaaaaaaaaaaa"u8);

    private static readonly AnnounceRequest Request = new()
    {
        InfoHash = Hash, PeerId = new PeerId("bbbbbbbbbbbbbbbbbbbb"u8), Port = 6881, Downloaded = 1, Left = 2,
        Uploaded = 3, Event = AnnounceEvent.Started, Key = 0xdeadbeef, NumWant = 30,
    };

    [Fact]
    public void A_connect_request_has_the_bytes_of_the_specification()
    {
        byte[] bytes = new byte[UdpTrackerHeader.Length];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, 0x01020304).Write(bytes);
        Assert.Equal("00000417271019800000000001020304", Convert.ToHexString(bytes));
        Assert.True(UdpTrackerHeader.TryRead(bytes, out UdpTrackerHeader read));
        Assert.True(read.IsConnect);
        bytes[7] ^= 1;
        Assert.True(UdpTrackerHeader.TryRead(bytes, out read));
        Assert.False(read.IsConnect);
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(UdpTrackerHeader.TryRead(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void An_announce_survives_the_wire_and_a_shorter_one_is_refused()
    {
        byte[] bytes = new byte[UdpAnnounceCodec.MaxLength];
        int length = UdpAnnounceCodec.Write(bytes, 0x1122334455667788, 9, Request, []);
        Assert.Equal(UdpAnnounceCodec.Length, length);
        Assert.True(UdpTrackerHeader.TryRead(bytes, out UdpTrackerHeader header));
        Assert.Equal(new UdpTrackerHeader(0x1122334455667788, UdpTrackerAction.Announce, 9), header);
        Assert.True(UdpAnnounceCodec.TryRead(bytes.AsSpan(0, length), out AnnounceQuery read));
        Assert.Equal(new AnnounceQuery
        {
            InfoHash = Hash, PeerId = Request.PeerId, Port = 6881, Downloaded = 1, Left = 2, Uploaded = 3,
            Event = AnnounceEvent.Started, Key = 0xdeadbeef, NumWant = 30, IsCompact = true,
        }, read);
        for (int cut = 0; cut < length; cut++) Assert.False(UdpAnnounceCodec.TryRead(bytes.AsSpan(0, cut), out _));
    }

    [Fact]
    public void The_torrent_of_an_announce_is_told_and_of_nothing_else()
    {
        byte[] bytes = new byte[UdpAnnounceCodec.MaxLength];
        int length = UdpAnnounceCodec.Write(bytes, 1, 2, Request, []);
        Assert.True(UdpAnnounceCodec.TryReadTorrent(bytes.AsSpan(0, length), out InfoHash torrent));
        Assert.Equal(Hash, torrent);
        for (int cut = 0; cut < length; cut++)
            Assert.False(UdpAnnounceCodec.TryReadTorrent(bytes.AsSpan(0, cut), out _));
        bytes[11] = (byte)UdpTrackerAction.Scrape;
        Assert.False(UdpAnnounceCodec.TryReadTorrent(bytes, out _));
    }

    [Fact]
    public void Odd_values_of_an_announce_are_brought_within_limits()
    {
        byte[] bytes = new byte[UdpAnnounceCodec.MaxLength];
        UdpAnnounceCodec.Write(bytes, 1, 2, Request with { Event = AnnounceEvent.Stopped, Port = 0, Left = null }, []);
        bytes.AsSpan(64, 8).Fill(0xff);
        bytes.AsSpan(92, 4).Fill(0x80);
        Assert.True(UdpAnnounceCodec.TryRead(bytes, out AnnounceQuery read));
        Assert.Equal(long.MaxValue, read.Left);
        Assert.Equal(-1, read.NumWant);
        bytes[83] = 77;
        Assert.False(UdpAnnounceCodec.TryRead(bytes, out read));
        Assert.Equal(AnnounceEvent.None, read.Event);
    }

    [Fact]
    public void Path_and_query_of_the_url_travel_as_an_option()
    {
        byte[] bytes = new byte[UdpAnnounceCodec.MaxLength];
        int length = UdpAnnounceCodec.Write(bytes, 1, 2, Request, "/dir?a=b&c=d"u8);
        Assert.Equal([2, 12, .. "/dir?a=b&c=d"u8], bytes[UdpAnnounceCodec.Length..length]);
        Assert.Equal("/dir?a=b&c=d", UrlData(bytes.AsSpan(0, length)));
        length = UdpAnnounceCodec.Write(bytes, 1, 2, Request, new byte[400]);
        Assert.Equal(UdpAnnounceCodec.MaxLength, length);
    }

    [Theory]
    [InlineData("010100", "")]
    [InlineData("0200", "")]
    [InlineData("02016102016200026163", "ab")]
    [InlineData("0102016103056869626c610201620101", "ab")]
    [InlineData("020161020962", "a")]
    [InlineData("02016103", "a")]
    [InlineData("02016103ff00", "a")]
    [InlineData("02", "")]
    public void Options_are_joined_and_broken_ones_end_the_reading(string options, string expected) =>
        Assert.Equal(expected, UrlData([.. new byte[UdpAnnounceCodec.Length], .. Convert.FromHexString(options)]));

    [Fact]
    public void Many_options_fill_the_room_and_no_more()
    {
        byte[] option = [2, 255, .. new byte[255]];
        byte[] datagram = [.. new byte[98], .. Enumerable.Repeat(option, 255).SelectMany(o => o)];
        Assert.Equal(1020, UdpAnnounceCodec.ReadUrlData(datagram, new byte[1024]));
    }

    [Fact]
    public void An_announce_reply_is_read_by_the_size_of_its_family()
    {
        byte[] bytes = new byte[64];
        var answer = new AnnounceAnswer
        {
            IntervalSeconds = 900, MinIntervalSeconds = 1, Complete = 4, Incomplete = 5,
        };
        int at = UdpTrackerReply.WriteAnnounce(bytes, 7, answer);
        "abcdefghijklmnopqr+"u8.CopyTo(bytes.AsSpan(at));
        Assert.True(UdpTrackerReply.TryReadHeader(bytes, out UdpTrackerAction action, out uint id));
        Assert.Equal((UdpTrackerAction.Announce, 7u), (action, id));
        Assert.True(UdpTrackerReply.TryReadAnnounce(bytes.AsSpan(0, at + 19), isV6: false, out AnnounceReply? v4));
        Assert.Equal(3, v4!.Peers.Count);
        Assert.Equal(IPEndPoint.Parse("97.98.99.100:25958"), v4.Peers[0]);
        Assert.Equal((4, 5), (v4.Complete, v4.Incomplete));
        Assert.Equal(TimeSpan.FromSeconds(900), v4.Interval);
        Assert.True(UdpTrackerReply.TryReadAnnounce(bytes.AsSpan(0, at + 19), isV6: true, out AnnounceReply? v6));
        Assert.Equal("[6162:6364:6566:6768:696a:6b6c:6d6e:6f70]:29042", Assert.Single(v6!.Peers).ToString());
        Assert.False(UdpTrackerReply.TryReadAnnounce(bytes.AsSpan(0, at - 1), isV6: false, out _));
    }

    [Fact]
    public void A_connect_reply_is_sixteen_bytes_and_may_be_followed_by_more()
    {
        byte[] bytes = new byte[20];
        Assert.Equal(16, UdpTrackerReply.WriteConnect(bytes, 3, 0x1020304050607080));
        Assert.True(UdpTrackerReply.TryReadConnect(bytes, out ulong id));
        Assert.Equal(0x1020304050607080ul, id);
        Assert.False(UdpTrackerReply.TryReadConnect(bytes.AsSpan(0, 15), out _));
        Assert.False(UdpTrackerReply.TryReadHeader(bytes.AsSpan(0, 7), out _, out _));
    }

    [Fact]
    public void An_error_of_any_length_becomes_one_short_safe_line()
    {
        byte[] bytes = new byte[60_000];
        bytes.AsSpan().Fill((byte)'x');
        UdpTrackerReply.WriteHeader(bytes, UdpTrackerAction.Error, 1);
        Assert.Equal(AnnounceReplyReader.MaxMessageChars, UdpTrackerReply.ReadError(bytes).Length);
        int length = UdpTrackerReply.WriteError(bytes, 1, "no\u001b[1m way\0hidden");
        Assert.Equal("no way", UdpTrackerReply.ReadError(bytes.AsSpan(0, length)));
        Assert.Equal("", UdpTrackerReply.ReadError(bytes.AsSpan(0, 8)));
        Assert.Equal(12, UdpTrackerReply.WriteError(bytes.AsSpan(0, 12), 1, "too long to fit"));
    }

    [Fact]
    public void A_scrape_takes_seventy_four_hashes_and_its_reply_no_more_than_were_asked()
    {
        InfoHash[] asked = [.. Enumerable.Range(0, 100).Select(i => new InfoHash(Encoding.ASCII.GetBytes($"{i:d20}")))];
        byte[] bytes = new byte[UdpScrapeCodec.MaxRequestLength];
        Assert.Equal(1496, UdpScrapeCodec.WriteRequest(bytes, 1, 2, asked));
        var read = new InfoHash[100];
        Assert.Equal(74, UdpScrapeCodec.ReadRequest(bytes, read));
        Assert.Equal(asked[..74], read[..74]);
        Assert.Equal(2, UdpScrapeCodec.ReadRequest(bytes.AsSpan(0, 16 + 59), read));
        Assert.Equal(0, UdpScrapeCodec.ReadRequest(bytes.AsSpan(0, 15), read));

        byte[] reply = new byte[8 + 36];
        ScrapeEntry[] entries = [new(asked[0], 1, 2, 3), new(asked[1], 4, 5, 6), new(asked[2], 7, 8, 9)];
        Assert.Equal(44, UdpScrapeCodec.WriteReply(reply, 2, entries));
        Assert.Equal(entries[..2], UdpScrapeCodec.ReadReply(reply, asked.AsSpan(0, 2)));
        Assert.Equal(entries[..2], UdpScrapeCodec.ReadReply(reply.AsSpan(0, 43), asked));
    }

    private static string UrlData(ReadOnlySpan<byte> datagram)
    {
        byte[] room = new byte[1024];
        return Encoding.ASCII.GetString(room, 0, UdpAnnounceCodec.ReadUrlData(datagram, room));
    }
}
