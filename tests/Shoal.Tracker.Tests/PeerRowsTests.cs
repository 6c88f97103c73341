using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Tests;

public sealed class PeerRowsTests
{
    private readonly Random _random = new(1);

    [Fact]
    public void Rows_keep_address_port_and_minute_and_write_them_as_the_wire_has_them()
    {
        byte[] wire = new byte[18];
        PeerRow4 four = new PeerRow4(IPAddress.Parse("1.2.3.4"), 0x1ae1).At(65535);
        four.WriteWire(wire);
        Assert.Equal([1, 2, 3, 4, 0x1a, 0xe1], wire[..6]);
        Assert.Equal(65535, four.Minute);
        Assert.True(four.IsSamePeer(four.At(3)));
        Assert.False(four.IsSamePeer(new PeerRow4(IPAddress.Parse("1.2.3.4"), 1)));
        Assert.True(four.IsSameHost(new PeerRow4(IPAddress.Parse("1.2.3.4"), 1)));
        Assert.True(new PeerRow4(IPAddress.Parse("127.9.9.9"), 1).IsLoopback);
        Assert.True(new PeerRow4(IPAddress.Parse("169.254.9.9"), 1).IsLinkLocal);
        Assert.False(four.IsLoopback || four.IsLinkLocal);

        PeerRow6 six = new PeerRow6(IPAddress.Parse("2001:db8::9"), 0x1ae1).At(7);
        six.WriteWire(wire);
        Assert.Equal(IPAddress.Parse("2001:db8::9").GetAddressBytes(), wire[..16]);
        Assert.Equal([0x1a, 0xe1], wire[16..]);
        Assert.Equal(7, six.Minute);
        Assert.True(six.IsSameHost(new PeerRow6(IPAddress.Parse("2001:db8::ffff"), 1)));
        Assert.False(six.IsSamePeer(new PeerRow6(IPAddress.Parse("2001:db8::8"), 0x1ae1)));
        Assert.True(new PeerRow6(IPAddress.IPv6Loopback, 1).IsLoopback);
        Assert.True(new PeerRow6(IPAddress.Parse("febf::1"), 1).IsLinkLocal);
        Assert.False(six.IsLoopback || six.IsLinkLocal);
    }

    [Fact]
    public void A_row_has_eight_and_twenty_bytes()
    {
        Assert.Equal(8, System.Runtime.CompilerServices.Unsafe.SizeOf<PeerRow4>());
        Assert.Equal(20, System.Runtime.CompilerServices.Unsafe.SizeOf<PeerRow6>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_mix_of_adding_changing_and_removing_agrees_with_a_dictionary(int seed)
    {
        var random = new Random(seed);
        var rows = new PeerRows<PeerRow4>();
        var model = new Dictionary<ushort, (bool IsSeed, ushort Minute)>();
        for (int step = 0; step < 5000; step++)
        {
            ushort port = (ushort)random.Next(1, 60);
            PeerRow4 row = Row(port);
            bool isSeed = random.Next(2) == 0;
            ushort minute = (ushort)(step / 50);
            int at = rows.Find(row);
            Assert.Equal(model.ContainsKey(port), at >= 0);
            if (at >= 0 && random.Next(3) == 0)
            {
                rows.RemoveAt(at);
                model.Remove(port);
            }
            else
            {
                if (at >= 0) rows.Refresh(at, minute, isSeed);
                else rows.Add(row.At(minute), isSeed);
                model[port] = (isSeed, minute);
            }
            if (step % 100 == 99)
            {
                rows.Expire(minute, 1);
                foreach ((ushort key, _) in model.Where(p => minute - p.Value.Minute > 1).ToList()) model.Remove(key);
            }
            Assert.Equal(model.Count, rows.Count);
            Assert.Equal(model.Values.Count(v => v.IsSeed), rows.Seeds);
        }
        foreach ((ushort port, (bool isSeed, _)) in model) Assert.Equal(isSeed, rows.IsSeed(rows.Find(Row(port))));
    }

    [Fact]
    public void Every_peer_of_a_part_is_chosen_equally_often_and_the_requester_never()
    {
        PeerRows<PeerRow4> rows = Filled(seeds: 40, leeches: 60);
        int self = rows.Find(Row(70));
        int[] counts = new int[101];
        const int Rounds = 20_000;
        for (int i = 0; i < Rounds; i++)
            foreach (int port in Select(rows, 20, self))
                counts[port]++;
        Assert.Equal(0, counts[70]);
        for (int port = 1; port <= 100; port++)
        {
            if (port == 70) continue;
            double expected = Rounds * (port <= 40 ? 10 / 40.0 : 10 / 59.0);
            Assert.InRange(counts[port], expected * 0.9, expected * 1.1);
        }
    }

    [Theory]
    [InlineData(40, 60, 20, 10, 10)]
    [InlineData(3, 60, 20, 3, 17)]
    [InlineData(60, 4, 20, 17, 3)]
    [InlineData(2, 3, 20, 2, 2)]
    [InlineData(0, 1, 20, 0, 0)]
    [InlineData(5, 5, 0, 0, 0)]
    [InlineData(5, 5, 1, 1, 0)]
    public void A_leech_gets_a_mix_without_repetition(
        int seeds, int leeches, int wanted, int fromSeeds, int fromLeeches)
    {
        PeerRows<PeerRow4> rows = Filled(seeds, leeches);
        List<int> ports = Select(rows, wanted, rows.Find(Row((ushort)(seeds + leeches))));
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.Equal((fromSeeds, fromLeeches), (ports.Count(p => p <= seeds), ports.Count(p => p > seeds)));
    }

    [Fact]
    public void A_seed_gets_leeches_only()
    {
        PeerRows<PeerRow4> rows = Filled(30, 5);
        List<int> ports = Select(rows, 20, rows.Find(Row(3)), forSeed: true);
        Assert.Equal([31, 32, 33, 34, 35], ports.Order());
    }

    [Fact]
    public void Loopback_and_link_local_peers_are_for_their_neighbours()
    {
        var rows = new PeerRows<PeerRow4>();
        rows.Add(new PeerRow4(IPAddress.Parse("127.0.0.1"), 1), isSeed: false);
        rows.Add(new PeerRow4(IPAddress.Parse("169.254.0.1"), 2), isSeed: false);
        rows.Add(new PeerRow4(IPAddress.Parse("10.0.0.1"), 3), isSeed: false);
        Assert.Equal([1, 2, 3], Select(rows, 9, -1, scope: AddressScope.Loopback).Order());
        Assert.Equal([2, 3], Select(rows, 9, -1, scope: AddressScope.Private).Order());
        Assert.Equal([3], Select(rows, 9, -1, scope: AddressScope.Global));
    }

    private static PeerRow4 Row(ushort port) => new(IPAddress.Parse("10.0.0.1"), port);

    private static PeerRows<PeerRow4> Filled(int seeds, int leeches)
    {
        var rows = new PeerRows<PeerRow4>();
        for (int port = seeds + leeches; port > 0; port--) rows.Add(Row((ushort)port), port <= seeds);
        return rows;
    }

    private List<int> Select(PeerRows<PeerRow4> rows, int wanted, int self, bool forSeed = false,
        AddressScope scope = AddressScope.Loopback)
    {
        byte[] wire = new byte[wanted * 6];
        int written = rows.Select(wire, wanted, self, forSeed, scope, _random);
        var ports = new List<int>();
        for (int i = 0; i < written; i += 6) ports.Add(wire[i + 4] << 8 | wire[i + 5]);
        return ports;
    }
}
