using System.Net;
using System.Text;
using Shoal.Tracker.Http;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>What is read on the short way, and whose address counts behind a proxy.</summary>
public sealed class RequestHeadTests
{
    private const string Good =
        "GET /k/announce?a=b?c HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n"
        + "connection:close\r\n\r\nrest";

    [Fact]
    public void A_whole_head_is_read_and_every_shorter_one_is_not_here()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Good);
        int length = bytes.Length - "rest".Length;
        Assert.Equal(RequestHeadStatus.Read, RequestHead.TryRead(bytes, "x-forwarded-for"u8, out RequestHead head));
        Assert.Equal(("/k/announce", "a=b?c", "2.2.2.2"), (Text(head.Path), Text(head.Query), Text(head.ForwardedFor)));
        Assert.Equal((length, false, false), (head.Length, head.KeepsAlive, head.IsOld));
        for (int cut = 0; cut < length; cut++)
            Assert.Equal(RequestHeadStatus.NotHere, RequestHead.TryRead(bytes.AsSpan(0, cut), default, out _));
    }

    [Theory]
    [InlineData("POST /announce HTTP/1.1\r\n\r\n")]
    [InlineData("HEAD /announce HTTP/1.1\r\n\r\n")]
    [InlineData("GET /announce HTTP/2.0\r\n\r\n")]
    [InlineData("GET announce HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://x/announce HTTP/1.1\r\n\r\n")]
    [InlineData("GET /files HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /announce HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("GET /announce HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET /announce HTTP/1.1\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("GET /announce HTTP/1.1\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("GET /announce HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET /announce HTTP/1.1\r\n: empty\r\n\r\n")]
    [InlineData("GET /announce\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    public void Anything_else_is_left_to_the_web_server(string request) => Assert.Equal(
        RequestHeadStatus.NotHere, RequestHead.TryRead(Encoding.ASCII.GetBytes(request), default, out _));

    [Fact]
    public void Heads_past_their_limits_are_left_to_the_web_server()
    {
        string line = $"GET /announce?{new string('a', RequestHead.MaxLineLength)} HTTP/1.1\r\n\r\n";
        string fields = $"GET /announce HTTP/1.1\r\nA: {new string('a', RequestHead.MaxLength)}\r\n\r\n";
        foreach (string request in (string[])[line, fields])
            Assert.Equal(RequestHeadStatus.NotHere,
                RequestHead.TryRead(Encoding.ASCII.GetBytes(request), default, out _));
    }

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "Connection: Close\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: keep-alive\r\n", true)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "CONNECTION:\tKeep-Alive \r\n", true)]
    public void A_connection_lasts_as_its_version_and_header_say(string version, string field, bool lasts)
    {
        byte[] bytes = Encoding.ASCII.GetBytes($"GET /announce {version}\r\n{field}\r\n");
        Assert.Equal(RequestHeadStatus.Read, RequestHead.TryRead(bytes, default, out RequestHead head));
        Assert.Equal(lasts, head.KeepsAlive);
    }

    [Theory]
    [InlineData(null, "", "127.0.0.1", "9.9.9.9", "127.0.0.1")]
    [InlineData("x-real-ip", "", "127.0.0.1", "9.9.9.9", "9.9.9.9")]
    [InlineData("x-real-ip", "", "127.0.0.1", "[2001:db8::1]:443", "2001:db8::1")]
    [InlineData("x-real-ip", "", "127.0.0.1", "9.9.9.9:1234", "9.9.9.9")]
    [InlineData("x-real-ip", "", "127.0.0.1", "::ffff:9.9.9.9", "9.9.9.9")]
    [InlineData("x-real-ip", "", "127.0.0.1", "nonsense", "127.0.0.1")]
    [InlineData("x-real-ip", "", "127.0.0.1", "", "127.0.0.1")]
    [InlineData("x-real-ip", "", "8.8.8.8", "9.9.9.9", "8.8.8.8")]
    [InlineData("x-real-ip", "", "10.0.0.1", "9.9.9.9", "10.0.0.1")]
    [InlineData("x-real-ip", "10.0.0.0/8", "10.0.0.1", "9.9.9.9", "9.9.9.9")]
    [InlineData("x-real-ip", "10.0.0.0/8", "127.0.0.1", "9.9.9.9", "127.0.0.1")]
    public void Only_a_trusted_proxy_tells_whose_request_it_is(
        string? header, string trusted, string source, string told, string expected)
    {
        IPNetwork[] proxies = trusted.Length == 0 ? [] : [IPNetwork.Parse(trusted)];
        var addresses = new ClientAddress(header, proxies);
        HostAddress client = addresses.Of(new HostAddress(IPAddress.Parse(source)), Encoding.ASCII.GetBytes(told));
        Assert.Equal(expected, client.ToString());
    }

    [Theory]
    [InlineData("GET /announce?{0} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 4.4.4.4, 9.9.9.9\r\n"
        + "Connection: close\r\n\r\n")]
    [InlineData("GET http://x/announce?{0} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 4.4.4.4\r\n"
        + "X-Forwarded-For: 5.5.5.5,9.9.9.9\r\nConnection: close\r\n\r\n")]
    public async Task The_last_address_of_the_last_header_is_listed_on_either_way(string request)
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, ProxyHeader = "X-Forwarded-For" },
            TestContext.Current.CancellationToken);
        string answer = await Exchange.RawAsync(server.Port, request.Replace("{0}",
            "info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=9", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        Assert.Contains("external ip4:\u0009\u0009\u0009\u0009", answer, StringComparison.Ordinal);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
