using System.Net;
using System.Net.Sockets;
using Shoal.Network;

namespace Shoal.Engine.Peers;

/// <summary>How a dial ended.</summary>
/// <param name="EndPoint">Where to.</param>
/// <param name="Connection">The connection, or null.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="IsGreeted">True when our handshake went out already, within an encrypted one.</param>
/// <param name="IsPlainOnly">True when the peer would not have it encrypted.</param>
internal sealed record DialledPeer(
    IPEndPoint EndPoint,
    IConnection? Connection,
    SocketError Error,
    bool IsGreeted = false,
    bool IsPlainOnly = false);
