using System.Buffers.Binary;
using Shoal.Protocol.Merkle;

namespace Shoal.Protocol.PeerWire;

// The messages of BEP 52; their bytes are pictured at PeerFrame.Hashes.cs.
public static partial class PeerMessages
{
    /// <summary>Asks for nodes of a file's tree; only to a peer that speaks v2.</summary>
    public static void WriteHashRequest(MessageBuffer buffer, in HashRequest request) =>
        WriteHashMessage(buffer, PeerMessageId.HashRequest, request, 0);

    /// <summary>Says that a hash request will not be served, in the numbers that the peer sent.</summary>
    public static void WriteHashReject(MessageBuffer buffer, in HashRequest request) =>
        WriteHashMessage(buffer, PeerMessageId.HashReject, request, 0);

    /// <summary>Answers a hash request with the hashes and then the uncles, 32 bytes each, end to end.</summary>
    public static void WriteHashes(MessageBuffer buffer, in HashRequest request, ReadOnlySpan<byte> hashes) =>
        hashes.CopyTo(WriteHashMessage(buffer, PeerMessageId.Hashes, request, hashes.Length));

    private static Span<byte> WriteHashMessage(
        MessageBuffer buffer, PeerMessageId id, in HashRequest request, int hashBytes)
    {
        Span<byte> payload = Begin(buffer, id, FrameLimits.HashRequestPayload + hashBytes);
        request.Root.CopyTo(payload);
        BinaryPrimitives.WriteUInt32BigEndian(payload[32..], request.BaseLayer);
        BinaryPrimitives.WriteUInt32BigEndian(payload[36..], request.Index);
        BinaryPrimitives.WriteUInt32BigEndian(payload[40..], request.Length);
        BinaryPrimitives.WriteUInt32BigEndian(payload[44..], request.ProofLayers);
        return payload[FrameLimits.HashRequestPayload..];
    }
}
