namespace Shoal.Protocol.Encryption;

/// <summary>Where an encrypted handshake stands, or how it failed.</summary>
public enum MseStatus
{
    /// <summary>More bytes of the other side are needed.</summary>
    NeedMore,

    /// <summary>It is over, and the stream begins.</summary>
    Done,

    /// <summary>The other side's key is one with which anybody would know the secret.</summary>
    BadKey,

    /// <summary>What has to follow the padding did not come: the other side speaks something else.</summary>
    NoSync,

    /// <summary>The other side asks for a torrent that is not here.</summary>
    UnknownTorrent,

    /// <summary>There is no way to go on that both sides allow.</summary>
    NoMethod,

    /// <summary>A length was more than it may be, or what has to be zero was not.</summary>
    Malformed,
}
