using System.Net;
using Shoal.Protocol;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// The world as a test plays it: records what the brain decides, keeps the books of credit, and stores blocks in a
/// <see cref="MemoryDisk"/>. Nothing answers by itself; the test delivers verdicts when it likes.
/// </summary>
internal sealed class FakePort : ISwarmPort
{
    private ReadOnlyMemory<byte> _received;

    /// <summary>Blocks for which there is credit in all; a test lowers it to starve the brain.</summary>
    public int CreditLimit { get; set; } = int.MaxValue;

    /// <summary>Blocks for which credit is out: asked of peers, or stored and not settled.</summary>
    public int CreditOut { get; private set; }

    /// <summary>Blocks that were stored and whose credit is not back.</summary>
    public int Unsettled { get; private set; }

    /// <summary>The disk; set once there is content.</summary>
    public MemoryDisk? Disk { get; set; }

    public List<IPEndPoint> Dials { get; } = [];

    public List<(PeerSession Peer, DisconnectReason Reason)> Closed { get; } = [];

    public List<(PeerSession Peer, BlockSpan Block)> Stored { get; } = [];

    public List<PieceIndex> Forgotten { get; } = [];

    public Queue<PieceIndex> ToHash { get; } = [];

    public List<PieceIndex> Completed { get; } = [];

    public List<PieceIndex> Failed { get; } = [];

    public List<PeerSession> Joined { get; } = [];

    public List<ReadOnlyMemory<byte>> Metadata { get; } = [];

    public int CompletedCalls { get; private set; }

    public int WantPeersCalls { get; private set; }

    /// <summary>Peers of which the brain said that they have something to send.</summary>
    public HashSet<PeerSession> WithOutput { get; } = [];

    /// <summary>Says which bytes the next stores point into.</summary>
    public void Receiving(ReadOnlyMemory<byte> bytes) => _received = bytes;

    /// <summary>Drops what was recorded of a peer, so that nothing here keeps it.</summary>
    public void Forget(PeerSession peer)
    {
        Closed.RemoveAll(closed => closed.Peer == peer);
        Stored.RemoveAll(stored => stored.Peer == peer);
        Joined.Remove(peer);
        WithOutput.Remove(peer);
    }

    /// <summary>The disk has written everything: the credit of stored blocks comes back.</summary>
    public void Settle()
    {
        CreditOut -= Unsettled;
        Unsettled = 0;
    }

    /// <summary>Why a peer was closed; None while it is not.</summary>
    public DisconnectReason ReasonFor(PeerSession peer)
    {
        DisconnectReason found = DisconnectReason.None;
        foreach ((PeerSession closed, DisconnectReason reason) in Closed)
        {
            if (closed != peer) continue;
            Assert.True(found == DisconnectReason.None, $"{peer} was closed twice.");
            found = reason;
        }
        return found;
    }

    void ISwarmPort.Dial(IPEndPoint endPoint) => Dials.Add(endPoint);

    void ISwarmPort.Close(PeerSession peer, DisconnectReason reason)
    {
        Assert.Equal(SessionPhase.Gone, peer.Phase);
        Closed.Add((peer, reason));
    }

    void ISwarmPort.HasOutput(PeerSession peer) => WithOutput.Add(peer);

    /// <summary>Peers whose bytes wait for a download limit of ours.</summary>
    public HashSet<PeerSession> HeldBack { get; } = [];

    bool ISwarmPort.HoldsBack(PeerSession peer) => HeldBack.Contains(peer);

    void ISwarmPort.Store(PeerSession peer, BlockSpan block, int offset)
    {
        Unsettled++;
        Stored.Add((peer, block));
        Disk!.Store(block, _received.Span.Slice(offset, block.Length));
    }

    int ISwarmPort.TakeCredit(int blocks)
    {
        Assert.True(blocks > 0, "No credit is asked for nothing.");
        int taken = Math.Clamp(CreditLimit - CreditOut, 0, blocks);
        CreditOut += taken;
        return taken;
    }

    void ISwarmPort.ForceCredit(int blocks) => CreditOut += blocks;

    void ISwarmPort.ReturnCredit(int blocks)
    {
        Assert.True(blocks > 0, "Nothing is given back as credit.");
        CreditOut -= blocks;
        Assert.True(CreditOut >= Unsettled, "More credit was given back than taken.");
    }

    void ISwarmPort.ForgetPiece(PieceIndex piece)
    {
        Forgotten.Add(piece);
        Disk!.Forget(piece);
    }

    void ISwarmPort.HashBlocks(PieceIndex piece) => ToHash.Enqueue(piece);

    void ISwarmPort.RecheckPiece(PieceIndex piece) => Disk!.Recheck(piece);

    void ISwarmPort.MetadataReceived(ReadOnlyMemory<byte> rawInfo) => Metadata.Add(rawInfo);

    void ISwarmPort.WantPeers() => WantPeersCalls++;

    /// <summary>What peers said of our address.</summary>
    public List<(PeerSession Peer, IPAddress Own)> ToldAddresses { get; } = [];

    void ISwarmPort.ToldOwnAddress(PeerSession peer, IPAddress address) => ToldAddresses.Add((peer, address));

    void ISwarmPort.PeerJoined(PeerSession peer) => Joined.Add(peer);

    void ISwarmPort.PieceCompleted(PieceIndex piece) => Completed.Add(piece);

    void ISwarmPort.PieceFailed(PieceIndex piece) => Failed.Add(piece);

    void ISwarmPort.Completed() => CompletedCalls++;
}
