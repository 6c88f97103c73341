namespace Shoal.Network;

/// <summary>
/// Tells by the first bytes of a connection what is spoken on it, so that everything can come to one port.
/// </summary>
/// <remarks>
/// <code>
///   13 "BitTorrent protocol"                             a handshake in the clear
///   16 03 xx  length, 2 bytes  01                        a TLS record with a ClientHello
///   "GET_CHUNK "                                         a line that asks for a chunk
///   anything else, of which bytes 1 to 19 are text       foreign
///   anything else                                        the 96 random bytes of an encrypted handshake
/// </code>
/// Random bytes are taken for one of the others once in more than a hundred million connections; the peer then dials
/// again.
/// </remarks>
public static class StreamDetector
{
    /// <summary>Bytes after which every stream is decided.</summary>
    public const int MaxBytes = 20;

    // Record type "handshake" and the major version that every TLS has.
    private const byte TlsHandshakeRecord = 0x16;
    private const byte TlsMajorVersion = 3;
    private const byte TlsLastMinorVersion = 4;
    private const byte TlsClientHello = 1;
    private const int TlsDecidedBytes = 6;

    // A record of a ClientHello holds at most 2^14 bytes (RFC 8446, section 5.1).
    private const byte TlsMaxLengthHigh = 0x40;

    private static ReadOnlySpan<byte> BitTorrent => "\u0013BitTorrent protocol"u8;

    private static ReadOnlySpan<byte> ChunkLine => "GET_CHUNK "u8;

    /// <summary>Tells what begins with these bytes; <see cref="StreamKind.Undecided"/> asks for more of them.</summary>
    public static StreamKind Detect(ReadOnlySpan<byte> first)
    {
        if (IsPrefix(first, BitTorrent, out bool whole)) return whole ? StreamKind.BitTorrent : StreamKind.Undecided;
        if (IsPrefix(first, ChunkLine, out whole)) return whole ? StreamKind.ChunkLines : StreamKind.Undecided;
        if (IsTlsPrefix(first)) return first.Length >= TlsDecidedBytes ? StreamKind.Tls : StreamKind.Undecided;
        if (!IsText(first)) return StreamKind.Obfuscated;
        return first.Length >= MaxBytes ? StreamKind.Foreign : StreamKind.Undecided;
    }

    private static bool IsPrefix(ReadOnlySpan<byte> first, ReadOnlySpan<byte> start, out bool whole)
    {
        whole = first.Length >= start.Length;
        return whole ? first.StartsWith(start) : start.StartsWith(first);
    }

    private static bool IsTlsPrefix(ReadOnlySpan<byte> first) =>
        (first.Length < 1 || first[0] == TlsHandshakeRecord)
        && (first.Length < 2 || first[1] == TlsMajorVersion)
        && (first.Length < 3 || first[2] <= TlsLastMinorVersion)
        && (first.Length < 4 || first[3] <= TlsMaxLengthHigh)
        && (first.Length < TlsDecidedBytes || first[5] == TlsClientHello);

    // The first byte is left out, so that a handshake with a wrong length of its name is found to be one.
    private static bool IsText(ReadOnlySpan<byte> first)
    {
        int last = Math.Min(first.Length, MaxBytes);
        for (int i = 1; i < last; i++)
            if (first[i] is not (>= 0x20 and <= 0x7e or (byte)'\r' or (byte)'\n' or (byte)'\t')) return false;
        return true;
    }
}
