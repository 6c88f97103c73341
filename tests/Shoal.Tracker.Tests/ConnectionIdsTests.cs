using System.Net;
using Shoal.Tracker.Access;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.Tracker.Tests;

public sealed class ConnectionIdsTests
{
    private const long Now = 1_800_000_000;

    private static readonly HostAddress Client = new(IPAddress.Parse("192.0.2.7"));
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    private readonly ConnectionIds _ids = new(new SipHash(Key), TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    [InlineData(63, 0x958a324ceb064572)]
    public void The_hash_gives_the_values_of_its_authors(int length, ulong expected) =>
        Assert.Equal(expected, new SipHash(Key).Of([.. Enumerable.Range(0, length).Select(i => (byte)i)]));

    [Fact]
    public void Three_words_hash_as_their_bytes_do()
    {
        var hash = new SipHash(Key);
        byte[] bytes = [.. BitConverter.GetBytes(1ul), .. BitConverter.GetBytes(2ul), .. BitConverter.GetBytes(3ul)];
        Assert.Equal(hash.Of(bytes), hash.Of(1, 2, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(119)]
    [InlineData(120)]
    [InlineData(-30)]
    public void An_id_is_good_for_two_minutes_also_when_the_clock_of_another_node_is_behind(int seconds) =>
        Assert.Equal(ConnectionStatus.Valid, _ids.Check(_ids.Issue(Client, Now), Client, Now + seconds));

    [Theory]
    [InlineData(121)]
    [InlineData(3600)]
    [InlineData(64_000)]
    public void Later_it_is_known_as_expired(int seconds) =>
        Assert.Equal(ConnectionStatus.Expired, _ids.Check(_ids.Issue(Client, Now), Client, Now + seconds));

    [Fact]
    public void Every_second_around_the_turn_of_the_counter_is_told_right()
    {
        for (long issued = (Now | 0xffff) - 200; issued < (Now | 0xffff) + 200; issued++)
        {
            ulong id = _ids.Issue(Client, issued);
            Assert.Equal(ConnectionStatus.Valid, _ids.Check(id, Client, issued + 100));
            Assert.Equal(ConnectionStatus.Expired, _ids.Check(id, Client, issued + 150));
        }
    }

    [Fact]
    public void Another_address_another_secret_and_any_changed_bit_are_forgeries()
    {
        ulong id = _ids.Issue(Client, Now);
        Assert.Equal(ConnectionStatus.Forged, _ids.Check(id, new HostAddress(IPAddress.Parse("192.0.2.8")), Now));
        Assert.Equal(ConnectionStatus.Forged, _ids.Check(id, new HostAddress(IPAddress.Parse("2001:db8::7")), Now));
        var others = new ConnectionIds(new SipHash([.. Key.Reverse()]), TimeSpan.FromMinutes(2));
        Assert.Equal(ConnectionStatus.Forged, others.Check(id, Client, Now));
        for (int bit = 0; bit < 64; bit++)
            Assert.Equal(ConnectionStatus.Forged, _ids.Check(id ^ 1ul << bit, Client, Now));
        Assert.Equal(ConnectionStatus.Forged, _ids.Check(0, Client, Now));
    }

    [Fact]
    public void A_node_with_the_same_secret_takes_the_id_of_another()
    {
        var other = new ConnectionIds(new SipHash(Key), TimeSpan.FromMinutes(2));
        Assert.Equal(ConnectionStatus.Valid, other.Check(_ids.Issue(Client, Now), Client, Now + 60));
    }
}
