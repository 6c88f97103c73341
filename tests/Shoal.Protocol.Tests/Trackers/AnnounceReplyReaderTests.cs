using System.Net;
using System.Text;
using Shoal.Protocol.Trackers;

namespace Shoal.Protocol.Tests.Trackers;

public sealed class AnnounceReplyReaderTests
{
    [Fact]
    public void A_full_reply_gives_every_field()
    {
        AnnounceReply reply = Read("d8:completei3e10:downloadedi9e11:external ip4:\u0001\u0002\u0003\u0004"
            + "10:incompletei5e8:intervali900e12:min intervali120e5:peers6:\u0001\u0002\u0003\u0004\u001a\u00e1"
            + "10:tracker id2:\u00ff!15:warning message4:slowe");
        Assert.Null(reply.Failure);
        Assert.Equal(3, reply.Complete);
        Assert.Equal(9, reply.Downloaded);
        Assert.Equal(5, reply.Incomplete);
        Assert.Equal(TimeSpan.FromSeconds(900), reply.Interval);
        Assert.Equal(TimeSpan.FromSeconds(120), reply.MinInterval);
        Assert.Equal(IPAddress.Parse("1.2.3.4"), reply.ExternalAddress);
        Assert.Equal("\u00ff!", reply.TrackerId);
        Assert.Equal("slow", reply.Warning);
        Assert.Equal([new IPEndPoint(IPAddress.Parse("1.2.3.4"), 6881)], reply.Peers);
    }

    [Theory]
    [InlineData("0", 60)]
    [InlineData("-1", 60)]
    [InlineData("59", 60)]
    [InlineData("61", 61)]
    [InlineData("86401", 86400)]
    [InlineData("2147483648", 86400)]
    [InlineData("1000000000000000000", 86400)]
    public void The_interval_stays_between_a_minute_and_a_day(string seconds, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Read($"d8:intervali{seconds}e5:peers0:e").Interval);

    [Theory]
    [InlineData("d5:peers0:e")]
    [InlineData("d8:interval3:abc5:peers0:e")]
    public void A_missing_interval_means_half_an_hour(string body)
    {
        Assert.Equal(TimeSpan.FromMinutes(30), Read(body).Interval);
        Assert.Equal(TimeSpan.FromSeconds(30), Read(body).MinInterval);
    }

    [Fact]
    public void An_incomplete_peer_at_the_end_is_left_out_in_both_lists()
    {
        AnnounceReply reply = Read("d5:peers8:\u0001\u0002\u0003\u0004\u001a\u00e1\u0009\u0009"
            + "6:peers620:" + new string('\u0020', 16) + "\u001a\u00e1\u0009\u0009e");
        Assert.Equal(2, reply.Peers.Count);
        Assert.Equal(IPAddress.Parse("2020:2020:2020:2020:2020:2020:2020:2020"), reply.Peers[1].Address);
    }

    [Fact]
    public void A_peer_with_port_zero_is_left_out() =>
        Assert.Empty(Read("d5:peers6:\u0001\u0002\u0003\u0004\u0000\u0000e").Peers);

    [Fact]
    public void More_peers_than_the_limit_are_left_out_of_both_forms()
    {
        string compact = string.Concat(Enumerable.Repeat("\u0001\u0002\u0003\u0004\u001a\u00e1", 4000));
        Assert.Equal(AnnounceReply.MaxPeers, Read($"d5:peers{compact.Length}:{compact}e").Peers.Count);
        string list = string.Concat(Enumerable.Repeat("d2:ip7:1.2.3.44:porti5ee", 4000));
        Assert.Equal(AnnounceReply.MaxPeers, Read($"d5:peersl{list}ee").Peers.Count);
    }

    [Fact]
    public void A_list_of_dictionaries_gives_its_usable_peers()
    {
        AnnounceReply reply = Read("d5:peersl"
            + "d2:ip7:1.2.3.47:peer id20:aaaaaaaaaaaaaaaaaaaa4:porti5ee"
            + "d2:ip5:::1:24:porti6ee"
            + "d2:ip11:example.com4:porti7ee"
            + "d2:ip7:1.2.3.44:porti0ee"
            + "d2:ip7:1.2.3.44:porti70000ee"
            + "d2:ip7:1.2.3.4ei5e3:abcee");
        Assert.Equal([IPEndPoint.Parse("1.2.3.4:5"), new IPEndPoint(IPAddress.Parse("::1:2"), 6)], reply.Peers);
    }

    [Fact]
    public void Bytes_after_the_dictionary_are_tolerated() =>
        Assert.Equal(TimeSpan.FromSeconds(600), Read("d8:intervali600e5:peers0:e\r\n").Interval);

    [Theory]
    [InlineData("i7e", 7)]
    [InlineData("i0e", 1)]
    [InlineData("i-5e", 1)]
    [InlineData("i999999999999e", 1440)]
    public void A_refusal_may_say_when_to_come_again(string retry, int minutes)
    {
        AnnounceReply reply = Read($"d14:failure reason4:full8:retry in{retry}e");
        Assert.Equal("full", reply.Failure);
        Assert.Equal(TimeSpan.FromMinutes(minutes), reply.RetryIn);
        Assert.False(reply.IsFinal);
    }

    [Fact]
    public void A_refusal_may_be_final()
    {
        AnnounceReply reply = Read("d14:failure reason4:gone8:retry in5:nevere");
        Assert.True(reply.IsFinal);
        Assert.Null(reply.RetryIn);
    }

    [Fact]
    public void A_long_and_coloured_failure_reason_becomes_one_short_safe_line()
    {
        string text = "\u001b[31mno\u0007 <script>\n" + new string('x', 1_000_000);
        AnnounceReply reply = Read($"d14:failure reason{text.Length}:{text}e");
        Assert.InRange(reply.Failure!.Length, 100, AnnounceReplyReader.MaxMessageChars);
        Assert.StartsWith("no script", reply.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain(reply.Failure, char.IsControl);
    }

    [Fact]
    public void A_refusal_without_a_text_is_still_a_refusal() =>
        Assert.NotNull(Read("d14:failure reasoni1ee").Failure);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("<html>404</html>", "no bencoding")]
    [InlineData("le", "no dictionary")]
    [InlineData("d8:interval", "no bencoding")]
    public void What_is_no_reply_is_named_in_a_sentence(string body, string expected)
    {
        Assert.False(AnnounceReplyReader.TryRead(Latin1(body), out AnnounceReply? reply, out string? error));
        Assert.Null(reply);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reply_cut_anywhere_is_refused_and_never_thrown_at()
    {
        byte[] body = Latin1("d8:completei3e8:intervali900e5:peers6:abcdef10:tracker id2:xye");
        for (int length = 0; length < body.Length; length++)
            Assert.False(AnnounceReplyReader.TryRead(body.AsMemory(0, length), out _, out _));
        Assert.True(AnnounceReplyReader.TryRead(body, out _, out _));
    }

    [Fact]
    public void A_huge_tracker_id_is_not_kept() =>
        Assert.Null(Read($"d5:peers0:10:tracker id300:{new string('x', 300)}e").TrackerId);

    private static AnnounceReply Read(string latin1)
    {
        Assert.True(AnnounceReplyReader.TryRead(Latin1(latin1), out AnnounceReply? reply, out string? error), error);
        return reply;
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
