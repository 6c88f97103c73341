namespace Shoal.Protocol.PeerWire;

/// <summary>What the bytes after a length prefix, or the lack of them, amount to.</summary>
public enum FrameStatus
{
    /// <summary>The frame has not arrived whole.</summary>
    NeedMore,

    /// <summary>The prefix claims more than such a message may have: the connection is to be closed.</summary>
    TooLong,

    /// <summary>A frame without content, sent to keep the connection open.</summary>
    KeepAlive,

    /// <summary>A whole message.</summary>
    Ok,
}
