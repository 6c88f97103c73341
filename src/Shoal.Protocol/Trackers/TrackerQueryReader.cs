using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// Reads the query string of an HTTP announce or scrape (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP
/// 3</see>). It walks raw bytes: parameters in any order, unknown ones skipped, values with '=' in them or without any.
/// </summary>
public static class TrackerQueryReader
{
    /// <summary>
    /// Info-hashes taken from one HTTP scrape; further ones are ignored. The limit of aquatic and torrust.
    /// </summary>
    public const int MaxScrapeHashes = 100;

    /// <summary>Longest value that means something to us, after unescaping; longer ones count as unknown.</summary>
    private const int MaxValueBytes = 64;

    /// <summary>Takes an announce out of a query.</summary>
    /// <param name="query">What follows the '?' in the request target, still escaped.</param>
    /// <param name="announce">The announce when true is returned.</param>
    /// <param name="failure">The failure reason to answer when false is returned.</param>
    public static bool TryReadAnnounce(
        ReadOnlySpan<byte> query, out AnnounceQuery announce, [NotNullWhen(false)] out string? failure)
    {
        announce = default;
        InfoHash? hash = null;
        PeerId? id = null;
        long port = -1, uploaded = 0, downloaded = 0, left = long.MaxValue, numWant = AnnounceRequest.DefaultNumWant;
        uint key = 0, claimed = 0;
        bool compact = true;
        AnnounceEvent reason = AnnounceEvent.None;
        Span<byte> buffer = stackalloc byte[MaxValueBytes];
        scoped ReadOnlySpan<byte> rest = query;
        while (TryNext(ref rest, buffer, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool valid))
        {
            if (name.SequenceEqual("info_hash"u8))
            {
                failure = hash is not null ? "An announce is for one info_hash." : "info_hash must be 20 bytes.";
                if (hash is not null || !valid || value.Length != InfoHash.Length) return false;
                hash = new InfoHash(value);
            }
            else if (name.SequenceEqual("peer_id"u8))
            {
                failure = "peer_id must be 20 bytes.";
                if (!valid || value.Length != PeerId.Length) return false;
                id = new PeerId(value);
            }
            else if (!valid) continue;
            else if (name.SequenceEqual("port"u8)) port = ReadNumber(value) ?? -1;
            else if (name.SequenceEqual("uploaded"u8)) uploaded = Math.Max(0, ReadNumber(value) ?? 0);
            else if (name.SequenceEqual("downloaded"u8)) downloaded = Math.Max(0, ReadNumber(value) ?? 0);
            else if (name.SequenceEqual("left"u8)) left = ReadLeft(value);
            else if (name.SequenceEqual("numwant"u8)) numWant = ReadNumber(value) ?? AnnounceRequest.DefaultNumWant;
            else if (name.SequenceEqual("event"u8)) reason = ReadEvent(value);
            else if (name.SequenceEqual("compact"u8)) compact = !value.SequenceEqual("0"u8);
            else if (name.SequenceEqual("key"u8)) key = Fold(value);
            else if (name.SequenceEqual("ip"u8) || name.SequenceEqual("ipv4"u8)) claimed = ReadV4(value);
        }
        failure = hash is null ? "info_hash is missing."
            : id is null ? "peer_id is missing."
            : port is < 0 or > ushort.MaxValue || (port == 0 && reason != AnnounceEvent.Stopped)
                ? "port must be from 1 to 65535."
            : null;
        if (failure is not null) return false;
        announce = new AnnounceQuery
        {
            InfoHash = hash!.Value, PeerId = id!.Value, Port = (ushort)port, Uploaded = uploaded,
            Downloaded = downloaded, Left = left, Event = reason, Key = key, IsCompact = compact, ClaimedV4 = claimed,
            NumWant = (int)Math.Clamp(numWant, AnnounceRequest.DefaultNumWant, int.MaxValue),
        };
        return true;
    }

