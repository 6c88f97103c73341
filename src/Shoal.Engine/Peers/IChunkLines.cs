using Shoal.Network;

namespace Shoal.Engine.Peers;

/// <summary>The line protocol on the peer port: serves connections whose first bytes are <c>GET_CHUNK</c>.</summary>
internal interface IChunkLines
{
    /// <summary>
    /// Serves a connection until its end and closes it. Everything it has sent is received from it, the first bytes
    /// included. How many there may be at a time, and for how long, is up to the implementation: the limits on waiting
    /// handshakes end here.
    /// </summary>
    Task ServeAsync(IConnection connection);
}
