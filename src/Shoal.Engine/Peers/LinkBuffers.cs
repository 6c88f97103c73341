using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Peers;

/// <summary>
/// The memory of all connections of an engine: slabs of a few sizes, shared so that they stay few and warm.
/// </summary>
internal sealed class LinkBuffers
{
    // Large slabs are kept for twice the default of EngineOptions.InFlightBytes, since few are full: given to the
    // collector and made anew they would cost more memory than they save.
    private const int IdleLarge = 64;
    private const int IdleSmall = 256;

    /// <summary>Blocks that one large upload buffer holds: 256 KiB, what a vectored read moves well.</summary>
    public const int LargeRunBlocks = 16;

    /// <summary>
    /// Blocks that one small upload buffer holds; enough for a slow peer, and for the first look at a new one.
    /// </summary>
    public const int SmallRunBlocks = 2;

    // Room before the blocks of an upload for the small messages that go out with them.
    private const int ControlBytes = 8 * 1024;

    /// <summary>For peers that send little: one block and some small messages fit.</summary>
    public SlabPool SmallReceive { get; } = new(32 * 1024, IdleSmall);

    /// <summary>For peers that send blocks at speed, and for long messages: a whole large bitfield fits.</summary>
    public SlabPool LargeReceive { get; } = new(512 * 1024, IdleLarge);

    /// <summary>For uploads to slow peers.</summary>
    public SlabPool SmallSend { get; } = new(SendBytes(SmallRunBlocks), IdleSmall);

    /// <summary>For uploads at speed.</summary>
    public SlabPool LargeSend { get; } = new(SendBytes(LargeRunBlocks), IdleLarge);

    /// <summary>Slabs that are rented now; 0 when every connection is closed and every block written.</summary>
    public int Outstanding =>
        SmallReceive.Outstanding + LargeReceive.Outstanding + SmallSend.Outstanding + LargeSend.Outstanding;

    private static int SendBytes(int blocks) =>
        ControlBytes + blocks * (PieceGeometry.BlockLength + PeerMessages.PieceHeaderLength);
}
