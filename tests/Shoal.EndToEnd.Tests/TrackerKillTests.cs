using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>A tracker that dies without a word and is started again: its clients notice nothing.</summary>
public sealed class TrackerKillTests : IDisposable
{
    private const string Hash = "info_hash=aaaaaaaaaaaaaaaaaaaa";

    private readonly TemporaryFolder _home = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly int _port = FreePort.Next();

    public void Dispose()
    {
        _http.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task Peers_counts_and_connection_ids_outlive_kill_9()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        byte[] announce;
        await using (ClientProcess first = await StartAsync(deadline))
        {
            await AnnounceAsync(1, left: 0, deadline);
            await AnnounceAsync(2, left: 5, deadline);
            await AnnounceAsync(2, left: 0, deadline);
            await AnnounceAsync(3, left: 5, deadline);
            announce = UdpAnnounce((await AskAsync(UdpConnect(), deadline))[8..16]);
            // Of two snapshots that appear from now on, the second was begun after what was just told.
            for (int i = 0; i < 2; i++)
            {
                File.Delete(Snapshot);
                await Eventually.HoldsAsync(() => File.Exists(Snapshot), deadline, "a snapshot");
            }
            first.Kill();
            await first.ExitAsync(deadline);
        }
        await using ClientProcess second = await StartAsync(deadline);
        string scrape = Encoding.Latin1.GetString(
            await _http.GetByteArrayAsync(new Uri($"http://127.0.0.1:{_port}/scrape?{Hash}"), deadline));
        Assert.Contains("8:completei2e10:downloadedi1e", scrape, StringComparison.Ordinal);
        Assert.Contains("10:incompletei1e", scrape, StringComparison.Ordinal);
        byte[] reply = await AskAsync(announce, deadline);
        Assert.Equal([0, 0, 0, 1], reply[..4]);
        Assert.Equal(20 + 6 * 3, reply.Length);
    }

    private string Snapshot => _home.File("data/swarms.snapshot");

    private async Task<ClientProcess> StartAsync(CancellationToken deadline)
    {
        ClientProcess tracker = ProgramRun.Start(_home, "tracker", "--bind", "127.0.0.1", "--port", $"{_port}",
            "--data", _home.File("data"), "--snapshot-interval", "1s", "--json-lines");
        await tracker.LineAsync(l => l.Contains("\"tracker_started\"", StringComparison.Ordinal), deadline);
        return tracker;
    }

    private async Task AnnounceAsync(int port, int left, CancellationToken deadline) => await _http.GetByteArrayAsync(
        new Uri($"http://127.0.0.1:{_port}/announce?{Hash}&peer_id=bbbbbbbbbbbbbbbbbbbb&port={port}&left={left}"),
        deadline);

    private async Task<byte[]> AskAsync(byte[] request, CancellationToken deadline)
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, _port);
        await client.SendAsync(request, deadline);
        return (await client.ReceiveAsync(deadline)).Buffer;
    }

    // BEP 15: the magic number, action 0, a transaction id.
    private static byte[] UdpConnect() => [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 1, 2, 3, 4];

    // BEP 15: connection id, action 1, transaction id, hash, peer id, counters of a leech, 50 peers, port 9.
    private static byte[] UdpAnnounce(byte[] connection) =>
    [
        .. connection, 0, 0, 0, 1, 1, 2, 3, 4, .. "aaaaaaaaaaaaaaaaaaaa"u8, .. "bbbbbbbbbbbbbbbbbbbb"u8,
        .. new byte[8], 0, 0, 0, 0, 0, 0, 0, 5, .. new byte[8], .. new byte[12], 0, 0, 0, 50, 0, 9,
    ];
}
