using System.Net;
using System.Net.Sockets;
using Shoal.Network;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>How a dial ended.</summary>
/// <param name="EndPoint">Where to.</param>
/// <param name="Connection">The connection, or null.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="IsGreeted">True when our handshake went out already, within an encrypted one.</param>
/// <param name="IsPlainOnly">True when the peer would not have it encrypted.</param>
/// <param name="Refusal">One sentence that says why the address may not be connected to; null when it may.</param>
/// <param name="Fault">What was wrong with the peer in a TLS handshake.</param>
internal sealed record DialledPeer(
    IPEndPoint EndPoint,
    IConnection? Connection,
    SocketError Error,
    bool IsGreeted = false,
    bool IsPlainOnly = false,
    string? Refusal = null,
    DisconnectReason Fault = DisconnectReason.None)
{
    /// <summary>Why there is no connection, for the count of those that ended.</summary>
    public DisconnectReason Reason => this switch
    {
        { Connection: not null } => DisconnectReason.None,
        { Refusal: not null } => DisconnectReason.AddressRefused,
        { Fault: not DisconnectReason.None } => Fault,
        { Error: SocketError.OperationAborted } => DisconnectReason.Stopping,
        { Error: SocketError.ProtocolType } => DisconnectReason.EncryptionFailed,
        _ => DisconnectReason.ConnectFailed,
    };
}
