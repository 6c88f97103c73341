using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// From a datagram to its reply, of the UDP tracker protocol
/// (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>). Whoever has not shown that he receives at
/// his address gets no reply longer than what he sent. It allocates nothing. Each thread has its own.
/// </summary>
internal sealed class UdpResponder(AnnounceService service, ConnectionIds connections, AttemptBudget errors)
{
    /// <summary>Bytes of the longest reply: what passes every network unfragmented, as IPv6 guarantees 1280.</summary>
    public const int MaxReplyLength = 1232;

    /// <summary>Returned for a request that the store cannot answer at once.</summary>
    public const int Deferred = -1;

    private const int MaxPeers4 = (MaxReplyLength - UdpTrackerReply.AnnounceLength) / 6;
    private const int MaxPeers6 = (MaxReplyLength - UdpTrackerReply.AnnounceLength) / 18;

    private readonly InfoHash[] _hashes = new InfoHash[UdpScrapeCodec.MaxHashes];
    private readonly ScrapeEntry[] _entries = new ScrapeEntry[UdpScrapeCodec.MaxHashes];
    private readonly byte[] _urlData = new byte[MaxUrlBytes];
    private readonly InfoHash[] _expected = new InfoHash[ISwarmStore.MaxPrefetch];
    private int _expectedCount;
    private TimeSpan _now;
    private long _unixSeconds;

    /// <summary>Bytes of path and query at the most, over all options; a longer one has no key of ours.</summary>
    private const int MaxUrlBytes = 512;

    /// <summary>
    /// Notes a datagram that will be answered soon. After all of a batch, <see cref="Prepare"/> lets the store fetch
    /// what they will need, so that the memory works on many of them at once.
    /// </summary>
    public void Expect(ReadOnlySpan<byte> datagram)
    {
        if (_expectedCount == _expected.Length || !UdpAnnounceCodec.TryReadTorrent(datagram, out InfoHash torrent))
            return;
        _expected[_expectedCount++] = torrent;
    }

    /// <summary>Lets the store look for the torrents of the datagrams that were expected.</summary>
    public void Prepare()
    {
        // One alone gains nothing.
        if (_expectedCount > 1) service.Store.Prefetch(_expected.AsSpan(0, _expectedCount));
        _expectedCount = 0;
    }

    /// <summary>Takes the time for the datagrams to come; often enough is once for every batch.</summary>
    public void ReadClock()
    {
        _now = service.Now;
        _unixSeconds = service.UnixSeconds;
    }

    /// <summary>Answers a datagram.</summary>
    /// <param name="datagram">What came.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="reply">Room for <see cref="MaxReplyLength"/> bytes.</param>
    /// <param name="request">The request when <see cref="Deferred"/> is returned.</param>
    /// <returns>Bytes of the reply, 0 for none, or <see cref="Deferred"/>.</returns>
    public int Answer(ReadOnlySpan<byte> datagram, HostAddress from, Span<byte> reply, out UdpRequest request)
    {
        request = default;
        Door door = from.IsV4 ? Door.Udp4 : Door.Udp6;
        if (!UdpTrackerHeader.TryRead(datagram, out UdpTrackerHeader header)) return Drop(door);
        if (header.Action == UdpTrackerAction.Connect)
        {
            if (!header.IsConnect) return Drop(door);
            service.Metrics.Answered(door, RequestKind.Connect);
            return UdpTrackerReply.WriteConnect(
                reply, header.TransactionId, connections.Issue(from, _unixSeconds));
        }
        ConnectionStatus status = connections.Check(header.ConnectionId, from, _unixSeconds);
        if (status != ConnectionStatus.Valid)
        {
            service.Metrics.Refused(door, status == ConnectionStatus.Expired
                ? RefusalReason.ConnectionExpired : RefusalReason.ConnectionForged);
            // An error lets a client with an old id connect anew at once; to a flood it is told only now and then.
            if (header.Action is not (UdpTrackerAction.Announce or UdpTrackerAction.Scrape)
                || !errors.TryTake(from, _now))
            {
                service.Metrics.Dropped.Add();
                return 0;
            }
            return UdpTrackerReply.WriteError(
                reply[..Math.Min(datagram.Length, MaxReplyLength)], header.TransactionId,
                RefusalText.Of(status == ConnectionStatus.Expired
                    ? RefusalReason.ConnectionExpired : RefusalReason.ConnectionForged));
        }
        request.TransactionId = header.TransactionId;
        request.Action = header.Action;
        request.IsV4 = from.IsV4;
        return header.Action switch
        {
            UdpTrackerAction.Announce => Announce(datagram, from, reply, ref request),
            UdpTrackerAction.Scrape => Scrape(datagram, from, reply, header.TransactionId),
            _ => Refuse(door, RefusalReason.Malformed, header.TransactionId, reply),
        };
    }

