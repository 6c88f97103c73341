using Shoal.Network;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>
/// Looks at the first bytes of an incoming connection and puts them back. Its deadline is kept by whoever closes the
/// connection.
/// </summary>
internal static class FirstBytes
{
    /// <summary>
    /// What the peer speaks; <see cref="StreamKind.Undecided"/> with a reason when the connection ended before that
    /// was clear.
    /// </summary>
    public static async ValueTask<(StreamKind Kind, DisconnectReason Reason)> DetectAsync(IConnection connection)
    {
        // A whole handshake comes with one receive; less would be enough to tell.
        byte[] bytes = new byte[Handshake.Length];
        int have = 0;
        while (true)
        {
            SocketResult result = await connection.ReceiveAsync(bytes.AsMemory(have)).ConfigureAwait(false);
            if (!result.IsOk) return (StreamKind.Undecided, DisconnectReason.SocketError);
            if (result.Bytes == 0) return (StreamKind.Undecided, DisconnectReason.ClosedByPeer);
            have += result.Bytes;
            StreamKind kind = StreamDetector.Detect(bytes.AsSpan(0, have));
            if (kind == StreamKind.Undecided) continue;
            connection.Unread(bytes.AsMemory(0, have));
            return (kind, DisconnectReason.None);
        }
    }
}
