namespace Shoal.Swarm.Peers;

/// <summary>What became of an address that was reported.</summary>
internal enum AddOutcome
{
    /// <summary>It is new and was taken in.</summary>
    Added,

    /// <summary>It was known; the source was noted.</summary>
    Known,

    /// <summary>Its IP address is banned.</summary>
    Banned,

    /// <summary>Nobody can listen there: port 0, or an address that is none.</summary>
    Unusable,

    /// <summary>The torrent is private, and the source is none that may name its peers.</summary>
    Private,

    /// <summary>There is no room for it, or none for one more port of its IP address.</summary>
    NoRoom,
}
