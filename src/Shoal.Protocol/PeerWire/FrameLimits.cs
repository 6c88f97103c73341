using System.Buffers.Binary;
using Shoal.Protocol.Merkle;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// How long a message may be, by its id where that is visible already: so that a peer which announces a huge
/// <c>have</c> is known for what it is before one byte of it is stored.
/// </summary>
internal static class FrameLimits
{
    /// <summary>Bytes of the length prefix.</summary>
    public const int PrefixBytes = 4;

    /// <summary>Bytes of a hash request's payload: a root and four numbers (BEP 52).</summary>
    public const int HashRequestPayload = Sha256Hash.Length + 4 * sizeof(uint);

    private const int OnlyId = 1;
    private const int OneNumber = 5;
    private const int ThreeNumbers = 13;
    private const int PortBytes = 3;
    private const int PieceBytes = 9 + PeerFrame.MaxBlockBytes;
    private const int HashBytes = 1 + HashRequestPayload;

    // No more than this is ever asked for in one request.
    private const int HashesBytes = HashBytes + (HashRequest.MaxLength + MerkleTree.MaxLayers) * Sha256Hash.Length;

    /// <summary>The length that a prefix states, or 0 when it is not whole.</summary>
    public static uint LengthAt(ReadOnlySpan<byte> bytes) =>
        bytes.Length < PrefixBytes ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    /// <summary>True when the prefix at the start of <paramref name="bytes"/> states too much.</summary>
    public static bool Exceeds(ReadOnlySpan<byte> bytes, uint length, int maxFrameBytes) =>
        length > (uint)maxFrameBytes || (bytes.Length > PrefixBytes && length > MaxOf(bytes[PrefixBytes]));

    private static uint MaxOf(byte id) => (PeerMessageId)id switch
    {
        PeerMessageId.Piece => PieceBytes,
        PeerMessageId.Request or PeerMessageId.Cancel or PeerMessageId.RejectRequest => ThreeNumbers,
        PeerMessageId.Have or PeerMessageId.SuggestPiece or PeerMessageId.AllowedFast => OneNumber,
        PeerMessageId.Choke or PeerMessageId.Unchoke or PeerMessageId.Interested or PeerMessageId.NotInterested
            or PeerMessageId.HaveAll or PeerMessageId.HaveNone => OnlyId,
        PeerMessageId.Port => PortBytes,
        PeerMessageId.HashRequest or PeerMessageId.HashReject => HashBytes,
        PeerMessageId.Hashes => HashesBytes,
        _ => uint.MaxValue,
    };
}
