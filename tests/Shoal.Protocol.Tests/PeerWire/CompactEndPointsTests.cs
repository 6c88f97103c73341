using System.Net;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class CompactEndPointsTests
{
    [Fact]
    public void Entries_of_both_families_read()
    {
        var found = new List<IPEndPoint>();
        Assert.Equal(2, CompactEndPoints.ReadV4(Bytes("01020304 1ae1 7f000001 0001"), 10, found));
        Assert.Equal(1, CompactEndPoints.ReadV6(Bytes("20010db8000000000000000000000001 1ae1"), 10, found));
        Assert.Equal(["1.2.3.4:6881", "127.0.0.1:1", "[2001:db8::1]:6881"], found.Select(e => e.ToString()));
    }

    [Fact]
    public void Only_whole_entries_count()
    {
        byte[] list = Bytes("01020304 1ae1 05060708 1ae2 090a0b0c 1a");
        for (int length = 0; length <= list.Length; length++)
            Assert.Equal(length / 6, CompactEndPoints.ReadV4(list.AsSpan(0, length), 10, new List<IPEndPoint>()));
    }

    [Fact]
    public void Port_zero_is_left_out_but_counts_against_the_cap()
    {
        var found = new List<IPEndPoint>();
        byte[] list = Bytes("01020304 0000 05060708 0001 05060708 0002");
        Assert.Equal(1, CompactEndPoints.ReadV4(list, 2, found));
        Assert.Equal("5.6.7.8:1", Assert.Single(found).ToString());
        Assert.Equal(0, CompactEndPoints.ReadV4(list, 0, found));
    }

    [Fact]
    public void An_ipv4_address_in_ipv6_clothes_is_ipv4()
    {
        var found = new List<IPEndPoint>();
        CompactEndPoints.ReadV6(Bytes("00000000000000000000ffff01020304 1ae1"), 1, found);
        Assert.Equal("1.2.3.4:6881", Assert.Single(found).ToString());
        byte[] entry = new byte[18];
        var mapped = new IPEndPoint(IPAddress.Parse("::ffff:1.2.3.4"), 6881);
        Assert.Equal(6, CompactEndPoints.LengthOf(mapped));
        Assert.Equal(6, CompactEndPoints.Write(mapped, entry));
        Assert.Equal("010203041ae1", Convert.ToHexStringLower(entry.AsSpan(0, 6)));
    }

    [Theory]
    [InlineData("1.2.3.4:6881")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[2001:db8::1]:1")]
    public void What_is_written_reads_back(string text)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(text);
        byte[] entry = new byte[CompactEndPoints.LengthOf(endPoint)];
        Assert.Equal(entry.Length, CompactEndPoints.Write(endPoint, entry));
        Assert.True(CompactEndPoints.TryReadOne(entry, out IPEndPoint? read));
        Assert.Equal(endPoint, read);
        Assert.Throws<ArgumentException>(() => CompactEndPoints.Write(endPoint, new byte[entry.Length - 1]));
    }

    [Fact]
    public void One_entry_must_have_exactly_its_size()
    {
        for (int length = 0; length < 30; length++)
        {
            byte[] entry = Enumerable.Repeat((byte)1, length).ToArray();
            Assert.Equal(length is 6 or 18, CompactEndPoints.TryReadOne(entry, out _));
        }
    }
}
