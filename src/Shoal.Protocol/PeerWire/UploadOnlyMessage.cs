namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The message of <c>upload_only</c>, libtorrent's way to change later what the key of that name in the extension
/// handshake said (<see href="https://www.bittorrent.org/beps/bep_0021.html">BEP 21</see>). One byte: 0 when the
/// sender downloads, anything else when it only uploads.
/// </summary>
public static class UploadOnlyMessage
{
    /// <summary>Reads the message after its extension id; false unless it is one byte.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out bool uploadOnly)
    {
        uploadOnly = message.Length == 1 && message[0] != 0;
        return message.Length == 1;
    }

    /// <summary>Writes a whole message, prefix included, under the id that the peer gave the extension.</summary>
    public static void Write(MessageBuffer buffer, byte extensionId, bool uploadOnly) =>
        PeerMessages.BeginExtended(buffer, extensionId, 1)[0] = uploadOnly ? (byte)1 : (byte)0;
}
