using System.Net;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Peers;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.Encryption;
using Shoal.Storage;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

// What the brain decides, done.
internal sealed partial class TorrentActor : ISwarmPort
{
    private PeerLink? _joining;

    void ISwarmPort.Dial(IPEndPoint endPoint) =>
        _ = DialAsync(endPoint, _brain.OriginOf(endPoint), _brain.IsPlainOnly(endPoint));

    bool ISwarmPort.TakePlace(bool isDial)
    {
        if (!isDial) return _connections.TryTake();
        bool isTaken = _connections.TryDial();
        if (!isTaken) _lackedPlace = true;
        return isTaken;
    }

    void ISwarmPort.ReturnPlace() => _connections.Return();

    int ISwarmPort.PlacesToGive => _connections.Excess;

    void ISwarmPort.Close(PeerSession peer, DisconnectReason reason)
    {
        var link = (PeerLink?)peer.Shell ?? _joining;
        if (link is null) return;
        link.Close();
        link.ReturnPermit();
        link.Session = null;
        if (_links.Remove(link)) _connections.Return();
        EngineLog.Disconnected(_log, peer.Remote, reason);
        _services.Metrics.Disconnected(reason);
        Publish(new PeerDisconnected(peer.Remote, reason.ToString(), peer.DownloadedBytes, peer.UploadedBytes));
        if (link.WebSeed is { } webSeed) OnWebSeedLeft(webSeed, peer, reason);
    }

    void ISwarmPort.HasOutput(PeerSession peer)
    {
        if (peer.Shell is not PeerLink link)
        {
            // The first output of a session comes while it is being made, before anybody else has seen it.
            link = _joining!;
            link.Session = peer;
            peer.Shell = link;
            _links.Add(link);
        }
        QueueOutput(link);
    }

    bool ISwarmPort.HoldsBack(PeerSession peer) => peer.Shell is PeerLink { IsHeldBack: true };

    void ISwarmPort.Store(PeerSession peer, BlockSpan block, int offset)
    {
        _services.Metrics.Downloaded(block.Length);
        // Before the disk has it: it may be done with it before this call ends.
        _inFlight.Arrive(block.Length);
        bool isTaken = _content!.Intake.Accept(
            block.Piece, block.Begin, new SlabSlice(_received.Slab, _received.Offset + offset, block.Length));
        if (!isTaken) Settle(block.Length);
        // Credit is taken in whole blocks and given back in bytes written: what a short block leaves goes back now.
        int unused = PieceGeometry.BlockLength - block.Length;
        if (unused > 0) ReturnCredit(unused);
    }

    int ISwarmPort.TakeCredit(int blocks) =>
        (int)(_inFlight.Take((long)blocks * PieceGeometry.BlockLength, PieceGeometry.BlockLength)
            / PieceGeometry.BlockLength);

    void ISwarmPort.ForceCredit(int blocks) => _inFlight.Force((long)blocks * PieceGeometry.BlockLength);

    void ISwarmPort.ReturnCredit(int blocks) => ReturnCredit((long)blocks * PieceGeometry.BlockLength);

    void ISwarmPort.ForgetPiece(PieceIndex piece) => _content!.Intake.Forget(piece);

    void ISwarmPort.HashBlocks(PieceIndex piece) => ThreadPool.UnsafeQueueUserWorkItem(
        static work => work.Actor.HashBlocksNow(work.Piece), (Actor: this, Piece: piece), preferLocal: false);

    void ISwarmPort.RecheckPiece(PieceIndex piece) => _content!.Intake.Recheck(piece);

    void ISwarmPort.MetadataReceived(ReadOnlyMemory<byte> rawInfo) => OnMetadata(rawInfo);

    void ISwarmPort.WantPeers() => _announcer?.NeedPeers();

    void ISwarmPort.ToldOwnAddress(PeerSession peer, IPAddress address)
    {
        if (_services.OwnAddresses.Vote(peer.Remote.Address, address)) _services.OwnAddressIsKnown();
    }

    void ISwarmPort.PeerJoined(PeerSession peer)
    {
        NoteLocalAddress(peer);
        EngineLog.Connected(_log, peer.Remote, peer.IsIncoming, peer.Client);
        Publish(new PeerConnected(peer.Remote, peer.IsIncoming)
        {
            Security = (peer.Shell as PeerLink)?.Security ?? StreamSecurity.Plain,
            WebSeed = (peer.Shell as PeerLink)?.WebSeed?.Seed.Shown,
        });
    }

    void ISwarmPort.PieceCompleted(PieceIndex piece)
    {
        _haveBytes += Info!.Geometry.PayloadLength(piece);
        Publish(new PieceCompleted(piece.Value));
    }

    void ISwarmPort.PieceFailed(PieceIndex piece)
    {
        EngineLog.PieceFailed(_log, piece.Value, Hashes.Wire);
        Publish(new PieceFailed(piece.Value));
    }

    void ISwarmPort.Completed() => OnCompleted();

    /// <summary>Who lies as near to us as we to it sees the address that this end of the connection has.</summary>
    private void NoteLocalAddress(PeerSession peer)
    {
        if (peer.IsWebSeed || (peer.Shell as PeerLink)?.Local.Address is not { } local) return;
        if (local.Scope() != peer.Remote.Address.Scope()) return;
        if (_services.OwnAddresses.Suggest(local)) _services.OwnAddressIsKnown();
    }

    private void ReturnCredit(long bytes)
    {
        if (_inFlight.Return(bytes)) _services.CreditIsBack();
    }

    private void Settle(long bytes)
    {
        if (_inFlight.Settle(bytes)) _services.CreditIsBack();
    }

    private void HashBlocksNow(PieceIndex piece)
    {
        try
        {
            HashBlocksOf(piece);
        }
        catch (Exception e)
        {
            // On a thread of the pool a defect of ours, or a disk that was closed meanwhile, would end the program.
            FailByDefect(e);
        }
    }

    private void HashBlocksOf(PieceIndex piece)
    {
        byte[] bytes = new byte[_content!.Info.Geometry.BlockCount(piece) * Sha256Hash.Length];
        StorageError? error = _content.Intake.HashBlocks(piece, bytes);
        Sha256Hash[] hashes = [.. bytes.Chunk(Sha256Hash.Length).Select(chunk => new Sha256Hash(chunk))];
        if (error is null) Post(new TorrentItem(TorrentItemKind.BlocksHashed, Detail: hashes, Piece: piece));
        else Post(new TorrentItem(TorrentItemKind.Call, (Action)(() => OnReadError(error))));
    }
}
