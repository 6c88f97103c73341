using Shoal.Protocol;

namespace Shoal.Tracker.Snapshots;

/// <summary>
/// The file that keeps the swarms over a restart. Numbers are little-endian.
/// <code>
/// head    0 "SHOALSWM"   8 version (4)   12 written, in Unix milliseconds (8)   20 ticks of a lifetime's unit (8)
///        28 swarms (8)
/// chunk   0 length of the records (4)   4 their CRC-32C (4)   8 records
/// end     a chunk of length 0
/// record  0 info-hash (20)  20 flags (1)  21 downloads (4)  25 IPv4 rows (4)  29 seeds of them (4)
///        33 IPv6 rows (4)  37 seeds of them (4)  41 IPv4 rows of 10 bytes  … IPv6 rows of 22 bytes
/// </code>
/// Rows are those of <see cref="Swarms.IRowLayout"/>, with an age in the place of the tick.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>What is read and written; another one is refused.</summary>
    public const int Version = 1;

    /// <summary>Bytes of the head.</summary>
    public const int HeadLength = 36;

    /// <summary>Bytes before the records of a chunk.</summary>
    public const int ChunkHeadLength = 8;

    /// <summary>
    /// Bytes of a chunk at the most: a page of entries, or one swarm of a million peers, whichever is larger.
    /// </summary>
    public const int MaxChunkLength = 64 * 1024 * 1024;

    /// <summary>Bytes of a record before its rows.</summary>
    public const int RecordHeadLength = InfoHash.Length + 21;

    /// <summary>The bit of the flags that tells of addresses that do not reach everywhere.</summary>
    public const byte LocalFlag = 1;

    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SHOALSWM"u8;
}
