using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// Writes the bodies that an HTTP tracker answers with
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>, 7, 23, 24, 31, 48).
/// </summary>
public static class TrackerReplyWriter
{
    /// <summary>Longest text of an IPv6 address.</summary>
    private const int MaxAddressChars = 45;

    /// <summary>Writes the answer to an announce.</summary>
    /// <param name="output">Where the body goes.</param>
    /// <param name="answer">Everything but the peers.</param>
    /// <param name="external">
    /// The address that the request came from, as 4 or 16 bytes (BEP 24); empty leaves it out.
    /// </param>
    /// <param name="peers4">IPv4 peers of six bytes each.</param>
    /// <param name="peers6">IPv6 peers of eighteen bytes each.</param>
    /// <param name="isCompact">True for strings of bytes, false for the list of dictionaries of BEP 3.</param>
    /// <param name="ids">
    /// Peer ids for the list of dictionaries, those of <paramref name="peers4"/> first; empty leaves them out, as a
    /// client may ask with <c>no_peer_id</c> and as a tracker must that does not keep them.
    /// </param>
    public static void WriteAnnounce(
        IBufferWriter<byte> output, in AnnounceAnswer answer, ReadOnlySpan<byte> external, ReadOnlySpan<byte> peers4,
        ReadOnlySpan<byte> peers6, bool isCompact, ReadOnlySpan<PeerId> ids = default)
    {
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        writer.Pair("complete"u8, answer.Complete);
        writer.Pair("downloaded"u8, answer.Downloaded);
        if (!external.IsEmpty) writer.Pair("external ip"u8, external);
        writer.Pair("incomplete"u8, answer.Incomplete);
        writer.Pair("interval"u8, answer.IntervalSeconds);
        writer.Pair("min interval"u8, answer.MinIntervalSeconds);
        writer.Key("peers"u8);
        if (isCompact)
        {
            writer.String(peers4);
            if (!peers6.IsEmpty) writer.Pair("peers6"u8, peers6);
        }
        else
        {
            writer.BeginList();
            WriteList(writer, peers4, CompactEndPoints.V4Length, ids);
            WriteList(writer, peers6, CompactEndPoints.V6Length,
                ids.IsEmpty ? ids : ids[(peers4.Length / CompactEndPoints.V4Length)..]);
            writer.End();
        }
        if (answer.Warning is { } warning) writer.Pair("warning message"u8, warning);
        writer.End();
    }

    /// <summary>
    /// Writes a refusal. Intervals go with it, because libtorrent heeds them there too; a
    /// <paramref name="retryInMinutes"/> of 0 stands for "never" (BEP 31), null leaves it out.
    /// </summary>
    public static void WriteFailure(
        IBufferWriter<byte> output, string reason, int intervalSeconds, int minIntervalSeconds, int? retryInMinutes)
    {
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        writer.Pair("failure reason"u8, reason);
        writer.Pair("interval"u8, intervalSeconds);
        writer.Pair("min interval"u8, minIntervalSeconds);
        if (retryInMinutes is 0) writer.Pair("retry in"u8, "never"u8);
        else if (retryInMinutes is { } minutes) writer.Pair("retry in"u8, minutes);
        writer.End();
    }

    /// <summary>
    /// Writes the answer to a scrape. It sorts the entries; a hash that occurs twice is written once.
    /// </summary>
    public static void WriteScrape(IBufferWriter<byte> output, Span<ScrapeEntry> entries, int minIntervalSeconds)
    {
        entries.Sort(static (a, b) => Compare(a.InfoHash, b.InfoHash));
        var writer = new BencodeWriter(output);
        Span<byte> key = stackalloc byte[InfoHash.Length];
        writer.BeginDictionary();
        writer.Key("files"u8);
        writer.BeginDictionary();
        for (int i = 0; i < entries.Length; i++)
        {
            ScrapeEntry entry = entries[i];
            if (i > 0 && entry.InfoHash == entries[i - 1].InfoHash) continue;
            entry.InfoHash.CopyTo(key);
            writer.Key(key);
            writer.BeginDictionary();
            writer.Pair("complete"u8, entry.Complete);
            writer.Pair("downloaded"u8, entry.Downloaded);
            if (entry.Downloaders is { } downloaders) writer.Pair("downloaders"u8, downloaders);
            writer.Pair("incomplete"u8, entry.Incomplete);
            writer.End();
        }
        writer.End();
        writer.Key("flags"u8);
        writer.BeginDictionary();
        writer.Pair("min_request_interval"u8, minIntervalSeconds);
        writer.End();
        writer.End();
    }

    private static void WriteList(BencodeWriter writer, ReadOnlySpan<byte> peers, int stride, ReadOnlySpan<PeerId> ids)
    {
        Span<byte> text = stackalloc byte[MaxAddressChars];
        Span<byte> id = stackalloc byte[PeerId.Length];
        for (int i = 0; (i + 1) * stride <= peers.Length; i++)
        {
            ReadOnlySpan<byte> peer = peers.Slice(i * stride, stride);
            new IPAddress(peer[..^2]).TryFormat(text, out int length);
            writer.BeginDictionary();
            writer.Pair("ip"u8, text[..length]);
            if (i < ids.Length)
            {
                ids[i].CopyTo(id);
                writer.Pair("peer id"u8, id);
            }
            writer.Pair("port"u8, BinaryPrimitives.ReadUInt16BigEndian(peer[^2..]));
            writer.End();
        }
    }

    private static int Compare(InfoHash a, InfoHash b)
    {
        Span<byte> left = stackalloc byte[InfoHash.Length];
        Span<byte> right = stackalloc byte[InfoHash.Length];
        a.CopyTo(left);
        b.CopyTo(right);
        return left.SequenceCompareTo(right);
    }
}
