using System.Net;
using System.Net.Sockets;
using Shoal.Clients;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>
/// A downloader that is a socket of this process with an address of its own. It asks for blocks, counts them and
/// forgets them.
/// </summary>
/// <param name="info">The torrent.</param>
/// <param name="rate">Bytes that it takes in a second; null takes them as fast as they come.</param>
/// <param name="arrived">Told the bytes of each block.</param>
internal sealed class WireLeecher(TorrentInfo info, int? rate, Action<int> arrived)
{
    // A fast one keeps a MiB under way, as clients do on a short way.
    private const int FastRequests = 64;

    // A slow one keeps under way what it takes in a second, and asks for one more with each block that came: libtorrent
    // does the same with three seconds (request_queue_time), so this is less than it would have.
    private const int LeastSlowRequests = 4;
    private const int FastReceiveBytes = 512 * 1024;

    // What a slow line brings at a time.
    private const int SlowReceiveBytes = PieceGeometry.BlockLength + 64;

    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _window = rate is { } slow
        ? Math.Max(LeastSlowRequests, slow / PieceGeometry.BlockLength)
        : FastRequests;

    private int _next = Random.Shared.Next(info.Geometry.PieceCount);
    private int _block;
    private int _underWay;
    private bool _choked = true;

    /// <summary>Completes when the handshakes are done, or when there will be none.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>Connects, and asks for blocks until it is cancelled or the seeder closes.</summary>
    /// <param name="seeder">Where to.</param>
    /// <param name="start">Nothing is asked for before this has completed.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(IPEndPoint seeder, Task start, CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(seeder.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(LoopbackAddress.Next(), 0));
            await socket.ConnectAsync(seeder, cancel);
            var wire = new WireStream(socket, info.Geometry, rate is null ? FastReceiveBytes : SlowReceiveBytes);
            await wire.GreetAsync(info.Hashes.Wire, cancel);
            if (!await wire.IsGreetedAsync(cancel)) return;
            PeerMessages.WriteInterested(wire.Out);
            await wire.FlushAsync(cancel);
            _greeted.TrySetResult();
            await start.WaitAsync(cancel);
            await LeechAsync(wire, cancel);
        }
        finally
        {
            _greeted.TrySetResult();
        }
    }

    private async Task LeechAsync(WireStream wire, CancellationToken cancel)
    {
        var pace = new Pace(rate);
        do
        {
            int bytes = Take(wire);
            if (bytes > 0) await pace.AfterAsync(bytes, cancel);
            while (!_choked && _underWay < _window) Ask(wire.Out);
            await wire.FlushAsync(cancel);
        }
        while (await wire.ReceiveAsync(cancel));
    }

    private int Take(WireStream wire)
    {
        int bytes = 0;
        while (wire.TryNext(out PeerMessageId? id, out BlockSpan block))
        {
            if (id == PeerMessageId.Unchoke) _choked = false;
            if (id == PeerMessageId.Choke)
            {
                // Without the fast extension a choke takes back all that was asked for.
                _choked = true;
                _underWay = 0;
            }

            if (id != PeerMessageId.Piece) continue;
            _underWay = Math.Max(0, _underWay - 1);
            bytes += block.Length;
            arrived(block.Length);
        }

        return bytes;
    }

    private void Ask(MessageBuffer to)
    {
        PieceIndex piece = info.Geometry.Piece(_next);
        PeerMessages.WriteRequest(to, info.Geometry.Block(piece, _block));
        _underWay++;
        if (++_block < info.Geometry.BlockCount(piece)) return;
        _block = 0;
        _next = (_next + 1) % info.Geometry.PieceCount;
    }
}
