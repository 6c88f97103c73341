namespace Shoal.Swarm.Picking;

/// <summary>How much a piece is wanted: the highest wish of the files that touch it.</summary>
public enum PiecePriority : byte
{
    /// <summary>No selected file touches it; never asked for.</summary>
    Unwanted,

    /// <summary>Asked for when no normal or high piece can be had from a peer.</summary>
    Low,

    /// <summary>What every piece has unless somebody chose otherwise.</summary>
    Normal,

    /// <summary>Asked for before all others.</summary>
    High,
}
