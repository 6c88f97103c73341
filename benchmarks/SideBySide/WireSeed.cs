using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Shoal.Clients;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>
/// A seeder that is a socket of this process with an address of its own, so that one downloader can be given very many
/// of them. It has everything, unchokes everybody and answers requests in order.
/// </summary>
internal sealed class WireSeed : IAsyncDisposable
{
    private const int ReceiveBytes = 64 * 1024;

    private readonly IPAddress _address = LoopbackAddress.Next();
    private readonly CancellationTokenSource _stop = new();
    private readonly TorrentInfo _info;
    private readonly SafeFileHandle _content;
    private readonly int? _rate;
    private readonly Socket _listener;
    private readonly Task _loop;
    private readonly TaskCompletionSource<long> _firstRequest =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="info">The torrent, of one file.</param>
    /// <param name="content">Its file.</param>
    /// <param name="rate">Bytes that a peer gets in a second; null for no limit.</param>
    public WireSeed(TorrentInfo info, string content, int? rate)
    {
        _info = info;
        _rate = rate;
        _content = File.OpenHandle(content);
        _listener = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(_address, 0));
        _listener.Listen();
        _loop = AcceptAsync();
    }

    /// <summary>Ends with the first request, and tells its timestamp by the system's time provider.</summary>
    public Task<long> FirstRequest => _firstRequest.Task;

    /// <summary>Tells the tracker of this seeder.</summary>
    public async Task AnnounceAsync(string tracker, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = DialAsync });
        string escaped = string.Concat(_info.Hashes.Wire.ToArray().Select(b => $"%{b:x2}"));
        int port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        var url = new Uri($"{tracker}?info_hash={escaped}&peer_id=-XX0000-000000000000&port={port}&left=0&compact=1");
        await http.GetByteArrayAsync(url, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _content.Dispose();
        _stop.Dispose();
    }

    // The tracker takes the address from which it is spoken to.
    private async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(_address, 0));
        await socket.ConnectAsync(context.DnsEndPoint, cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task AcceptAsync()
    {
        List<Task> peers = [];
        try
        {
            while (true) peers.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        finally
        {
            await Task.WhenAll(peers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var wire = new WireStream(socket, _info.Geometry, ReceiveBytes);
            var pace = new Pace(_rate);
            if (!await wire.IsGreetedAsync(_stop.Token)) return;
            await wire.GreetAsync(_info.Hashes.Wire, _stop.Token);
            var all = new Bitfield(_info.Geometry.PieceCount);
            all.SetAll();
            PeerMessages.WriteBitfield(wire.Out, all);
            PeerMessages.WriteUnchoke(wire.Out);
            while (true)
            {
                await wire.FlushAsync(_stop.Token);
                if (!await wire.ReceiveAsync(_stop.Token)) return;
                while (wire.TryNext(out PeerMessageId? id, out BlockSpan asked))
                {
                    if (id != PeerMessageId.Request) continue;
                    _firstRequest.TrySetResult(TimeProvider.System.GetTimestamp());
                    Answer(asked, wire.Out);
                    if (_rate is null && wire.Out.Length < MessageBuffer.BurstBytes) continue;
                    await wire.FlushAsync(_stop.Token);
                    await pace.AfterAsync(asked.Length, _stop.Token);
                }
            }
        }
    }

    private void Answer(BlockSpan asked, MessageBuffer answers)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(asked.Length);
        RandomAccess.Read(_content, block.AsSpan(0, asked.Length), _info.Geometry.Offset(asked.Piece) + asked.Begin);
        PeerMessages.WritePiece(answers, asked, block.AsSpan(0, asked.Length));
        ArrayPool<byte>.Shared.Return(block);
    }
}
