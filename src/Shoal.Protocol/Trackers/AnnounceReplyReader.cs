using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// Reads the body of an HTTP tracker's reply (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>, 7,
/// 23, 24, 31). Bytes after the dictionary are tolerated; fields of a wrong type count as missing.
/// </summary>
public static class AnnounceReplyReader
{
    /// <summary>Characters kept of a tracker's messages; a longer one says no more that a person would read.</summary>
    public const int MaxMessageChars = 256;

    /// <summary>Bytes of a tracker id at the most; it goes into every later URL.</summary>
    private const int MaxTrackerIdBytes = 256;

    /// <summary>Reads an announce reply, which may be a refusal: see <see cref="AnnounceReply.Failure"/>.</summary>
    /// <param name="body">The body; it is not kept.</param>
    /// <param name="reply">The reply, or null when false is returned.</param>
    /// <param name="error">Null on success, else one sentence that says why this is no reply.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out AnnounceReply? reply,
        [NotNullWhen(false)] out string? error)
    {
        reply = null;
        if (!TryReadDictionary(body, out BencodeNode root, out error)) return false;
        TimeSpan interval = AnnounceReply.ClampInterval(Number(root, "interval"u8));
        TimeSpan minInterval = AnnounceReply.ClampMinInterval(Number(root, "min interval"u8));
        if (root.TryGet("failure reason"u8, out BencodeNode failure))
        {
            reply = ReadRefusal(root, failure) with { Interval = interval, MinInterval = minInterval };
            return true;
        }
        root.TryGetString("tracker id"u8, out ReadOnlySpan<byte> id);
        root.TryGetString("external ip"u8, out ReadOnlySpan<byte> external);
        reply = new AnnounceReply
        {
            Interval = interval,
            MinInterval = minInterval,
            Warning = Text(root, "warning message"u8),
            TrackerId = id.Length is > 0 and <= MaxTrackerIdBytes ? Encoding.Latin1.GetString(id) : null,
            Complete = Count(root, "complete"u8),
            Incomplete = Count(root, "incomplete"u8),
            Downloaded = Count(root, "downloaded"u8),
            ExternalAddress = external.Length is 4 or 16 ? new IPAddress(external) : null,
            Peers = ReadPeers(root),
        };
        return true;
    }

    /// <summary>The failure of a body as one safe line, or null when it has none.</summary>
    internal static string? FailureIn(BencodeNode root) => root.TryGet("failure reason"u8, out BencodeNode failure)
        ? DisplayText.Of(failure.Bytes, MaxMessageChars)
        : null;

    internal static bool TryReadDictionary(
        ReadOnlyMemory<byte> body, out BencodeNode root, [NotNullWhen(false)] out string? error)
    {
        root = default;
        error = null;
        if (body.IsEmpty)
            error = "The tracker sent an empty reply.";
        else if (!BencodeDocument.TryParse(body, BencodeLimits.TrackerReply, out BencodeDocument? document,
                out BencodeError flaw))
            error = $"The tracker's reply is no bencoding: {flaw}.";
        else if (document.Root.Kind != BencodeKind.Dictionary)
            error = "The tracker's reply is no dictionary.";
        else
            root = document.Root;
        return error is null;
    }

    internal static int? Count(BencodeNode dictionary, ReadOnlySpan<byte> key) =>
        Number(dictionary, key) is { } value ? (int)Math.Clamp(value, 0, int.MaxValue) : null;

    private static AnnounceReply ReadRefusal(BencodeNode root, BencodeNode failure)
    {
        root.TryGet("retry in"u8, out BencodeNode retry);
        return new AnnounceReply
        {
            Failure = DisplayText.Of(failure.Bytes, MaxMessageChars),
            IsFinal = retry.Bytes.SequenceEqual("never"u8),
            RetryIn = retry.TryGetInteger(out long minutes)
                ? TimeSpan.FromMinutes(Math.Clamp(minutes, 1, (long)AnnounceReply.MaximumInterval.TotalMinutes))
                : null,
        };
    }

    private static List<IPEndPoint> ReadPeers(BencodeNode root)
    {
        var peers = new List<IPEndPoint>();
        root.TryGet("peers"u8, out BencodeNode list);
        if (list.Kind == BencodeKind.String) CompactEndPoints.ReadV4(list.Bytes, AnnounceReply.MaxPeers, peers);
        foreach (BencodeNode item in list.Items)
        {
            if (peers.Count >= AnnounceReply.MaxPeers) break;
            if (TryReadPeer(item, out IPEndPoint? peer)) peers.Add(peer);
        }
        root.TryGetString("peers6"u8, out ReadOnlySpan<byte> compact6);
        CompactEndPoints.ReadV6(compact6, AnnounceReply.MaxPeers - peers.Count, peers);
        return peers;
    }

    /// <summary>
    /// A peer as a dictionary. A host name in place of an address is left out: peers are not looked up.
    /// </summary>
    private static bool TryReadPeer(BencodeNode item, [NotNullWhen(true)] out IPEndPoint? peer)
    {
        peer = null;
        if (!item.TryGetString("ip"u8, out ReadOnlySpan<byte> ip) || !item.TryGetInteger("port"u8, out long port)
            || port is < 1 or > ushort.MaxValue || !IPAddress.TryParse(ip, out IPAddress? address))
            return false;
        peer = new IPEndPoint(CompactEndPoints.Plain(address), (int)port);
        return true;
    }

    private static string? Text(BencodeNode root, ReadOnlySpan<byte> key) =>
        root.TryGetString(key, out ReadOnlySpan<byte> text) && !text.IsEmpty
            ? DisplayText.Of(text, MaxMessageChars)
            : null;

    private static long? Number(BencodeNode dictionary, ReadOnlySpan<byte> key) =>
        dictionary.TryGetInteger(key, out long value) ? value : null;
}
