using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.Tracker.Tests;

/// <summary>What connections cost when whoever opens them means no good: a number, and then an end.</summary>
public sealed class HostileConnectionTests
{
    private const string Announce =
        "GET /announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=9&numwant=0 HTTP/1.1\r\n"
        + "Host: x\r\nAccept-Encoding: gzip, br\r\n\r\n";

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_the_others_served()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, MaxConnections = 2 }, Token);
        using TcpClient first = await ConnectAsync(server);
        Assert.Contains("5:peers0:", await AskAsync(first), StringComparison.Ordinal);
        using TcpClient second = await ConnectAsync(server);
        Assert.Contains("5:peers0:", await AskAsync(second), StringComparison.Ordinal);
        using TcpClient third = await ConnectAsync(server);
        await AssertClosedAsync(third);
        Assert.Contains("5:peers0:", await AskAsync(first), StringComparison.Ordinal);
        Assert.Contains("5:peers0:", await AskAsync(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, IdleTimeout = Soon }, Token);
        using TcpClient client = await ConnectAsync(server);
        await AssertClosedAsync(client);
    }

    [Fact]
    public async Task Who_asks_and_asks_and_reads_nothing_is_closed()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, IdleTimeout = Soon }, Token);
        const int small = 4096;
        using var client = new TcpClient { ReceiveBufferSize = small, SendBufferSize = small };
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Token);
        byte[] requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Announce, 100)));
        // The answers find no place, so the tracker reads no further, and then the connection is idle.
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true) await client.GetStream().WriteAsync(requests, Token);
        });
    }

    [Fact]
    public async Task Answers_are_never_packed()
    {
        // Packing makes them longer: what is in them is random.
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        using TcpClient client = await ConnectAsync(server);
        Assert.DoesNotContain("Encoding", await AskAsync(client), StringComparison.OrdinalIgnoreCase);
        string page = await Exchange.RawAsync(
            server.Port, "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n", Token);
        Assert.DoesNotContain("Content-Encoding", page, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<TcpClient> ConnectAsync(TrackerServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Token);
        return client;
    }

    /// <summary>Sends one announce and reads until its answer is there.</summary>
    private static async Task<string> AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Announce), Token);
        byte[] room = new byte[4096];
        int length = 0;
        // The list of peers is the last entry of the dictionary.
        while (!Encoding.Latin1.GetString(room, 0, length).EndsWith("5:peers0:e", StringComparison.Ordinal))
        {
            int read = await client.GetStream().ReadAsync(room.AsMemory(length), Token);
            Assert.NotEqual(0, read);
            length += read;
        }
        return Encoding.Latin1.GetString(room, 0, length);
    }

    private static async Task AssertClosedAsync(TcpClient client)
    {
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Token));
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }
}
