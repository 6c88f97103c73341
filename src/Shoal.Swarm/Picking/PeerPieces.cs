using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <summary>
/// What the picker knows about one peer: the pieces it has and its part in the work. Made by
/// <see cref="PiecePicker.Join"/>, changed by the picker alone. After the peer left, the object stays behind as the
/// name of whoever sent a block, until the piece is checked; so it is never used for a second connection.
/// </summary>
internal sealed class PeerPieces
{
    internal PeerPieces(int slot, Bitfield none)
    {
        Slot = slot;
        Set = none;
    }

    /// <summary>The number that the caller knows this peer by; the picker only carries it.</summary>
    public int Slot { get; }

    /// <summary>The caller's name for the peer; outlives the connection as long as its blocks do.</summary>
    public object? Tag { get; set; }

    /// <summary>The pieces the peer has. Not to be changed from outside; all seeds share one full set.</summary>
    public Bitfield Set { get; internal set; }

    /// <summary>True when the peer has every piece.</summary>
    public bool IsSeed => Set.IsFull;

    /// <summary>Number of pieces that the peer has and that we want and have not verified.</summary>
    public int NeededCount { get; internal set; }

    /// <summary>True when the peer has something for us: what our interested message says.</summary>
    public bool IsInteresting => NeededCount > 0;

    /// <summary>Number of blocks that are asked of this peer, less those received, released or expired.</summary>
    public int Outstanding { get; internal set; }

    /// <summary>False once the peer left.</summary>
    public bool IsPresent => Index >= 0;

    /// <summary>Position in the picker's list of present peers; -1 once it left.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>True while the peer is in the count of seeds and not in the counts of its pieces.</summary>
    internal bool CountedAsSeed { get; set; }

    /// <summary>
    /// True once the peer took back a piece. It is then counted piece by piece for good: one that flips between seed
    /// and not would else cost a rebuild of the whole order with every message.
    /// </summary>
    internal bool TookBack { get; set; }

    /// <summary>True while <see cref="Set"/> is this peer's own object and may be written.</summary>
    internal bool OwnsSet { get; set; }

    /// <summary>True while some block may know this peer as late.</summary>
    internal bool MayBeLate { get; set; }

    /// <summary>The piece this peer takes block after block; null between pieces.</summary>
    internal PartialPiece? Current { get; set; }

    /// <summary>The next piece of the run that the peer is on.</summary>
    internal int RunNext { get; set; }

    /// <summary>Pieces left in that run; 0 when there is none.</summary>
    internal int RunLeft { get; set; }
}
