using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// One end of a connection in memory. Bytes go to the other end in order, each batch after the connection's delay, and
/// the end of the connection comes after all bytes that were sent before it.
/// </summary>
internal sealed class SwarmLink
{
    private SwarmLink(SwarmNode node, TimeSpan delay)
    {
        Node = node;
        Delay = delay;
    }

    public SwarmNode Node { get; }

    public TimeSpan Delay { get; }

    public SwarmLink Other { get; private set; } = null!;

    /// <summary>The brain's side; null before the handshake was accepted and after the end.</summary>
    public PeerSession? Session { get; set; }

    /// <summary>True while the next bytes that arrive are the peer's handshake.</summary>
    public bool AwaitsHandshake { get; set; } = true;

    /// <summary>True while blocks are on their way into the line; what is said meanwhile waits behind them.</summary>
    public bool IsBusy { get; set; }

    /// <summary>True once this end was closed: what still arrives is dropped.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Both ends of a new connection.</summary>
    public static (SwarmLink Dialler, SwarmLink Acceptor) Pair(SwarmNode dialler, SwarmNode acceptor, TimeSpan delay)
    {
        var one = new SwarmLink(dialler, delay);
        one.Other = new SwarmLink(acceptor, delay) { Other = one };
        return (one, one.Other);
    }

    /// <summary>Cuts the handshake off the start of the first bytes that arrive.</summary>
    public byte[] TakeHandshake(byte[] bytes, out Handshake handshake)
    {
        Assert.Equal(HandshakeStatus.Ok, Handshake.TryRead(bytes, out handshake));
        AwaitsHandshake = false;
        return bytes[Handshake.Length..];
    }
}
