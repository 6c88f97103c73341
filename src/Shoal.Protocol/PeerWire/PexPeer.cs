using System.Net;

namespace Shoal.Protocol.PeerWire;

/// <summary>What the sender of a peer exchange message knows of a peer (BEP 11).</summary>
[Flags]
public enum PexFlags : byte
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>It would rather be spoken to in MSE than in plain text.</summary>
    PrefersEncryption = 0x01,

    /// <summary>It wants nothing itself: a seed or a partial seed.</summary>
    UploadOnly = 0x02,

    /// <summary>It speaks uTP.</summary>
    SupportsUtp = 0x04,

    /// <summary>It speaks the holepunch extension.</summary>
    SupportsHolepunch = 0x08,

    /// <summary>The sender reached it by an outgoing connection, so that it does accept connections.</summary>
    Reachable = 0x10,
}

/// <summary>A peer that another one names.</summary>
/// <param name="EndPoint">Where it accepts connections.</param>
/// <param name="Flags">What is known of it; bits that nobody here knows are kept.</param>
public readonly record struct PexPeer(IPEndPoint EndPoint, PexFlags Flags);
