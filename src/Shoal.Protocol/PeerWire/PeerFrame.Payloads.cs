using System.Buffers.Binary;

namespace Shoal.Protocol.PeerWire;

// What the payload of each message holds. A reader answers false when the frame is of another kind or its payload
// has not exactly the size that the specification gives; whether the numbers make sense is for the torrent to say.
public readonly ref partial struct PeerFrame
{
    /// <summary>True when there is no payload, as with choke, unchoke, (not) interested and have all/none.</summary>
    public bool IsBare => Payload.IsEmpty;

    /// <summary>Reads a have: the number of a piece, unchecked.</summary>
    public bool TryReadHave(out uint piece) => TryReadNumber(Id == PeerMessageId.Have, out piece);

    /// <summary>Reads a suggest piece (BEP 6): the number of a piece, unchecked.</summary>
    public bool TryReadSuggest(out uint piece) => TryReadNumber(Id == PeerMessageId.SuggestPiece, out piece);

    /// <summary>Reads an allowed fast (BEP 6): the number of a piece, unchecked.</summary>
    public bool TryReadAllowedFast(out uint piece) => TryReadNumber(Id == PeerMessageId.AllowedFast, out piece);

    /// <summary>Reads a request, cancel or reject: piece, offset in it and number of bytes, all unchecked.</summary>
    public bool TryReadRequest(out uint piece, out uint begin, out uint length)
    {
        piece = begin = length = 0;
        if (Id is not (PeerMessageId.Request or PeerMessageId.Cancel or PeerMessageId.RejectRequest)) return false;
        if (Payload.Length != 12) return false;
        piece = BinaryPrimitives.ReadUInt32BigEndian(Payload);
        begin = BinaryPrimitives.ReadUInt32BigEndian(Payload[4..]);
        length = BinaryPrimitives.ReadUInt32BigEndian(Payload[8..]);
        return true;
    }

    /// <summary>Reads a piece message: piece and offset, unchecked, and the block, which may be empty.</summary>
    public bool TryReadPiece(out uint piece, out uint begin, out ReadOnlySpan<byte> block)
    {
        piece = begin = 0;
        block = default;
        if (Id != PeerMessageId.Piece || Payload.Length < 8) return false;
        piece = BinaryPrimitives.ReadUInt32BigEndian(Payload);
        begin = BinaryPrimitives.ReadUInt32BigEndian(Payload[4..]);
        block = Payload[8..];
        return true;
    }

    /// <summary>Reads a port message (BEP 5): the sender's DHT port, where 0 means nothing useful.</summary>
    public bool TryReadPort(out ushort port)
    {
        bool valid = Id == PeerMessageId.Port && Payload.Length == 2;
        port = valid ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : (ushort)0;
        return valid;
    }

    /// <summary>
    /// Reads an extended message (BEP 10): 0 for the handshake, else the id that this side gave the extension in its
    /// own handshake; and what follows it.
    /// </summary>
    public bool TryReadExtended(out byte extensionId, out ReadOnlySpan<byte> message)
    {
        bool valid = Id == PeerMessageId.Extended && Payload.Length > 0;
        extensionId = valid ? Payload[0] : (byte)0;
        message = valid ? Payload[1..] : default;
        return valid;
    }

    private bool TryReadNumber(bool rightKind, out uint number)
    {
        bool valid = rightKind && Payload.Length == 4;
        number = valid ? BinaryPrimitives.ReadUInt32BigEndian(Payload) : 0;
        return valid;
    }
}
