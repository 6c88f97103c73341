using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Peers;

/// <summary>
/// The memory of all connections of an engine: slabs of a few sizes, shared so that they stay few and warm.
/// </summary>
internal sealed class LinkBuffers
{
    // Large slabs are for few: 16 MiB, the default of EngineOptions.InFlightBytes, and eight fast peers. Of more peers
    // each would have one that is nearly empty, so they get smaller ones. Slabs are kept for reuse: given to the
    // collector and made anew they would cost more memory than they save. For the same reason the peers are not fewer:
    // three or five that become fast one after the other would leave as many slabs of either size behind.
    private const int MostLarge = 32;
    private const int MostFastPeers = 8;
    private const int IdleMedium = 128;
    private const int IdleSmall = 256;

    /// <summary>Blocks that one large upload buffer holds: 256 KiB, what a vectored read moves well.</summary>
    public const int LargeRunBlocks = 16;

    /// <summary>
    /// Blocks that one small upload buffer holds; enough for a slow peer, and for the first look at a new one.
    /// </summary>
    public const int SmallRunBlocks = 2;

    /// <summary>Bytes of a slab for each of many fast peers.</summary>
    public const int MediumBytes = 128 * 1024;

    // Room before the blocks of an upload for the small messages that go out with them.
    private const int ControlBytes = 8 * 1024;

    private int _fastPeers;

    /// <summary>For peers that send little: one block and some small messages fit.</summary>
    public SlabPool SmallReceive { get; } = new(32 * 1024, IdleSmall);

    /// <summary>For peers that send blocks at speed, where there are many such.</summary>
    public SlabPool MediumReceive { get; } = new(MediumBytes, IdleMedium);

    /// <summary>For peers that send blocks at speed, and for long messages: a whole large bitfield fits.</summary>
    public SlabPool LargeReceive { get; } = new(512 * 1024, MostLarge);

    /// <summary>For uploads to slow peers.</summary>
    public SlabPool SmallSend { get; } = new(SendBytes(SmallRunBlocks), IdleSmall);

    /// <summary>For uploads at speed.</summary>
    public SlabPool LargeSend { get; } = new(SendBytes(LargeRunBlocks), MostLarge);

    /// <summary>Slabs that are rented now; 0 when every connection is closed and every block written.</summary>
    public int Outstanding => SmallReceive.Outstanding + MediumReceive.Outstanding + LargeReceive.Outstanding
        + SmallSend.Outstanding + LargeSend.Outstanding;

    /// <summary>Counts a peer that begins to send blocks at speed, or ends it.</summary>
    public void CountFast(int change) => Interlocked.Add(ref _fastPeers, change);

    /// <summary>A slab to receive into.</summary>
    /// <param name="least">Bytes that have to fit; at most those of a large slab.</param>
    /// <param name="isFast">True for a peer that sends blocks at speed.</param>
    public Slab RentToReceive(int least, bool isFast)
    {
        bool areFew = Volatile.Read(ref _fastPeers) <= MostFastPeers && LargeReceive.Outstanding < MostLarge;
        SlabPool pool = !isFast ? SmallReceive : areFew ? LargeReceive : MediumReceive;
        if (least > pool.SlabLength) pool = least > MediumReceive.SlabLength ? LargeReceive : MediumReceive;
        return pool.Rent();
    }

    private static int SendBytes(int blocks) =>
        ControlBytes + blocks * (PieceGeometry.BlockLength + PeerMessages.PieceHeaderLength);
}
