using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Swarm.Peers;

/// <summary>What is known of one address. Changed by <see cref="PeerDirectory"/> alone.</summary>
internal sealed class KnownPeer
{
    internal KnownPeer(IPEndPoint endPoint, uint priority)
    {
        EndPoint = endPoint;
        Priority = priority;
    }

    /// <summary>Where the peer listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Canonical priority of a connection between it and us (BEP 40); higher is better.</summary>
    public uint Priority { get; internal set; }

    /// <summary>Who told of it.</summary>
    public PeerSources Sources { get; internal set; }

    /// <summary>Of those who told of it, one who may have us connect to it, if there is any.</summary>
    public AddressOrigin Origin { get; internal set; }

    /// <summary>Where it stands.</summary>
    public PeerAddressState State { get; internal set; }

    /// <summary>True when it is known to need nothing: a seed, or a partial seed that is done (BEP 21).</summary>
    public bool IsUploadOnly { get; internal set; }

    /// <summary>True when it refused an encrypted connection and took one in the clear.</summary>
    public bool IsPlainOnly { get; internal set; }

    /// <summary>True when it is expected to begin anew as soon as its connection is closed.</summary>
    public bool IsExpectedBack { get; internal set; }

    /// <summary>True when it was expected back before; it is dialled at once only the first time.</summary>
    internal bool WasExpectedBack { get; set; }

    /// <summary>Dials that failed since the last that did not.</summary>
    public int Failures { get; internal set; }

    /// <summary>Not dialled before this time.</summary>
    public TimeSpan NotBefore { get; internal set; }

    /// <summary>When somebody last told of it, or it was last connected.</summary>
    public TimeSpan LastSeen { get; internal set; }

    /// <summary>Position in the directory's list.</summary>
    internal int Index { get; set; }
}
