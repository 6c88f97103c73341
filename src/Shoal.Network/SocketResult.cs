using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>
/// How a socket operation ended: a byte count or an error. A dead socket is a value here, not an exception.
/// </summary>
/// <param name="Bytes">Bytes moved; of a receive, 0 means that the other side has closed its direction.</param>
/// <param name="Error">The error, or <see cref="SocketError.Success"/>.</param>
public readonly record struct SocketResult(int Bytes, SocketError Error)
{
    /// <summary>True when the operation succeeded.</summary>
    public bool IsOk => Error == SocketError.Success;
}
