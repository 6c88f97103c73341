using System.Text;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class HandshakeTests
{
    private static readonly Handshake Sample = new(
        new ReservedBits { SupportsExtensions = true, SupportsFast = true, SupportsDht = true }, Hash, Peer);

    private static byte[] SampleBytes => Written(Sample.Write);

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        string expected = "13" + Convert.ToHexStringLower("BitTorrent protocol"u8) + "0000000000100005"
            + string.Concat(Enumerable.Repeat("aa", 20)) + Convert.ToHexStringLower("-SH0100-abcdefghijkl"u8);
        Assert.Equal(expected, Convert.ToHexStringLower(SampleBytes));
    }

    [Fact]
    public void Every_prefix_needs_more_and_the_whole_is_what_was_written()
    {
        byte[] bytes = SampleBytes;
        for (int length = 0; length < Handshake.Length; length++)
            Assert.Equal(HandshakeStatus.NeedMore, Handshake.TryRead(bytes.AsSpan(0, length), out _));
        Assert.Equal(HandshakeStatus.Ok, Handshake.TryRead(bytes, out Handshake read));
        Assert.Equal(Sample, read);
    }

    [Fact]
    public void What_follows_a_handshake_is_not_its_business()
    {
        Assert.Equal(HandshakeStatus.Ok, Handshake.TryRead([.. SampleBytes, 1, 2, 3], out Handshake read));
        Assert.Equal(Sample, read);
    }

    [Fact]
    public void A_wrong_byte_in_the_magic_is_refused_as_soon_as_it_is_there()
    {
        for (int at = 0; at < 20; at++)
        {
            byte[] bytes = SampleBytes;
            bytes[at] ^= 0x20;
            for (int length = 0; length <= bytes.Length; length++)
            {
                HandshakeStatus expected = length <= at ? HandshakeStatus.NeedMore : HandshakeStatus.Bad;
                Assert.Equal(expected, Handshake.TryRead(bytes.AsSpan(0, length), out _));
            }
        }
    }

    [Theory]
    [InlineData("\u0012BitTorrent protocol")]
    [InlineData("\u00ffBitTorrent protocol")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000")]
    [InlineData("\u0013BitTorrent protocoL")]
    public void Other_protocols_are_refused(string first) =>
        Assert.Equal(HandshakeStatus.Bad, Handshake.TryRead(Encoding.Latin1.GetBytes(first), out _));

    [Fact]
    public void The_torrent_is_known_before_the_peer_id_arrives()
    {
        byte[] bytes = SampleBytes;
        Assert.Equal(
            HandshakeStatus.NeedMore,
            Handshake.TryReadPrefix(bytes.AsSpan(0, Handshake.PrefixLength - 1), out _, out _));
        ReadOnlySpan<byte> prefix = bytes.AsSpan(0, Handshake.PrefixLength);
        Assert.Equal(
            HandshakeStatus.Ok, Handshake.TryReadPrefix(prefix, out ReservedBits reserved, out InfoHash hash));
        Assert.Equal(Sample.Reserved, reserved);
        Assert.Equal(Hash, hash);
    }

    [Theory]
    [InlineData(0x0000000000100000UL, true, false, false, false)]
    [InlineData(0x0000000000000004UL, false, true, false, false)]
    [InlineData(0x0000000000000001UL, false, false, true, false)]
    [InlineData(0x0000000000000010UL, false, false, false, true)]
    [InlineData(0xffffffffffefffeaUL, false, false, false, false)]
    public void Each_ability_is_one_bit(ulong bits, bool extensions, bool fast, bool dht, bool upgrade)
    {
        var reserved = new ReservedBits(bits);
        Assert.Equal(extensions, reserved.SupportsExtensions);
        Assert.Equal(fast, reserved.SupportsFast);
        Assert.Equal(dht, reserved.SupportsDht);
        Assert.Equal(upgrade, reserved.SupportsV2Upgrade);
    }

    [Fact]
    public void An_ability_can_be_switched_without_touching_the_others()
    {
        var all = new ReservedBits(ulong.MaxValue);
        Assert.Equal(ulong.MaxValue ^ 0x10, (all with { SupportsV2Upgrade = false }).Bits);
        Assert.Equal(ulong.MaxValue, (all with { SupportsV2Upgrade = true }).Bits);
    }
}
