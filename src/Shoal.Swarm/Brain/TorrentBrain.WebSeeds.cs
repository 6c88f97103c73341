using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Requests;

namespace Shoal.Swarm;

// Web servers that have the content (BEP 19). To the brain each is a peer that has everything and wants nothing: the
// shell translates between the peer wire and HTTP. What differs is how it comes, that it is banned by its own name, as
// a server's address is that of many other things too, and that it knows of no hashes.
public sealed partial class TorrentBrain
{
    /// <summary>What web seeds are called where peers have the name of their program.</summary>
    public const string WebSeedName = "web seed";

    private readonly HashSet<PeerId> _webSeeds = [];

    /// <summary>
    /// Takes a web seed in; its first messages are to be that it has all pieces and that we may request. Null with the
    /// reason when it is not wanted.
    /// </summary>
    /// <param name="remote">Where the server is.</param>
    /// <param name="id">A name that this web seed alone has, and has each time that it comes.</param>
    /// <param name="now">The time.</param>
    /// <param name="reason">Why it is not wanted.</param>
    public PeerSession? JoinWebSeed(IPEndPoint remote, PeerId id, TimeSpan now, out DisconnectReason reason)
    {
        _now = now;
        reason = DisconnectReason.None;
        if (_stopping) reason = DisconnectReason.Stopping;
        else if (IsUploadOnly) reason = DisconnectReason.BothSeeds;
        else if (_bannedLocals.Contains(id)) reason = DisconnectReason.Banned;
        else if (!_port.TakePlace(isDial: false)) reason = DisconnectReason.TooManyConnections;
        if (reason != DisconnectReason.None) return null;
        _webSeeds.Add(id);
        PeerSession session = Add(remote, isIncoming: false, now);
        session.IsWebSeed = true;
        // It queues here, in the shell, and what waits there is joined to long ranges.
        session.Window.SetPeerQueue(RequestWindow.MaxBlocks);
        Open(session, new Handshake(new ReservedBits { SupportsFast = true }, _hashes.Wire, id), now);
        return session;
    }
}
