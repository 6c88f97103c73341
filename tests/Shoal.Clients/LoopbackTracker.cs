using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.Clients;

/// <summary>
/// A tracker of a hundred lines, so that clients can be proven against each other without any of Shoal: HTTP announces
/// with compact answers (BEP 3, BEP 23) over IPv4, for as many torrents as ask.
/// </summary>
public sealed class LoopbackTracker : ITestTracker
{
    // More than any client here sends in a request.
    private const int MaxRequestBytes = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string Torrent, IPEndPoint Peer), bool> _peers = [];
    private readonly Lock _gate = new();
    private readonly Task _loop;

    public LoopbackTracker()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    // libtorrent asks trackers on loopback only where the path is this.
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/announce";

    public Task PeersAsync(TestTorrent torrent, int seeders, int others, CancellationToken cancel) =>
        Eventually.HoldsAsync(
            () => Count(torrent, complete: true) >= seeders && Count(torrent, complete: false) >= others,
            cancel,
            $"{seeders} seeders and {others} others at the tracker");

    /// <summary>Waits until every peer of a torrent has announced that it stops.</summary>
    public Task EmptyAsync(TestTorrent torrent, CancellationToken cancel) => Eventually.HoldsAsync(
        () => Count(torrent, complete: true) + Count(torrent, complete: false) == 0,
        cancel,
        "the last peer to leave the tracker");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private int Count(TestTorrent torrent, bool complete)
    {
        lock (_gate) return _peers.Count(p => p.Value == complete && p.Key.Torrent == torrent.AnnouncedHash);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
            _ = AnswerAsync(socket);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                string? query = await QueryAsync(socket);
                if (query is null) return;
                byte[] body = Announce(query, ((IPEndPoint)socket.RemoteEndPoint!).Address);
                string head = $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n"
                    + "Connection: close\r\n\r\n";
                await socket.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], _stop.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<string?> QueryAsync(Socket socket)
    {
        byte[] request = new byte[MaxRequestBytes];
        for (int length = 0; length < request.Length;)
        {
            int read = await socket.ReceiveAsync(request.AsMemory(length), _stop.Token);
            if (read == 0) return null;
            length += read;
            string text = Encoding.Latin1.GetString(request, 0, length);
            if (!text.Contains("\r\n\r\n", StringComparison.Ordinal)) continue;
            string target = text.Split(' ')[1];
            return target.Contains('?') ? target[(target.IndexOf('?') + 1)..] : "";
        }

        return null;
    }

    private byte[] Announce(string query, IPAddress address)
    {
        var fields = query.Split('&').Select(f => f.Split('=', 2)).Where(f => f.Length == 2)
            .GroupBy(f => f[0]).ToDictionary(g => g.Key, g => g.First()[1]);
        if (!fields.TryGetValue("info_hash", out string? torrent) || !fields.TryGetValue("port", out string? portText))
            return "d14:failure reason15:not an announcee"u8.ToArray();
        byte[] escaped = Encoding.Latin1.GetBytes(torrent);
        torrent = Convert.ToHexStringLower(WebUtility.UrlDecodeToBytes(escaped, 0, escaped.Length));
        var peer = new IPEndPoint(address, int.Parse(portText, CultureInfo.InvariantCulture));
        bool isStopped = fields.GetValueOrDefault("event") == "stopped";
        lock (_gate)
        {
            if (isStopped) _peers.Remove((torrent, peer));
            else _peers[(torrent, peer)] = fields.GetValueOrDefault("left") == "0";
            IPEndPoint[] others = isStopped ? []
                : [.. _peers.Keys.Where(p => p.Torrent == torrent && !p.Peer.Equals(peer)).Select(p => p.Peer)];
            return Answer(others);
        }
    }

    private static byte[] Answer(IPEndPoint[] others)
    {
        byte[] peers = [.. others.SelectMany(p =>
            (byte[])[.. p.Address.GetAddressBytes(), (byte)(p.Port >> 8), (byte)p.Port])];
        string head = $"d8:intervali30e12:min intervali1e5:peers{peers.Length}:";
        return [.. Encoding.ASCII.GetBytes(head), .. peers, (byte)'e'];
    }
}
