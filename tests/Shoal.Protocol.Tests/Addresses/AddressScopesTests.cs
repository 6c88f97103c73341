using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Protocol.Tests.Addresses;

public sealed class AddressScopesTests
{
    [Theory]
    [InlineData("0.0.0.0", AddressScope.Unusable)]
    [InlineData("0.1.2.3", AddressScope.Unusable)]
    [InlineData("224.0.0.1", AddressScope.Unusable)]
    [InlineData("240.0.0.1", AddressScope.Unusable)]
    [InlineData("255.255.255.255", AddressScope.Unusable)]
    [InlineData("192.0.0.8", AddressScope.Unusable)]
    [InlineData("127.0.0.1", AddressScope.Loopback)]
    [InlineData("127.255.0.1", AddressScope.Loopback)]
    [InlineData("169.254.169.254", AddressScope.LinkLocal)]
    [InlineData("10.1.2.3", AddressScope.Private)]
    [InlineData("172.16.0.1", AddressScope.Private)]
    [InlineData("172.31.255.255", AddressScope.Private)]
    [InlineData("192.168.0.1", AddressScope.Private)]
    [InlineData("100.64.0.1", AddressScope.Private)]
    [InlineData("100.127.255.255", AddressScope.Private)]
    [InlineData("198.19.0.1", AddressScope.Private)]
    [InlineData("100.63.255.255", AddressScope.Global)]
    [InlineData("100.128.0.0", AddressScope.Global)]
    [InlineData("172.32.0.1", AddressScope.Global)]
    [InlineData("169.253.0.1", AddressScope.Global)]
    [InlineData("192.167.0.1", AddressScope.Global)]
    [InlineData("223.255.255.1", AddressScope.Global)]
    [InlineData("8.8.8.8", AddressScope.Global)]
    public void IPv4_addresses_have_the_scope_of_their_block(string address, AddressScope expected)
    {
        Assert.Equal(expected, IPAddress.Parse(address).Scope());
        Assert.Equal(expected, IPAddress.Parse(address).MapToIPv6().Scope());
    }

    [Theory]
    [InlineData("::", AddressScope.Unusable)]
    [InlineData("::7f00:1", AddressScope.Unusable)]
    [InlineData("ff02::1", AddressScope.Unusable)]
    [InlineData("fe00::1", AddressScope.Unusable)]
    [InlineData("::1", AddressScope.Loopback)]
    [InlineData("fe80::1", AddressScope.LinkLocal)]
    [InlineData("febf::1", AddressScope.LinkLocal)]
    [InlineData("fec0::1", AddressScope.Private)]
    [InlineData("fc00::1", AddressScope.Private)]
    [InlineData("fdff::1", AddressScope.Private)]
    [InlineData("2001:db8::1", AddressScope.Global)]
    [InlineData("64:ff9b::808:808", AddressScope.Global)]
    [InlineData("64:ff9b::7f00:1", AddressScope.Unusable)]
    [InlineData("64:ff9b::a00:1", AddressScope.Unusable)]
    [InlineData("64:ff9b:1::7f00:1", AddressScope.Private)]
    [InlineData("2002:7f00:1::", AddressScope.Unusable)]
    [InlineData("2002:808:808::1", AddressScope.Global)]
    public void IPv6_addresses_have_the_scope_of_their_block(string address, AddressScope expected) =>
        Assert.Equal(expected, IPAddress.Parse(address).Scope());

    [Fact]
    public void A_mapped_address_is_normalised_to_the_address_that_it_maps()
    {
        var mapped = new IPEndPoint(IPAddress.Parse("::ffff:1.2.3.4"), 5);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 5), mapped.Normalised());
        IPAddress plain = IPAddress.Parse("2001:db8::1");
        Assert.Same(plain, plain.Normalised());
    }
}
