using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Resume;

/// <summary>What a record of the journal says.</summary>
internal enum JournalRecordKind : byte
{
    /// <summary>A process goes on from here. Payload: id of the system's start, 16 bytes.</summary>
    Session = 1,

    /// <summary>A piece is written and right. Payload: its number, 4 bytes.</summary>
    Piece = 2,

    /// <summary>
    /// A piece is not there any more. Payload: its number, 4 bytes; nothing for all that are in doubt, once they were
    /// checked.
    /// </summary>
    Lost = 3,

    /// <summary>
    /// The data of every record before an offset of the journal is on the medium. Payload: that offset, 8 bytes.
    /// </summary>
    Durable = 4,

    /// <summary>Many pieces at once, all on the medium. Payload: a bitfield.</summary>
    Snapshot = 5,

    /// <summary>
    /// The process ended in good order. Payload: length on disk and time of change of each file, 8 bytes each.
    /// </summary>
    Clean = 6,

    /// <summary>
    /// A piece must be checked before it counts, or counts again. Payload: its number, 4 bytes; nothing for all pieces,
    /// of which nothing is known.
    /// </summary>
    Doubt = 7,

    /// <summary>
    /// Blocks of a piece that is not whole are written. Payload: the piece's number, that of the first block, and how
    /// many, 4 bytes each. <see cref="Lost"/> takes it back.
    /// </summary>
    Blocks = 8,
}

/// <summary>
/// The bytes of a resume journal, little-endian. Each record's checksum starts from that of the header, so that a
/// record of another torrent does not count.
/// </summary>
/// <remarks>
/// <code>
///  header   "SHOALJNL"  version:4  pieces:4  piece length:4  files:4  info-hash:32  crc32c:4
///  record   kind:1  length:3  payload  crc32c:4
/// </code>
/// </remarks>
internal static class JournalFormat
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 60;

    /// <summary>Bytes of a record around its payload.</summary>
    public const int FrameLength = 8;

    /// <summary>Bytes that the length of a payload has room for.</summary>
    public const int MaxPayloadLength = (1 << 24) - 1;

    /// <summary>Bytes of the payload of a record about blocks.</summary>
    public const int BlocksLength = 12;

    /// <summary>The version written; a file of another one is not read.</summary>
    private const uint Version = 2;

    private static ReadOnlySpan<byte> Magic => "SHOALJNL"u8;

    /// <summary>The header of a torrent's journal.</summary>
    public static byte[] Header(TorrentInfo info)
    {
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), info.Geometry.PieceCount);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), info.Geometry.PieceLength);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), info.Files.Length);
        if (info.Hashes.V2 is { } v2) v2.CopyTo(header.AsSpan(24));
        else info.Hashes.Wire.CopyTo(header.AsSpan(24));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(56), Crc(0, header.AsSpan(0, 56)));
        return header;
    }

    /// <summary>Bytes of a record with a payload of that length.</summary>
    public static int RecordLength(int payloadLength) => FrameLength + payloadLength;

    /// <summary>Writes a record to the start of <paramref name="destination"/> and returns its length.</summary>
    public static int Write(
        Span<byte> destination, uint seed, JournalRecordKind kind, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)kind | (uint)payload.Length << 8);
        payload.CopyTo(destination[4..]);
        uint crc = Crc(seed, destination[..(4 + payload.Length)]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 + payload.Length)..], crc);
        return RecordLength(payload.Length);
    }

    /// <summary>Appends a record to a buffer.</summary>
    public static void Append(
        ArrayBufferWriter<byte> buffer, uint seed, JournalRecordKind kind, ReadOnlySpan<byte> payload) =>
        buffer.Advance(Write(buffer.GetSpan(RecordLength(payload.Length)), seed, kind, payload));

    /// <summary>Appends a record about a piece to a buffer.</summary>
    public static void Append(ArrayBufferWriter<byte> buffer, uint seed, JournalRecordKind kind, int piece)
    {
        Span<byte> payload = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, piece);
        Append(buffer, seed, kind, payload);
    }

    /// <summary>Appends a record about blocks of a piece to a buffer.</summary>
    public static void Append(ArrayBufferWriter<byte> buffer, uint seed, BlockSpan blocks)
    {
        Span<byte> payload = stackalloc byte[BlocksLength];
        WriteBlocks(payload, blocks);
        Append(buffer, seed, JournalRecordKind.Blocks, payload);
    }

    /// <summary>Writes the payload of a record about whole blocks of a piece.</summary>
    public static void WriteBlocks(Span<byte> payload, BlockSpan blocks)
    {
        BinaryPrimitives.WriteInt32LittleEndian(payload, blocks.Piece.Value);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], blocks.FirstBlock);
        BinaryPrimitives.WriteInt32LittleEndian(payload[8..], blocks.BlockCount);
    }

    /// <summary>Reads the payload of a record about blocks; false when there are no such blocks.</summary>
    public static bool TryReadBlocks(ReadOnlySpan<byte> payload, PieceGeometry geometry, out BlockSpan blocks)
    {
        blocks = default;
        if (payload.Length != BlocksLength) return false;
        if (!geometry.TryPiece(BinaryPrimitives.ReadInt32LittleEndian(payload), out PieceIndex piece)) return false;
        int first = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(payload[8..]);
        int blockCount = geometry.BlockCount(piece);
        if (first < 0 || first >= blockCount || count <= 0 || count > blockCount - first) return false;
        int begin = first * PieceGeometry.BlockLength;
        int end = Math.Min((first + count) * PieceGeometry.BlockLength, geometry.PayloadLength(piece));
        blocks = new BlockSpan(piece, begin, end - begin);
        return true;
    }

    /// <summary>Reads the record at an offset; false when none that is whole and right begins there.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> journal, int offset, uint seed, out JournalRecordKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        ReadOnlySpan<byte> rest = journal[offset..];
        if (rest.Length < FrameLength) return false;
        uint frame = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        int length = (int)(frame >> 8);
        if (rest.Length < RecordLength(length)) return false;
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(rest[(4 + length)..]);
        if (crc != Crc(seed, rest[..(4 + length)])) return false;
        kind = (JournalRecordKind)(frame & 0xff);
        payload = rest.Slice(4, length);
        return true;
    }

    /// <summary>The checksum that records of a journal with this header start from.</summary>
    public static uint SeedOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[56..]);

    private static uint Crc(uint seed, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~seed;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
