using Shoal.Protocol;

namespace Shoal.Lab.Simulation;

/// <summary>
/// Where tests plant a defect between the brain and its simulated world, to see that it is found. This one plants none.
/// </summary>
internal class SimSeams
{
    /// <summary>The seams of every run that is not a test of the checkers.</summary>
    public static SimSeams None { get; } = new();

    /// <summary>False to lose a block between the brain and the disk.</summary>
    public virtual bool Stores(SimPeer peer, BlockSpan block) => true;

    /// <summary>The hashes of a piece's blocks that the brain is told.</summary>
    public virtual Sha256Hash[] Hashes(SimPeer peer, PieceIndex piece, Sha256Hash[] hashes) => hashes;

    /// <summary>True when other messages were put into the packet than the peer wanted to send.</summary>
    public virtual bool Rewrites(SimLink link, ReadOnlySpan<byte> messages, SimPacket packet) => false;
}
