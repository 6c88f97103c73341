using System.Buffers.Binary;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// The announce request of the UDP tracker protocol
/// (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>) with the options of
/// <see href="https://www.bittorrent.org/beps/bep_0041.html">BEP 41</see> behind it.
/// <code>
///  0 connection id (8)   8 action 1 (4)    12 transaction id (4)
/// 16 info-hash (20)     36 peer id (20)
/// 56 downloaded (8)     64 left (8)        72 uploaded (8)
/// 80 event (4)          84 IP (4)          88 key (4)
/// 92 numwant (4)        96 port (2)        98 options: 0 end, 1 no operation, 2 length (1) part of the URL
/// </code>
/// </summary>
public static class UdpAnnounceCodec
{
    /// <summary>Bytes of a request without options.</summary>
    public const int Length = 98;

    /// <summary>Path and query of the tracker URL at the most; what libtorrent sends: one option.</summary>
    public const int MaxUrlDataBytes = 255;

    /// <summary>Bytes of the longest request that <see cref="Write"/> makes.</summary>
    public const int MaxLength = Length + 2 + MaxUrlDataBytes;

    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte UrlData = 2;

    /// <summary>Writes a request.</summary>
    /// <param name="destination">Room for <see cref="MaxLength"/> bytes.</param>
    /// <param name="connectionId">What the tracker gave on connect.</param>
    /// <param name="transactionId">To be found again in the reply.</param>
    /// <param name="request">The announce; its tracker id and address have no place in this protocol.</param>
    /// <param name="urlData">Path and query; cut at <see cref="MaxUrlDataBytes"/>, no option when empty.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ulong connectionId, uint transactionId, AnnounceRequest request,
        ReadOnlySpan<byte> urlData)
    {
        new UdpTrackerHeader(connectionId, UdpTrackerAction.Announce, transactionId).Write(destination);
        request.InfoHash.CopyTo(destination[16..]);
        request.PeerId.CopyTo(destination[36..]);
        BinaryPrimitives.WriteInt64BigEndian(destination[56..], request.Downloaded);
        BinaryPrimitives.WriteInt64BigEndian(destination[64..], request.Left ?? AnnounceRequest.UnknownLeftBytes);
        BinaryPrimitives.WriteInt64BigEndian(destination[72..], request.Uploaded);
        BinaryPrimitives.WriteInt32BigEndian(destination[80..], (int)request.Event);
        // Zero lets the tracker use the sender's address; trackers ignore anything else for good reason.
        destination[84..88].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination[88..], request.Key);
        BinaryPrimitives.WriteInt32BigEndian(destination[92..], Math.Max(-1, request.NumWant));
        BinaryPrimitives.WriteUInt16BigEndian(destination[96..], request.Port);
        if (urlData.IsEmpty) return Length;
        if (urlData.Length > MaxUrlDataBytes) urlData = urlData[..MaxUrlDataBytes];
        destination[Length] = UrlData;
        destination[Length + 1] = (byte)urlData.Length;
        urlData.CopyTo(destination[(Length + 2)..]);
        return Length + 2 + urlData.Length;
    }

    /// <summary>
    /// Reads a request, whose header says that it is an announce; false when it is too short or unusable.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out AnnounceQuery announce)
    {
        announce = default;
        if (datagram.Length < Length) return false;
        int reason = BinaryPrimitives.ReadInt32BigEndian(datagram[80..]);
        announce = new AnnounceQuery
        {
            InfoHash = new InfoHash(datagram[16..36]),
            PeerId = new PeerId(datagram[36..56]),
            Downloaded = Counter(datagram[56..]),
            Left = Counter(datagram[64..]),
            Uploaded = Counter(datagram[72..]),
            Event = reason is >= 0 and <= (int)AnnounceEvent.Paused ? (AnnounceEvent)reason : AnnounceEvent.None,
            ClaimedV4 = BinaryPrimitives.ReadUInt32BigEndian(datagram[84..]),
            Key = BinaryPrimitives.ReadUInt32BigEndian(datagram[88..]),
            NumWant = Math.Max(AnnounceRequest.DefaultNumWant, BinaryPrimitives.ReadInt32BigEndian(datagram[92..])),
            Port = BinaryPrimitives.ReadUInt16BigEndian(datagram[96..]),
            IsCompact = true,
        };
        return announce.Port != 0 || announce.Event == AnnounceEvent.Stopped;
    }

    /// <summary>The torrent of a request; false when the datagram is too short for an announce or is none.</summary>
    public static bool TryReadTorrent(ReadOnlySpan<byte> datagram, out InfoHash torrent)
    {
        torrent = default;
        if (datagram.Length < Length
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]) != (uint)UdpTrackerAction.Announce)
            return false;
        torrent = new InfoHash(datagram[16..36]);
        return true;
    }

    /// <summary>
    /// Joins the URL options of a request. Reading stops at the end option, at an unknown option without room for its
    /// length, at a length that reaches past the end, and where <paramref name="urlData"/> is full.
    /// </summary>
    /// <returns>Bytes of path and query written to <paramref name="urlData"/>.</returns>
    public static int ReadUrlData(ReadOnlySpan<byte> datagram, Span<byte> urlData)
    {
        int written = 0;
        ReadOnlySpan<byte> rest = datagram.Length > Length ? datagram[Length..] : default;
        while (!rest.IsEmpty && rest[0] != EndOfOptions)
        {
            if (rest[0] == NoOperation)
            {
                rest = rest[1..];
                continue;
            }
            if (rest.Length < 2 || rest.Length - 2 < rest[1]) break;
            ReadOnlySpan<byte> data = rest.Slice(2, rest[1]);
            if (rest[0] == UrlData)
            {
                if (data.Length > urlData.Length - written) break;
                data.CopyTo(urlData[written..]);
                written += data.Length;
            }
            rest = rest[(2 + data.Length)..];
        }
        return written;
    }

    /// <summary>Counters are unsigned on the wire; what exceeds a long is cut.</summary>
    private static long Counter(ReadOnlySpan<byte> field) =>
        (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(field), long.MaxValue);
}
