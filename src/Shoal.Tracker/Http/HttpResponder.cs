using System.Buffers;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>
/// From the target of an announce or scrape over HTTP to the bencoded body of its answer. Refusals are bodies too,
/// because clients show only the status of anything that is not 200.
/// </summary>
internal sealed class HttpResponder(AnnounceService service)
{
    private const int Stride4 = 6;
    private const int Stride6 = 18;

    [ThreadStatic]
    private static byte[]? room;

    [ThreadStatic]
    private static InfoHash[]? hashes;

    public AnnounceService Service => service;

    /// <summary>True when a path is one of announce or scrape, with or without a key.</summary>
    public static bool IsMine(ReadOnlySpan<byte> path) => KeyPath.TrySplit(path, out _, out _);

    /// <summary>Answers a request if the store can do so at once.</summary>
    /// <param name="path">The path, which <see cref="IsMine"/> has recognised.</param>
    /// <param name="query">What follows the question mark, still escaped.</param>
    /// <param name="from">Where the request came from.</param>
    /// <param name="door">How it came.</param>
    /// <param name="body">Where the answer goes; nothing when false is returned.</param>
    /// <param name="wait">What <see cref="FinishAsync"/> needs when false is returned.</param>
    public bool TryAnswer(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, HostAddress from, Door door,
        IBufferWriter<byte> body, out HttpDeferral wait)
    {
        KeyPath.TrySplit(path, out ReadOnlySpan<byte> word, out ReadOnlySpan<byte> key);
        return word.SequenceEqual("announce"u8)
            ? Announce(query, key, from, door, body, out wait)
            : Scrape(query, key, from, door, body, out wait);
    }

    /// <summary>Answers a request that <see cref="TryAnswer"/> could not.</summary>
    public async ValueTask FinishAsync(HttpDeferral wait, IBufferWriter<byte> body)
    {
        if (wait.Entries is { } entries)
        {
            await service.Store.ScrapeAsync(entries).ConfigureAwait(false);
            WriteScrape(entries, wait.Door, body);
            return;
        }
        int wanted = wait.Announce.Wanted;
        byte[] peers = new byte[wanted * (Stride4 + Stride6)];
        Memory<byte> peers4 = peers.AsMemory(0, wanted * Stride4);
        Memory<byte> peers6 = peers.AsMemory(wanted * Stride4);
        StoreAnswer answer = await service.Store.AnnounceAsync(wait.Announce, service.Now, peers4, peers6)
            .ConfigureAwait(false);
        WriteAnnounce(answer, wait, peers4.Span, peers6.Span, body);
    }

    /// <summary>Writes a refusal, with what BEP 31 says about coming again.</summary>
    public void Refuse(RefusalReason reason, Door door, IBufferWriter<byte> body, string? text = null)
    {
        service.Metrics.Refused(door, reason);
        TrackerReplyWriter.WriteFailure(body, text ?? RefusalText.Of(reason), service.NextIntervalSeconds(),
            service.MinIntervalSeconds, RefusalText.RetryMinutesOf(reason));
    }

    private bool Announce(ReadOnlySpan<byte> query, ReadOnlySpan<byte> key, HostAddress from, Door door,
        IBufferWriter<byte> body, out HttpDeferral wait)
    {
        wait = default;
        if (!TrackerQueryReader.TryReadAnnounce(query, out AnnounceQuery announce, out string? failure))
        {
            Refuse(RefusalReason.Malformed, door, body, failure);
            return true;
        }
        TimeSpan now = service.Now;
        RefusalReason refusal = service.TryPrepare(announce, from, key, now, out SwarmAnnounce question);
        if (refusal != RefusalReason.None)
        {
            Refuse(refusal, door, body);
            return true;
        }
        wait = new HttpDeferral(question, from, door, announce.IsCompact, null);
        int wanted = question.Wanted;
        if (room is null || room.Length < wanted * (Stride4 + Stride6)) room = new byte[wanted * (Stride4 + Stride6)];
        Span<byte> peers4 = room.AsSpan(0, wanted * Stride4);
        Span<byte> peers6 = room.AsSpan(wanted * Stride4, wanted * Stride6);
        if (!service.Store.TryAnnounce(question, now, peers4, peers6, out StoreAnswer answer)) return false;
        WriteAnnounce(answer, wait, peers4, peers6, body);
        return true;
    }

    private void WriteAnnounce(in StoreAnswer answer, in HttpDeferral request, ReadOnlySpan<byte> peers4,
        ReadOnlySpan<byte> peers6, IBufferWriter<byte> body)
    {
        RefusalReason refusal = AnnounceService.RefusalOf(answer.Status);
        if (refusal != RefusalReason.None)
        {
            Refuse(refusal, request.Door, body);
            return;
        }
        service.Metrics.Answered(request.Door, RequestKind.Announce);
        Span<byte> external = stackalloc byte[HostAddress.Length];
        request.From.Write(external);
        TrackerReplyWriter.WriteAnnounce(body, new AnnounceAnswer
        {
            IntervalSeconds = service.NextIntervalSeconds(), MinIntervalSeconds = service.MinIntervalSeconds,
            Complete = answer.Complete, Incomplete = answer.Incomplete, Downloaded = answer.Downloaded,
            Warning = AnnounceService.WarningOf(answer.Status),
        }, request.From.IsV4 ? external[(HostAddress.Length - sizeof(uint))..] : external,
            peers4[..answer.Bytes4], peers6[..answer.Bytes6], request.IsCompact);
    }

    private bool Scrape(ReadOnlySpan<byte> query, ReadOnlySpan<byte> key, HostAddress from, Door door,
        IBufferWriter<byte> body, out HttpDeferral wait)
    {
        wait = default;
        Span<InfoHash> asked = hashes ??= new InfoHash[TrackerQueryReader.MaxScrapeHashes];
        if (!TrackerQueryReader.TryReadScrape(query, asked, out int count, out string? failure))
        {
            Refuse(RefusalReason.Malformed, door, body, failure);
            return true;
        }
        RefusalReason refusal = service.Gate.CheckScrape(key, from, service.Now);
        if (refusal != RefusalReason.None)
        {
            Refuse(refusal, door, body);
            return true;
        }
        var entries = new ScrapeEntry[count];
        for (int i = 0; i < count; i++) entries[i] = new ScrapeEntry(asked[i], 0, 0, 0);
        wait = new HttpDeferral(default, from, door, true, entries);
        if (!service.Store.TryScrape(entries)) return false;
        WriteScrape(entries, door, body);
        return true;
    }

    private void WriteScrape(ScrapeEntry[] entries, Door door, IBufferWriter<byte> body)
    {
        service.Metrics.Answered(door, RequestKind.Scrape);
        TrackerReplyWriter.WriteScrape(body, entries, service.MinIntervalSeconds);
    }
}
