using Shoal.Network;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>
/// Reads the 68 bytes with which every peer begins, and not one more, so that what follows belongs to whoever takes
/// the connection over. Its deadline is kept by whoever closes the connection.
/// </summary>
internal static class HandshakeReader
{
    /// <summary>The handshake, or null with the reason to close the connection.</summary>
    public static async ValueTask<(Handshake? Handshake, DisconnectReason Reason)> ReadAsync(IConnection connection)
    {
        byte[] bytes = new byte[Handshake.Length];
        int have = 0;
        while (true)
        {
            SocketResult result = await connection.ReceiveAsync(bytes.AsMemory(have)).ConfigureAwait(false);
            if (!result.IsOk) return (null, DisconnectReason.SocketError);
            if (result.Bytes == 0) return (null, DisconnectReason.ClosedByPeer);
            have += result.Bytes;
            switch (Handshake.TryRead(bytes.AsSpan(0, have), out Handshake handshake))
            {
                case HandshakeStatus.Ok:
                    return (handshake, DisconnectReason.None);
                case HandshakeStatus.Bad:
                    return (null, DisconnectReason.NotBitTorrent);
            }
        }
    }
}
