using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>A web server on loopback with files in memory, which answers ranges, or as a test has it lie.</summary>
internal sealed class RangeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _number = -1;

    public RangeServer()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>Files by the path with which they are asked for.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    public ConcurrentQueue<RangeRequest> Requests { get; } = new();

    /// <summary>
    /// Answers in place of the server; false leaves it to the server. After an answer the connection is closed.
    /// </summary>
    public Func<RangeRequest, Stream, CancellationToken, Task<bool>>? Lie { get; set; }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>A server that has what the torrent describes, below its root.</summary>
    public static RangeServer With(TestTorrent torrent)
    {
        var server = new RangeServer();
        string folder = torrent.Info.IsSingleFile ? "/" : $"/{Uri.EscapeDataString(torrent.Info.Name)}/";
        for (int i = 0; i < torrent.Info.Files.Length; i++)
        {
            TorrentFile file = torrent.Info.Files[i];
            if (file.IsPadding || file.Length == 0) continue;
            server.Files[folder + string.Join('/', file.Path.Select(Uri.EscapeDataString))] =
                torrent.FileContent(i).ToArray();
        }
        return server;
    }

    /// <summary>Waits until the test is over.</summary>
    public static Task StandStillAsync(CancellationToken token) => new TaskCompletionSource().Task.WaitAsync(token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed.
        }
        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            NetworkStream stream = client.GetStream();
            while (await ReadHeadAsync(stream) is { } head)
            {
                RangeRequest request = Parse(head, Interlocked.Increment(ref _number));
                Requests.Enqueue(request);
                if (Lie is not null && await Lie(request, stream, _stop.Token)) return;
                await AnswerAsync(request, stream);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The client has gone or the test is over.
        }
    }

    private async Task AnswerAsync(RangeRequest request, NetworkStream stream)
    {
        if (!Files.TryGetValue(request.Target, out byte[]? file))
        {
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
            return;
        }
        await stream.WriteAsync(request.RightHead(file.Length), _stop.Token);
        await stream.WriteAsync(file.AsMemory((int)request.First, request.Length), _stop.Token);
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private static RangeRequest Parse(string head, int number)
    {
        const string Range = "Range: bytes=";
        string target = head.Split(' ')[1];
        int at = head.IndexOf(Range, StringComparison.Ordinal) + Range.Length;
        string[] ends = head[at..head.IndexOf('\r', at)].Split('-');
        return new RangeRequest(head, target, long.Parse(ends[0]), long.Parse(ends[1]), number);
    }
}