    /// <summary>Answers a request that was <see cref="Deferred"/>; it does not touch what the thread owns.</summary>
    /// <param name="request">What <see cref="Answer"/> made of it.</param>
    /// <param name="datagram">What came, for a scrape.</param>
    /// <param name="reply">Room for <see cref="MaxReplyLength"/> bytes.</param>
    /// <returns>Bytes of the reply.</returns>
    public async ValueTask<int> AnswerAsync(UdpRequest request, ReadOnlyMemory<byte> datagram, Memory<byte> reply)
    {
        if (request.Action == UdpTrackerAction.Scrape)
        {
            var hashes = new InfoHash[UdpScrapeCodec.MaxHashes];
            ScrapeEntry[] entries = new ScrapeEntry[UdpScrapeCodec.ReadRequest(datagram.Span, hashes)];
            FillEntries(entries, hashes);
            await service.Store.ScrapeAsync(entries).ConfigureAwait(false);
            return FinishScrape(reply.Span, request, entries);
        }
        Memory<byte> peers = reply[UdpTrackerReply.AnnounceLength..];
        StoreAnswer answer = await service.Store.AnnounceAsync(request.Announce, service.Now,
            request.IsV4 ? peers : default, request.IsV4 ? default : peers).ConfigureAwait(false);
        return FinishAnnounce(reply.Span, request, answer);
    }

    private int Announce(ReadOnlySpan<byte> datagram, HostAddress from, Span<byte> reply, ref UdpRequest request)
    {
        Door door = from.IsV4 ? Door.Udp4 : Door.Udp6;
        if (!UdpAnnounceCodec.TryRead(datagram, out AnnounceQuery query))
            return Refuse(door, RefusalReason.Malformed, request.TransactionId, reply);
        ReadOnlySpan<byte> key = service.Gate.NeedsKey ? KeyIn(datagram) : default;
        RefusalReason refusal = service.TryPrepare(query, from, key, _now, out SwarmAnnounce announce);
        if (refusal != RefusalReason.None) return Refuse(door, refusal, request.TransactionId, reply);
        int most = from.IsV4 ? MaxPeers4 : MaxPeers6;
        request.Announce = announce.Wanted > most ? announce with { Wanted = most } : announce;
        Span<byte> peers = reply[UdpTrackerReply.AnnounceLength..MaxReplyLength];
        return service.Store.TryAnnounce(request.Announce, _now, from.IsV4 ? peers : default,
            from.IsV4 ? default : peers, out StoreAnswer answer)
            ? FinishAnnounce(reply, request, answer)
            : Deferred;
    }

    private int FinishAnnounce(Span<byte> reply, in UdpRequest request, in StoreAnswer answer)
    {
        Door door = request.IsV4 ? Door.Udp4 : Door.Udp6;
        RefusalReason refusal = AnnounceService.RefusalOf(answer.Status);
        if (refusal != RefusalReason.None) return Refuse(door, refusal, request.TransactionId, reply);
        service.Metrics.Answered(door, RequestKind.Announce);
        return UdpTrackerReply.WriteAnnounce(reply, request.TransactionId, new AnnounceAnswer
        {
            IntervalSeconds = service.NextIntervalSeconds(), MinIntervalSeconds = service.MinIntervalSeconds,
            Complete = answer.Complete, Incomplete = answer.Incomplete,
        }) + answer.Bytes4 + answer.Bytes6;
    }

    private int Scrape(ReadOnlySpan<byte> datagram, HostAddress from, Span<byte> reply, uint transactionId)
    {
        Door door = from.IsV4 ? Door.Udp4 : Door.Udp6;
        int count = UdpScrapeCodec.ReadRequest(datagram, _hashes);
        if (count == 0) return Refuse(door, RefusalReason.Malformed, transactionId, reply);
        // The protocol has no place for a key here.
        if (service.Gate.NeedsKey) return Refuse(door, RefusalReason.KeyMissing, transactionId, reply);
        Span<ScrapeEntry> entries = _entries.AsSpan(0, count);
        FillEntries(entries, _hashes);
        return service.Store.TryScrape(entries)
            ? FinishScrape(reply, new UdpRequest { TransactionId = transactionId, IsV4 = from.IsV4 }, entries)
            : Deferred;
    }

    private int FinishScrape(Span<byte> reply, in UdpRequest request, ReadOnlySpan<ScrapeEntry> entries)
    {
        service.Metrics.Answered(request.IsV4 ? Door.Udp4 : Door.Udp6, RequestKind.Scrape);
        return UdpScrapeCodec.WriteReply(reply, request.TransactionId, entries);
    }

    private static void FillEntries(Span<ScrapeEntry> entries, ReadOnlySpan<InfoHash> hashes)
    {
        for (int i = 0; i < entries.Length; i++) entries[i] = new ScrapeEntry(hashes[i], 0, 0, 0);
    }

    /// <summary>The key in the path that the client was given as announce URL (BEP 41).</summary>
    private ReadOnlySpan<byte> KeyIn(ReadOnlySpan<byte> datagram) =>
        KeyPath.KeyOf(_urlData.AsSpan(0, UdpAnnounceCodec.ReadUrlData(datagram, _urlData)));

    private int Refuse(Door door, RefusalReason reason, uint transactionId, Span<byte> reply)
    {
        service.Metrics.Refused(door, reason);
        return UdpTrackerReply.WriteError(reply[..MaxReplyLength], transactionId, RefusalText.Of(reason));
    }

    private int Drop(Door door)
    {
        service.Metrics.Refused(door, RefusalReason.Malformed);
        service.Metrics.Dropped.Add();
        return 0;
    }
}
