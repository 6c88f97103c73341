using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>Bytes that were put back into a connection, before anything else is received from it.</summary>
internal static class UnreadBytes
{
    /// <summary>Puts bytes in front of those that are there already.</summary>
    public static void Put(ref ReadOnlyMemory<byte> unread, ReadOnlyMemory<byte> bytes) =>
        unread = unread.IsEmpty ? bytes : (byte[])[.. bytes.Span, .. unread.Span];

    /// <summary>Takes as many as the buffer holds.</summary>
    public static SocketResult Take(ref ReadOnlyMemory<byte> unread, Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, unread.Length);
        unread.Span[..count].CopyTo(buffer);
        unread = unread[count..];
        return new SocketResult(count, SocketError.Success);
    }
}
