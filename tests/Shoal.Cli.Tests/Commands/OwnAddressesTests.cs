using System.Net;
using Shoal.Cli.Commands;

namespace Shoal.Cli.Tests.Commands;

public sealed class OwnAddressesTests
{
    private static readonly OwnAddress Loopback = new(IPAddress.Loopback, LeadsOut: false);
    private static readonly OwnAddress Lan = new(IPAddress.Parse("192.0.2.7"), LeadsOut: true);
    private static readonly OwnAddress Lan6 = new(IPAddress.Parse("2001:db8::7"), LeadsOut: true);
    private static readonly OwnAddress Bridge = new(IPAddress.Parse("172.17.0.1"), LeadsOut: false);
    private static readonly OwnAddress LinkLocal = new(IPAddress.Parse("fe80::1"), LeadsOut: true);
    private static readonly OwnAddress SelfGiven = new(IPAddress.Parse("169.254.3.4"), LeadsOut: true);

    [Fact]
    public void Addresses_that_lead_out_are_taken_and_ipv4_comes_first() =>
        Assert.Equal([Lan.Address, Lan6.Address], Reach(null, Loopback, Bridge, Lan6, LinkLocal, SelfGiven, Lan));

    [Fact]
    public void Without_a_way_out_every_reachable_address_is_taken() =>
        Assert.Equal([Bridge.Address], Reach(null, Loopback, Bridge, LinkLocal));

    [Fact]
    public void A_machine_without_network_has_its_loopback() =>
        Assert.Equal([IPAddress.Loopback], Reach(null, Loopback, LinkLocal));

    [Fact]
    public void The_address_that_is_listened_on_is_the_only_one() =>
        Assert.Equal([IPAddress.Loopback], Reach(IPAddress.Loopback, Lan, Loopback));

    [Fact]
    public void All_ipv4_addresses_have_no_ipv6_among_them() =>
        Assert.Equal([Lan.Address], Reach(IPAddress.Any, Lan6, Lan));

    [Fact]
    public void A_link_has_a_few_addresses_at_the_most()
    {
        IEnumerable<IPAddress> many = Enumerable.Range(1, 9).Select(i => IPAddress.Parse($"192.0.2.{i}"));
        Assert.Equal(3, Reach(null, [.. many.Select(a => new OwnAddress(a, LeadsOut: true))]).Length);
    }

    private static IPAddress[] Reach(IPAddress? bind, params OwnAddress[] all) =>
        [.. OwnAddresses.Reachable(bind, all)];
}
