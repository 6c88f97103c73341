namespace Shoal.Swarm.Picking;

/// <summary>Where one block of a partial piece stands.</summary>
/// <remarks>
/// <code>
///   Open --asked--> Asked --end game--> AskedTwice        released or expired: one step back
///    |                |                     |              bad data: Received back to Open
///    '---- late ------'------ comes --------'------> Received
/// </code>
/// </remarks>
internal enum BlockStatus : byte
{
    /// <summary>Not asked of anybody who is still waited for.</summary>
    Open,

    /// <summary>Asked of one peer.</summary>
    Asked,

    /// <summary>Asked of two peers: the end game.</summary>
    AskedTwice,

    /// <summary>Its bytes are here, unchecked.</summary>
    Received,
}

/// <summary>One block of a partial piece.</summary>
/// <remarks>
/// <code>
///   status       First                        Second
///   Open         late peer or null            null
///   Asked        the peer asked               late peer or null
///   AskedTwice   the peer asked               the other peer asked
///   Received     the sender, or null when     null
///                it was on disk before
/// </code>
/// A late peer was asked and did not answer in time: nobody waits for it, but its block is welcome until then.
/// </remarks>
internal struct BlockSlot
{
    /// <summary>The peer named in the first column of the table above.</summary>
    public PeerPieces? First;

    /// <summary>The peer named in the second column of the table above.</summary>
    public PeerPieces? Second;

    /// <summary>Where the block stands.</summary>
    public BlockStatus Status;
}
