namespace Shoal.Tracker;

/// <summary>Why a request was not answered as it wished.</summary>
internal enum RefusalReason
{
    /// <summary>It was.</summary>
    None = 0,

    /// <summary>It breaks the protocol.</summary>
    Malformed,

    /// <summary>It is for something that is not here, or by a method that is not allowed.</summary>
    NotFound,

    /// <summary>Its connection id is too old.</summary>
    ConnectionExpired,

    /// <summary>Its connection id was never given out to its address.</summary>
    ConnectionForged,

    /// <summary>The torrent is not registered with a tracker that serves registered ones only.</summary>
    NotRegistered,

    /// <summary>A private tracker was asked without a key.</summary>
    KeyMissing,

    /// <summary>The key is unknown or revoked.</summary>
    KeyUnknown,

    /// <summary>The key's time is over.</summary>
    KeyExpired,

    /// <summary>Too many wrong keys came from the address.</summary>
    KeyGuessing,

    /// <summary>The source address is one that no peer can be reached at.</summary>
    BadAddress,

    /// <summary>The network of the peer has added too much.</summary>
    NetworkFull,

    /// <summary>There are as many swarms or peers as there may be.</summary>
    StoreFull,

    /// <summary>The store cannot be reached, or has too much to do.</summary>
    Unavailable,
}
