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
/// <param name="rate">Bytes that it asks for in a second; null asks as fast as they come.</param>
/// <param name="arrived">Told the bytes of each block.</param>
internal sealed class WireLeecher(TorrentInfo info, int? rate, Action<int> arrived)
{
    // A fast one keeps a MiB under way, as clients do on a short way; a slow one the next block.
    private const int FastRequests = 64;
    private const int SlowRequests = 1;
    private const int ReceiveBytes = 512 * 1024;

    private readonly int _window = rate is null ? FastRequests : SlowRequests;
    private int _next = Random.Shared.Next(info.Geometry.PieceCount);
    private int _block;
    private int _underWay;
    private bool _choked = true;

    /// <summary>Runs until it is cancelled or the seeder closes.</summary>
    public async Task RunAsync(IPEndPoint seeder, CancellationToken cancel)
    {
        using var socket = new Socket(seeder.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(LoopbackAddress.Next(), 0));
        await socket.ConnectAsync(seeder, cancel);
        var wire = new WireStream(socket, info.Geometry, ReceiveBytes);
        var pace = new Pace(rate);
        await wire.GreetAsync(info.Hashes.Wire, cancel);
        if (!await wire.IsGreetedAsync(cancel)) return;
        PeerMessages.WriteInterested(wire.Out);
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
