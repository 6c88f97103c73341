using System.Buffers.Binary;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The first 68 bytes in each direction of a connection
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>).
/// </summary>
/// <remarks>
/// <code>
///   0   1                      20           28                 48                68
///   +---+----------------------+------------+------------------+-----------------+
///   |19 | BitTorrent protocol  | reserved 8 |   info-hash 20   |   peer id 20    |
///   +---+----------------------+------------+------------------+-----------------+
/// </code>
/// </remarks>
/// <param name="Reserved">Abilities of the sender.</param>
/// <param name="InfoHash">The torrent; the truncated hash for v2 (BEP 52).</param>
/// <param name="PeerId">The sender.</param>
public readonly record struct Handshake(ReservedBits Reserved, InfoHash InfoHash, PeerId PeerId)
{
    /// <summary>Bytes of a whole handshake.</summary>
    public const int Length = PrefixLength + PeerId.Length;

    /// <summary>
    /// Bytes up to and with the info-hash. Who accepts a connection can answer on these: some diallers send their
    /// peer id only after they have seen an answer.
    /// </summary>
    public const int PrefixLength = HashOffset + InfoHash.Length;

    private const int ReservedOffset = 20;
    private const int HashOffset = ReservedOffset + ReservedBits.Length;

    /// <summary>How every handshake begins: the length of the protocol's name, and the name.</summary>
    public static ReadOnlySpan<byte> Magic => "\u0013BitTorrent protocol"u8;

    /// <summary>
    /// Reads a handshake from the start of <paramref name="bytes"/>; what follows it is left alone. The first wrong
    /// byte decides, so that a peer which speaks something else is never waited for.
    /// </summary>
    public static HandshakeStatus TryRead(ReadOnlySpan<byte> bytes, out Handshake handshake)
    {
        handshake = default;
        HandshakeStatus status = TryReadPrefix(bytes, out ReservedBits reserved, out InfoHash infoHash);
        if (status != HandshakeStatus.Ok) return status;
        if (bytes.Length < Length) return HandshakeStatus.NeedMore;
        handshake = new Handshake(reserved, infoHash, new PeerId(bytes[PrefixLength..Length]));
        return HandshakeStatus.Ok;
    }

    /// <summary>Reads all but the peer id: enough to know which torrent the other side asks for.</summary>
    public static HandshakeStatus TryReadPrefix(
        ReadOnlySpan<byte> bytes, out ReservedBits reserved, out InfoHash infoHash)
    {
        reserved = default;
        infoHash = default;
        int known = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..known].SequenceEqual(Magic[..known])) return HandshakeStatus.Bad;
        if (bytes.Length < PrefixLength) return HandshakeStatus.NeedMore;
        reserved = new ReservedBits(BinaryPrimitives.ReadUInt64BigEndian(bytes[ReservedOffset..]));
        infoHash = new InfoHash(bytes[HashOffset..PrefixLength]);
        return HandshakeStatus.Ok;
    }

    /// <summary>Writes the 68 bytes to the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ReservedOffset..], Reserved.Bits);
        InfoHash.CopyTo(destination[HashOffset..]);
        PeerId.CopyTo(destination[PrefixLength..]);
    }

    /// <summary>Appends the 68 bytes.</summary>
    public void Write(MessageBuffer buffer) => Write(buffer.Append(Length));
}
