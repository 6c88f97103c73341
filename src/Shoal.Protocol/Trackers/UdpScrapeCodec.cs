using System.Buffers.Binary;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// The scrape of the UDP tracker protocol (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>).
/// <code>
/// request   0 connection id (8)   8 action 2 (4)    12 transaction id (4)   16 + 20 n  info-hash (20)
/// reply     0 action 2 (4)        4 transaction id (4)    8 + 12 n  seeders (4) completed (4) leechers (4)
/// </code>
/// </summary>
public static class UdpScrapeCodec
{
    /// <summary>Info-hashes of one request at the most: what the reply's datagram has room for (BEP 15).</summary>
    public const int MaxHashes = 74;

    /// <summary>Bytes of the longest request.</summary>
    public const int MaxRequestLength = UdpTrackerHeader.Length + MaxHashes * InfoHash.Length;

    /// <summary>Bytes for one torrent in a reply.</summary>
    public const int EntryLength = 12;

    /// <summary>Writes a request for the first <see cref="MaxHashes"/> of the hashes.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteRequest(
        Span<byte> destination, ulong connectionId, uint transactionId, ReadOnlySpan<InfoHash> hashes)
    {
        new UdpTrackerHeader(connectionId, UdpTrackerAction.Scrape, transactionId).Write(destination);
        int at = UdpTrackerHeader.Length;
        foreach (InfoHash hash in hashes[..Math.Min(hashes.Length, MaxHashes)])
        {
            hash.CopyTo(destination[at..]);
            at += InfoHash.Length;
        }
        return at;
    }

    /// <summary>
    /// Reads the whole hashes of a request, at most <see cref="MaxHashes"/> and as many as there is room.
    /// </summary>
    /// <returns>Number of hashes.</returns>
    public static int ReadRequest(ReadOnlySpan<byte> datagram, Span<InfoHash> hashes)
    {
        if (datagram.Length < UdpTrackerHeader.Length) return 0;
        ReadOnlySpan<byte> rest = datagram[UdpTrackerHeader.Length..];
        int count = Math.Min(Math.Min(rest.Length / InfoHash.Length, MaxHashes), hashes.Length);
        for (int i = 0; i < count; i++) hashes[i] = new InfoHash(rest.Slice(i * InfoHash.Length, InfoHash.Length));
        return count;
    }

    /// <summary>Puts the figures of the torrents behind a header, in the order asked.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteReply(Span<byte> destination, uint transactionId, ReadOnlySpan<ScrapeEntry> entries)
    {
        UdpTrackerReply.WriteHeader(destination, UdpTrackerAction.Scrape, transactionId);
        int at = UdpTrackerReply.HeaderLength;
        foreach (ScrapeEntry entry in entries)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination[at..], entry.Complete);
            BinaryPrimitives.WriteInt32BigEndian(destination[(at + 4)..], entry.Downloaded);
            BinaryPrimitives.WriteInt32BigEndian(destination[(at + 8)..], entry.Incomplete);
            at += EntryLength;
        }
        return at;
    }

    /// <summary>
    /// Reads a reply, whose header has been checked: an entry for each hash asked that the reply is long enough for;
    /// more than asked is ignored, as is a part of an entry.
    /// </summary>
    public static IReadOnlyList<ScrapeEntry> ReadReply(ReadOnlySpan<byte> datagram, ReadOnlySpan<InfoHash> asked)
    {
        ReadOnlySpan<byte> rest = datagram[UdpTrackerReply.HeaderLength..];
        var entries = new ScrapeEntry[Math.Min(rest.Length / EntryLength, asked.Length)];
        for (int i = 0; i < entries.Length; i++)
        {
            ReadOnlySpan<byte> entry = rest.Slice(i * EntryLength, EntryLength);
            entries[i] = new ScrapeEntry(asked[i], Count(entry), Count(entry[4..]), Count(entry[8..]));
        }
        return entries;
    }

    private static int Count(ReadOnlySpan<byte> field) =>
        (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(field), int.MaxValue);
}
