using System.Net;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class CanonicalPriorityTests
{
    [Theory]
    [InlineData("123.213.32.10:1", "98.76.54.32:2", 0xec2d7224u)]
    [InlineData("123.213.32.10:1", "123.213.32.234:2", 0x99568189u)]
    public void The_numbers_of_the_specification_come_out(string one, string other, uint expected) =>
        Assert.Equal(expected, CanonicalPriority.Of(IPEndPoint.Parse(one), IPEndPoint.Parse(other)));

    [Theory]
    [InlineData("123.213.32.10:1234", "123.213.32.10:300", "012c04d2")]
    [InlineData("230.12.123.1:1", "230.12.123.3:1", "e60c7b01e60c7b03")]
    [InlineData("230.12.23.1:1", "230.12.123.3:1", "e60c1701e60c7b01")]
    [InlineData("230.120.23.1:1", "230.12.123.3:1", "e60c5101e6781501")]
    [InlineData(
        "[ffff:ffff:ffff:ffff::1]:1", "[ffff:ffff:0:ffff::2]:1",
        "ffffffff000055550000000000000000 ffffffffffff55550000000000000001")]
    [InlineData(
        "[ffff:ffff:ffff:ffff::1]:1", "[ffff:ffff:ffff:00ff::f]:1",
        "ffffffffffff00550000000000000005 ffffffffffffff550000000000000001")]
    [InlineData(
        "[ffff:ffff:ffff:ffff::1]:1", "[ffff:ffff:ffff:ff00::2]:1",
        "ffffffffffffff000000000000000000 ffffffffffffffff0000000000000001")]
    [InlineData(
        "[ffff:ffff:ffff:ffff::f]:1", "[ffff:ffff:ffff:ffff::8]:1",
        "ffffffffffffffff0000000000000000 ffffffffffffffff0000000000000005")]
    public void The_nearer_two_peers_are_the_less_is_masked(string one, string other, string hashed)
    {
        IPEndPoint a = IPEndPoint.Parse(one);
        IPEndPoint b = IPEndPoint.Parse(other);
        Assert.Equal(Crc32C(Bytes(hashed)), CanonicalPriority.Of(a, b));
        Assert.Equal(Crc32C(Bytes(hashed)), CanonicalPriority.Of(b, a));
    }

    [Fact]
    public void Ipv4_in_ipv6_clothes_counts_as_ipv4()
    {
        IPEndPoint plain = IPEndPoint.Parse("123.213.32.10:1");
        IPEndPoint dressed = IPEndPoint.Parse("[::ffff:98.76.54.32]:2");
        Assert.Equal(0xec2d7224u, CanonicalPriority.Of(plain, dressed));
    }

    [Fact]
    public void Two_families_still_give_one_number_for_both_sides()
    {
        IPEndPoint four = IPEndPoint.Parse("1.2.3.4:1");
        IPEndPoint six = IPEndPoint.Parse("[2001:db8::1]:2");
        Assert.Equal(CanonicalPriority.Of(four, six), CanonicalPriority.Of(six, four));
    }

    /// <summary>The checksum bit by bit, so that the processor's instruction is not tested against itself.</summary>
    private static uint Crc32C(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        return ~crc;
    }
}
