using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

// What the brain decides, done in virtual time.
internal sealed partial class SimPeer : ISwarmPort
{
    private SlabSlice _received;
    private bool _receivesSpoiled;

    void ISwarmPort.Dial(IPEndPoint endPoint) => Network.Dial(this, endPoint);

    void ISwarmPort.Close(PeerSession peer, DisconnectReason reason)
    {
        SimLink? link = (SimLink?)peer.Shell ?? _joining;
        if (link is null) return;
        int other = link.Other.Owner.Number;
        if (Network.Log.IsOn && !link.IsClosed) Network.Log.Write($"{Number} closes {other}: {reason}");
        _world.Closed(this, link.Other.Owner, reason);
        Drop(link);
    }

    void ISwarmPort.HasOutput(PeerSession peer)
    {
        if (peer.Shell is not SimLink link)
        {
            // The first output of a session comes while it is being made.
            link = _joining!;
            link.Session = peer;
            peer.Shell = link;
        }
        if (link.IsQueued) return;
        link.IsQueued = true;
        _output.Add(link);
    }

    void ISwarmPort.Store(PeerSession peer, BlockSpan block, int offset)
    {
        var link = (SimLink)peer.Shell!;
        FedBy[link.Other.Owner.Number] += block.Length;
        SlabSlice bytes = _received.Slab is null
            ? default
            : new SlabSlice(_received.Slab, _received.Offset + offset, block.Length);
        _budget.Arrive(block.Length);
        bool isTaken = _world.Seams.Stores(this, block) && Disk.Store(block, bytes, _receivesSpoiled);
        if (!isTaken) Settled(block.Length);
        // Credit is taken in whole blocks and settled in bytes: what a short block leaves goes back now.
        int unused = PieceGeometry.BlockLength - block.Length;
        if (unused > 0) ReturnCredit(unused);
    }

    int ISwarmPort.TakeCredit(int blocks) =>
        (int)(_budget.Take((long)blocks * PieceGeometry.BlockLength, PieceGeometry.BlockLength)
            / PieceGeometry.BlockLength);

    void ISwarmPort.ForceCredit(int blocks) => _budget.Force((long)blocks * PieceGeometry.BlockLength);

    void ISwarmPort.ReturnCredit(int blocks) => ReturnCredit((long)blocks * PieceGeometry.BlockLength);

    void ISwarmPort.ForgetPiece(PieceIndex piece) => Disk.Forget(piece);

    void ISwarmPort.HashBlocks(PieceIndex piece) => Disk.HashBlocks(piece);

    void ISwarmPort.RecheckPiece(PieceIndex piece) => Disk.Recheck(piece);

    void ISwarmPort.MetadataReceived(ReadOnlyMemory<byte> rawInfo)
    {
        _world.MetadataReceived(this, rawInfo.Span);
        Brain.MetadataAccepted(rawInfo);
        if (Network.Log.IsOn) Network.Log.Write($"{Number} has the metadata");
        Later(OpenTime, OpenContent);
    }

    void ISwarmPort.WantPeers() => _announcer.NeedPeers();

    void ISwarmPort.PeerJoined(PeerSession peer)
    {
        if (!Network.Log.IsOn || peer.Shell is not SimLink link) return;
        Network.Log.Write($"{Number} meets {link.Other.Owner.Number}");
    }

    void ISwarmPort.PieceCompleted(PieceIndex piece)
    {
        if (Network.Log.IsOn) Network.Log.Write($"{Number} has piece {piece}");
        _world.PieceCompleted(this, piece);
    }

    void ISwarmPort.PieceFailed(PieceIndex piece)
    {
        if (Network.Log.IsOn) Network.Log.Write($"{Number} got a bad piece {piece}");
    }

    void ISwarmPort.Completed()
    {
        // A seed that opens its content is complete without having become so.
        bool isNew = CompletedAt is null;
        CompletedAt ??= Now;
        Disk.Complete();
        if (!isNew) return;
        if (Network.Log.IsOn) Network.Log.Write($"{Number} is complete");
        _announcer.Complete();
        _world.Completed(this);
        if (Group.StaysFor is { } stay) Later(stay * (0.5 + Random.Next(1000) / 1000.0), Leave);
    }

    private void ReturnCredit(long bytes) => TellOfCredit(_budget.Return(bytes));

    private void TellOfCredit(bool isWanted)
    {
        if (isWanted) Later(TimeSpan.Zero, () => Do(brain => brain.CreditReturned(Now)));
    }

    private void Drop(SimLink link)
    {
        link.Session = null;
        Links.Remove(link);
        Network.Hangup(link);
    }
}
