using System.Net;
using Shoal.Cli.Parsing;

namespace Shoal.Cli.Tests.Parsing;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("example.org:6881", "example.org", 6881)]
    [InlineData("192.0.2.7:1", "192.0.2.7", 1)]
    [InlineData("[2001:db8::1]:65535", "2001:db8::1", 65535)]
    [InlineData("localhost:80", "localhost", 80)]
    public void Names_and_addresses_are_read_with_their_port(string text, string host, int port)
    {
        Assert.True(HostPort.TryParse(text, out DnsEndPoint? value, out _));
        Assert.Equal((host, port), (value.Host, value.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("2001:db8::1:6881")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[192.0.2.7]:80")]
    [InlineData("[::1:80")]
    [InlineData("ho st:80")]
    [InlineData("host/path:80")]
    public void What_is_no_address_is_refused(string text) => Assert.False(HostPort.TryParse(text, out _, out _));

    [Fact]
    public void A_host_name_longer_than_dns_allows_is_refused() =>
        Assert.False(HostPort.TryParse(string.Join('.', Enumerable.Repeat("abcdefghi", 26)) + ":80", out _, out _));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    public void Addresses_to_listen_on_are_numbers(string text, string address)
    {
        Assert.True(HostPort.TryAddress(text, out IPAddress? value, out _));
        Assert.Equal(IPAddress.Parse(address), value);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("eth0")]
    [InlineData("1.2.3.4.5")]
    public void What_is_no_address_to_listen_on_is_refused(string text) =>
        Assert.False(HostPort.TryAddress(text, out _, out _));

    [Theory]
    [InlineData("0", true)]
    [InlineData("65535", true)]
    [InlineData("65536", false)]
    [InlineData("-1", false)]
    public void A_port_to_listen_on_may_be_zero(string text, bool valid) =>
        Assert.Equal(valid, HostPort.TryListenPort(text, out _, out _));
}