    /// <summary>Reads the info-hashes of a scrape, in order, up to the room in <paramref name="hashes"/>.</summary>
    /// <param name="query">What follows the '?' in the request target, still escaped.</param>
    /// <param name="hashes">Where they go; give room for <see cref="MaxScrapeHashes"/>.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="failure">The failure reason to answer when false is returned.</param>
    public static bool TryReadScrape(
        ReadOnlySpan<byte> query, Span<InfoHash> hashes, out int count, [NotNullWhen(false)] out string? failure)
    {
        count = 0;
        failure = null;
        Span<byte> buffer = stackalloc byte[MaxValueBytes];
        scoped ReadOnlySpan<byte> rest = query;
        while (count < hashes.Length
            && TryNext(ref rest, buffer, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool valid))
        {
            if (!name.SequenceEqual("info_hash"u8)) continue;
            failure = "info_hash must be 20 bytes.";
            if (!valid || value.Length != InfoHash.Length) return false;
            hashes[count++] = new InfoHash(value);
        }
        failure = count == 0 ? "A scrape needs at least one info_hash." : null;
        return count > 0;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> query, Span<byte> buffer, out ReadOnlySpan<byte> name,
        out ReadOnlySpan<byte> value, out bool valid)
    {
        name = value = default;
        valid = false;
        if (query.IsEmpty) return false;
        int end = query.IndexOf((byte)'&');
        ReadOnlySpan<byte> pair = end < 0 ? query : query[..end];
        query = end < 0 ? default : query[(end + 1)..];
        int equals = pair.IndexOf((byte)'=');
        name = equals < 0 ? pair : pair[..equals];
        valid = RawEscape.TryDecode(equals < 0 ? default : pair[(equals + 1)..], buffer, out int written);
        value = buffer[..written];
        return true;
    }

    /// <summary>A decimal number; one that is too large is cut at the largest long, anything else is null.</summary>
    private static long? ReadNumber(ReadOnlySpan<byte> value)
    {
        bool isNegative = value.StartsWith("-"u8);
        if (isNegative) value = value[1..];
        if (value.IsEmpty) return null;
        long number = 0;
        foreach (byte digit in value)
        {
            if (digit is < (byte)'0' or > (byte)'9') return null;
            int units = digit - '0';
            number = number > (long.MaxValue - units) / 10 ? long.MaxValue : number * 10 + units;
        }
        return isNegative ? -number : number;
    }

    private static long ReadLeft(ReadOnlySpan<byte> value) =>
        ReadNumber(value) is >= 0 and var bytes ? bytes : long.MaxValue;

    private static AnnounceEvent ReadEvent(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("started"u8) ? AnnounceEvent.Started
        : value.SequenceEqual("completed"u8) ? AnnounceEvent.Completed
        : value.SequenceEqual("stopped"u8) ? AnnounceEvent.Stopped
        : value.SequenceEqual("paused"u8) ? AnnounceEvent.Paused
        : AnnounceEvent.None;

    /// <summary>An IPv4 address in dotted form, with or without a port (BEP 7); 0 for anything else.</summary>
    private static uint ReadV4(ReadOnlySpan<byte> value)
    {
        int colon = value.IndexOf((byte)':');
        if (colon >= 0) value = value[..colon];
        uint address = 0;
        int parts = 0;
        while (true)
        {
            int dot = value.IndexOf((byte)'.');
            ReadOnlySpan<byte> part = dot < 0 ? value : value[..dot];
            if (part.Length is < 1 or > 3 || ReadNumber(part) is not (>= 0 and <= byte.MaxValue and var number))
                return 0;
            address = address << 8 | (uint)number;
            parts++;
            if (dot < 0) return parts == sizeof(uint) ? address : 0;
            value = value[(dot + 1)..];
        }
    }

    /// <summary>FNV-1a: the key is opaque, hexadecimal in most clients and raw bytes in aria2.</summary>
    private static uint Fold(ReadOnlySpan<byte> value)
    {
        uint hash = 2166136261;
        foreach (byte b in value) hash = (hash ^ b) * 16777619;
        return hash;
    }
}
