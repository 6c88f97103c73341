using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.TrackerLoad;

/// <summary>
/// Announces over HTTP on connections that stay open: every connection has one request under way, and each answer is
/// read to its end and checked.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    private const int Requests = 4096;

    private readonly Socket[] _connections;
    private readonly byte[][] _requests = new byte[Requests][];
    private readonly long[] _sentAt;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly LoadOptions _options;
    private readonly Random _random = new(1);

    public HttpLoad(LoadOptions options, int port)
    {
        _options = options;
        _connections = new Socket[options.Connections];
        _sentAt = new long[options.Connections];
        for (int i = 0; i < _connections.Length; i++)
        {
            _connections[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
            };
            _connections[i].Connect(new IPEndPoint(IPAddress.Loopback, port));
        }
        byte[] hash = new byte[20];
        for (int i = 0; i < Requests; i++)
        {
            LoadSwarms.WriteHash(_random.Next(options.Swarms), hash);
            int peer = _random.Next(options.Peers);
            string escaped = string.Concat(hash.Select(b => $"%{b:X2}"));
            _requests[i] = Encoding.ASCII.GetBytes(
                $"GET /announce?info_hash={escaped}&peer_id=-XX0000-abcdefghijkl&port={LoadSwarms.PortOf(peer)}"
                + $"&uploaded=0&downloaded=0&left={(LoadSwarms.IsSeed(peer) ? 0 : 1 << 20)}&compact=1"
                + $"&numwant={options.NumWant}&key=0123abcd HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "User-Agent: load/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
        }
    }

    public LoadFigures Run(string server, Func<double> cpu)
    {
        var latency = new LatencyCount();
        long answers = 0, peers = 0, wrong = 0;
        double before = cpu();
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < _options.Seconds)
        {
            for (int i = 0; i < _connections.Length; i++)
            {
                _sentAt[i] = Stopwatch.GetTimestamp();
                _connections[i].Send(_requests[_random.Next(Requests)]);
            }
            for (int i = 0; i < _connections.Length; i++)
            {
                int found = Read(_connections[i]);
                if (found < 0) wrong++;
                else
                {
                    answers++;
                    peers += found;
                    latency.Add(Stopwatch.GetElapsedTime(_sentAt[i]));
                }
            }
        }
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new LoadFigures(server, $"HTTP, {_connections.Length} connections", answers, answers, peers, 0, wrong, 0,
            seconds, cpu() - before, latency);
    }

    public void Dispose()
    {
        foreach (Socket connection in _connections) connection.Dispose();
    }

    /// <summary>Reads one answer.</summary>
    /// <returns>Peers in it, or -1 for one that is not right.</returns>
    private int Read(Socket connection)
    {
        int length = 0;
        while (true)
        {
            int read = connection.Receive(_buffer.AsSpan(length));
            if (read == 0) return -1;
            length += read;
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, length);
            int head = bytes.IndexOf("\r\n\r\n"u8);
            if (head < 0) continue;
            int at = bytes.IndexOf("Content-Length: "u8);
            if (at < 0 || !bytes.StartsWith("HTTP/1.1 200"u8)) return -1;
            int body = Number(bytes[(at + 16)..]);
            if (length < head + 4 + body) continue;
            int peers = bytes.IndexOf("5:peers"u8);
            return peers < 0 || length != head + 4 + body ? -1 : Number(bytes[(peers + 7)..]) / 6;
        }
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') break;
            number = number * 10 + digit - '0';
        }
        return number;
    }
}
