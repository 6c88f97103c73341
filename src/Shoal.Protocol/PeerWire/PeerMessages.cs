using System.Buffers.Binary;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// Writes whole messages, prefix included, to the end of a <see cref="MessageBuffer"/>. What each means stands at
/// <see cref="PeerMessageId"/>; how it lies on the wire at <see cref="PeerFrame"/>.
/// </summary>
public static partial class PeerMessages
{
    /// <summary>Bytes before the block in a piece message: prefix, id, piece and offset.</summary>
    public const int PieceHeaderLength = 13;

    private const int PrefixAndId = 5;

    /// <summary>Writes a frame without content.</summary>
    public static void WriteKeepAlive(MessageBuffer buffer) => buffer.Append(FrameLimits.PrefixBytes).Clear();

    /// <summary>Tells the peer that its requests are not served from now on.</summary>
    public static void WriteChoke(MessageBuffer buffer) => Begin(buffer, PeerMessageId.Choke, 0);

    /// <summary>Tells the peer that its requests are served from now on.</summary>
    public static void WriteUnchoke(MessageBuffer buffer) => Begin(buffer, PeerMessageId.Unchoke, 0);

    /// <summary>Tells the peer that it has something to request here.</summary>
    public static void WriteInterested(MessageBuffer buffer) => Begin(buffer, PeerMessageId.Interested, 0);

    /// <summary>Tells the peer that it has nothing to request here.</summary>
    public static void WriteNotInterested(MessageBuffer buffer) => Begin(buffer, PeerMessageId.NotInterested, 0);

    /// <summary>Says that every piece is here, in place of a bitfield; only for the fast extension.</summary>
    public static void WriteHaveAll(MessageBuffer buffer) => Begin(buffer, PeerMessageId.HaveAll, 0);

    /// <summary>Says that no piece is here, in place of a bitfield; only for the fast extension.</summary>
    public static void WriteHaveNone(MessageBuffer buffer) => Begin(buffer, PeerMessageId.HaveNone, 0);

    /// <summary>Says that one more piece is here, complete and verified.</summary>
    public static void WriteHave(MessageBuffer buffer, PieceIndex piece) =>
        WritePieceNumber(buffer, PeerMessageId.Have, piece);

    /// <summary>Names a piece that is cheap to serve now; only to a peer with the fast extension.</summary>
    public static void WriteSuggest(MessageBuffer buffer, PieceIndex piece) =>
        WritePieceNumber(buffer, PeerMessageId.SuggestPiece, piece);

    /// <summary>Names a piece that may be requested while choked; only to a peer with the fast extension.</summary>
    public static void WriteAllowedFast(MessageBuffer buffer, PieceIndex piece) =>
        WritePieceNumber(buffer, PeerMessageId.AllowedFast, piece);

    /// <summary>Says which pieces are here; only as the first message.</summary>
    public static void WriteBitfield(MessageBuffer buffer, Bitfield pieces) =>
        pieces.Write(Begin(buffer, PeerMessageId.Bitfield, pieces.WireLength));

    /// <summary>Asks for a block.</summary>
    public static void WriteRequest(MessageBuffer buffer, BlockSpan block) =>
        WriteSpan(buffer, PeerMessageId.Request, block);

    /// <summary>Takes a request back.</summary>
    public static void WriteCancel(MessageBuffer buffer, BlockSpan block) =>
        WriteSpan(buffer, PeerMessageId.Cancel, block);

    /// <summary>Says that a request will not be served; only to a peer with the fast extension.</summary>
    public static void WriteReject(MessageBuffer buffer, BlockSpan block) =>
        WriteSpan(buffer, PeerMessageId.RejectRequest, block);

    /// <summary>
    /// Rejects numbers that name no block, exactly as the peer sent them; only to a peer with the fast extension.
    /// </summary>
    public static void WriteReject(MessageBuffer buffer, uint piece, uint begin, uint length)
    {
        Span<byte> payload = Begin(buffer, PeerMessageId.RejectRequest, 12);
        BinaryPrimitives.WriteUInt32BigEndian(payload, piece);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], begin);
        BinaryPrimitives.WriteUInt32BigEndian(payload[8..], length);
    }

    /// <summary>Tells the port of the DHT node beside this peer; only to a peer with the DHT bit.</summary>
    public static void WritePort(MessageBuffer buffer, ushort port) =>
        BinaryPrimitives.WriteUInt16BigEndian(Begin(buffer, PeerMessageId.Port, 2), port);

    /// <summary>Writes a piece message with its block. For bulk data lay headers between blocks instead.</summary>
    /// <exception cref="ArgumentException">The block has another length than the span says.</exception>
    public static void WritePiece(MessageBuffer buffer, BlockSpan span, ReadOnlySpan<byte> block)
    {
        if (block.Length != span.Length)
            throw new ArgumentException($"The span names {span.Length} bytes, not {block.Length}.", nameof(block));
        Span<byte> message = buffer.Append(PieceHeaderLength + block.Length);
        WritePieceHeader(message, span);
        block.CopyTo(message[PieceHeaderLength..]);
    }

    /// <summary>
    /// Writes the 13 bytes that go before a block, for an upload that reads blocks into a buffer with gaps.
    /// </summary>
    public static void WritePieceHeader(Span<byte> destination, BlockSpan span)
    {
        BinaryPrimitives.WriteUInt32BigEndian(
            destination, (uint)(PieceHeaderLength - FrameLimits.PrefixBytes + span.Length));
        destination[4] = (byte)PeerMessageId.Piece;
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], (uint)span.Piece.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[9..], (uint)span.Begin);
    }

    /// <summary>
    /// Writes an extended message (BEP 10): 0 for the handshake, else the id that the peer gave the extension in its
    /// handshake.
    /// </summary>
    public static void WriteExtended(MessageBuffer buffer, byte extensionId, ReadOnlySpan<byte> message) =>
        message.CopyTo(BeginExtended(buffer, extensionId, message.Length));

    /// <summary>Begins an extended message, whose content the caller writes into the returned bytes.</summary>
    internal static Span<byte> BeginExtended(MessageBuffer buffer, byte extensionId, int messageLength)
    {
        Span<byte> payload = Begin(buffer, PeerMessageId.Extended, 1 + messageLength);
        payload[0] = extensionId;
        return payload[1..];
    }

    private static Span<byte> Begin(MessageBuffer buffer, PeerMessageId id, int payloadLength)
    {
        Span<byte> message = buffer.Append(PrefixAndId + payloadLength);
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)(1 + payloadLength));
        message[FrameLimits.PrefixBytes] = (byte)id;
        return message[PrefixAndId..];
    }

    private static void WritePieceNumber(MessageBuffer buffer, PeerMessageId id, PieceIndex piece) =>
        BinaryPrimitives.WriteUInt32BigEndian(Begin(buffer, id, 4), (uint)piece.Value);

    private static void WriteSpan(MessageBuffer buffer, PeerMessageId id, BlockSpan block)
    {
        Span<byte> payload = Begin(buffer, id, 12);
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)block.Piece.Value);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], (uint)block.Begin);
        BinaryPrimitives.WriteUInt32BigEndian(payload[8..], (uint)block.Length);
    }
}
