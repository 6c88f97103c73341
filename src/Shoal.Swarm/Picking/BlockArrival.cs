namespace Shoal.Swarm.Picking;

/// <summary>What an arrived block means to the picker.</summary>
internal enum BlockArrival
{
    /// <summary>It was needed and is now counted as received.</summary>
    Accepted,

    /// <summary>It was needed and was the last of its piece, which is now being checked.</summary>
    AcceptedPieceFull,

    /// <summary>It was received before, from this peer or another; the bytes are waste.</summary>
    Duplicate,

    /// <summary>It is not received yet, but this peer was not asked for it; the bytes must not be used.</summary>
    Unrequested,
}
