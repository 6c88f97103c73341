using System.Security.Cryptography.X509Certificates;
using Shoal.Engine.Torrents;
using Shoal.Engine.WebSeeds;
using Shoal.Network;
using Shoal.Protocol.Encryption;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>
/// One peer's connection: a loop that receives (PeerLink.Receive.cs, PeerLink.Pauses.cs) and one that sends
/// (PeerLink.Send.cs). What a message means is for the torrent's actor; the link only moves bytes to and from it.
/// Members marked so belong to the actor, the rest to the loops.
/// </summary>
internal sealed partial class PeerLink
{
    private readonly IConnection _connection;
    private readonly TorrentActor _actor;
    private readonly LinkBuffers _buffers;
    private readonly RateLimiter? _ownLimit;
    private int _closed;

    public PeerLink(IConnection connection, TorrentActor actor, LinkBuffers buffers)
    {
        _connection = connection;
        _actor = actor;
        _buffers = buffers;
        _ownLimit = actor.NewPeerLimiter();
    }

    /// <summary>The other side.</summary>
    public System.Net.IPEndPoint Remote => _connection.Remote;

    /// <summary>Our side.</summary>
    public System.Net.IPEndPoint Local => _connection.Local;

    /// <summary>The certificate that the peer has shown; null without TLS.</summary>
    public X509Certificate2? Certificate => (_connection as TlsConnection)?.Certificate;

    /// <summary>The web seed behind the connection; null when it is that of a peer.</summary>
    public WebSeedConnection? WebSeed => _connection as WebSeedConnection;

    /// <summary>What protects the connection.</summary>
    public StreamSecurity Security => _connection.Security;

    /// <summary>The brain's side of this peer. Set and read by the actor.</summary>
    public PeerSession? Session { get; set; }

    /// <summary>True while it waits for the end of the turn to be flushed. Set and read by the actor.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Starts both loops. An outgoing connection reads the peer's handshake first.</summary>
    public void Start(bool handshakeIsRead)
    {
        _ = RunReceiveAsync(handshakeIsRead);
        _ = RunSendAsync();
    }

    /// <summary>
    /// Ends the connection; both loops end soon after. May be called by anybody, any number of times.
    /// </summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _connection.Close();
        _ownLimit?.Dispose();
        _wake.Raise();
        _handled.Raise();
        _hasRoom.Raise();
        _pauseOver.Raise();
    }
}
