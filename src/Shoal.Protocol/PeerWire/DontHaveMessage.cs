using System.Buffers.Binary;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The message of <c>lt_donthave</c> (<see href="https://www.bittorrent.org/beps/bep_0054.html">BEP 54</see>): the
/// sender no longer has a piece. Its four bytes are the piece's number.
/// </summary>
public static class DontHaveMessage
{
    /// <summary>Reads the message after its extension id: the number is unchecked, the size is not.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out uint piece)
    {
        bool valid = message.Length == sizeof(uint);
        piece = valid ? BinaryPrimitives.ReadUInt32BigEndian(message) : 0;
        return valid;
    }

    /// <summary>Writes a whole message, prefix included, under the id that the peer gave the extension.</summary>
    public static void Write(MessageBuffer buffer, byte extensionId, PieceIndex piece) =>
        BinaryPrimitives.WriteUInt32BigEndian(
            PeerMessages.BeginExtended(buffer, extensionId, sizeof(uint)), (uint)piece.Value);
}
