using System.Net;
using System.Text;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class PexMessageTests
{
    private static PexMessage Read(byte[] message)
    {
        Assert.True(PexMessage.TryRead(message, out PexMessage? result));
        return result;
    }

    private static byte[] Dictionary(params (string Key, byte[] Value)[] entries)
    {
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        foreach ((string key, byte[] value) in entries) writer.Pair(Encoding.ASCII.GetBytes(key), value);
        writer.End();
        return writer.ToArray();
    }

    private static byte[] MessageOf(IReadOnlyList<PexPeer> added, IReadOnlyList<IPEndPoint> dropped, bool isFirst)
    {
        byte[] bytes = Written(b => PexMessage.Write(b, 1, added, dropped, isFirst));
        PeerFrame.TryRead(bytes, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out _);
        Assert.True(frame.TryReadExtended(out byte id, out ReadOnlySpan<byte> message));
        Assert.Equal(1, id);
        return message.ToArray();
    }

    private static PexPeer[] Peers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new PexPeer(new IPEndPoint(0x01020304 + i, 1 + i), (PexFlags)i))];

    [Fact]
    public void Peers_of_both_families_keep_their_flags()
    {
        PexPeer[] added =
        [
            new(IPEndPoint.Parse("[2001:db8::1]:1"), PexFlags.UploadOnly),
            new(IPEndPoint.Parse("1.2.3.4:2"), PexFlags.SupportsUtp | PexFlags.Reachable),
            new(IPEndPoint.Parse("[2001:db8::2]:3"), PexFlags.SupportsHolepunch),
            new(IPEndPoint.Parse("5.6.7.8:4"), PexFlags.PrefersEncryption),
        ];
        IPEndPoint[] dropped = [IPEndPoint.Parse("9.9.9.9:9"), IPEndPoint.Parse("[2001:db8::9]:9")];
        byte[] message = MessageOf(added, dropped, isFirst: false);
        Assert.True(BencodeDocument.TryParse(message, BencodeLimits.Datagram, out BencodeDocument? document, out _));
        Assert.True(document.IsCanonical);
        PexMessage read = Read(message);
        Assert.Equal(added.Order(Comparer<PexPeer>.Create((a, b) => a.EndPoint.Port - b.EndPoint.Port)), read.Added
            .Order(Comparer<PexPeer>.Create((a, b) => a.EndPoint.Port - b.EndPoint.Port)));
        Assert.Equal(dropped, read.Dropped);
    }

    [Fact]
    public void A_message_brings_fifty_and_the_first_a_hundred()
    {
        PexPeer[] peers = Peers(300);
        IPEndPoint[] gone = [.. peers.Select(p => p.EndPoint)];
        PexMessage usual = Read(MessageOf(peers, gone, isFirst: false));
        Assert.Equal((50, 50), (usual.Added.Count, usual.Dropped.Count));
        PexMessage first = Read(MessageOf(peers, gone, isFirst: true));
        Assert.Equal((100, 100), (first.Added.Count, first.Dropped.Count));
        Assert.Equal(peers.Take(100), first.Added);
    }

    [Fact]
    public void No_more_than_a_hundred_of_each_kind_are_read()
    {
        byte[] four = Enumerable.Repeat((byte)1, 6 * 20_000).ToArray();
        byte[] six = Enumerable.Repeat((byte)1, 18 * 5000).ToArray();
        PexMessage read = Read(Dictionary(("added", four), ("added6", six), ("dropped", four), ("dropped6", six)));
        Assert.Equal((100, 100), (read.Added.Count, read.Dropped.Count));
        byte[] fewer = four[..(6 * 70)];
        read = Read(Dictionary(("added", fewer), ("added6", six), ("dropped", fewer), ("dropped6", six)));
        Assert.Equal((100, 100), (read.Added.Count, read.Dropped.Count));
    }

    [Fact]
    public void Flags_that_are_missing_are_none_and_stay_with_their_peer()
    {
        byte[] list = Bytes("01010101 0001 02020202 0000 03030303 0003 04040404 0004");
        PexMessage read = Read(Dictionary(("added", list), ("added.f", [1, 2, 4])));
        Assert.Equal(
            ["1.1.1.1:1 PrefersEncryption", "3.3.3.3:3 SupportsUtp", "4.4.4.4:4 None"],
            read.Added.Select(p => $"{p.EndPoint} {p.Flags}"));
    }

    [Fact]
    public void Ragged_lists_give_their_whole_entries()
    {
        PexMessage read = Read(Dictionary(("added", new byte[] { 1, 1, 1, 1, 0, 1, 2 }), ("dropped6", new byte[17])));
        Assert.Single(read.Added);
        Assert.Empty(read.Dropped);
    }

    [Theory]
    [InlineData("de")]
    [InlineData("d5:addedi1e7:added.fle7:droppeddee")]
    public void Lists_that_are_missing_or_of_the_wrong_kind_are_empty(string text)
    {
        PexMessage read = Read(Encoding.ASCII.GetBytes(text));
        Assert.Empty(read.Added);
        Assert.Empty(read.Dropped);
    }

    [Theory]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("d5:added6:1234")]
    public void What_is_no_dictionary_is_refused(string text) =>
        Assert.False(PexMessage.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_message_over_the_limit_is_refused_unseen()
    {
        byte[] large = Dictionary(("added", new byte[PexMessage.MaxBytes]));
        Assert.InRange(Allocations.Least(() => Assert.False(PexMessage.TryRead(large, out _))), 0, 1000);
    }
}
