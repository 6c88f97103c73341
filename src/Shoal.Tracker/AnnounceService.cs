using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker;

/// <summary>Answers the requests of one tracker out of its store, whatever front end they came through.</summary>
internal sealed class AnnounceService
{
    /// <summary>Minutes after which one who was turned away may come again.</summary>
    private const int RetryMinutes = 30;

    /// <summary>Intervals are told shorter or longer by up to this share.</summary>
    private const double Jitter = 0.1;

    private readonly TrackerOptions _options;
    private readonly SwarmStore _store;
    private readonly long _epoch;
    private long _announces;
    private long _scrapes;
    private long _refusals;

    public AnnounceService(TrackerOptions options)
    {
        // A peer may be late by jitter, a retry and a minute of rounding before it is given up.
        const double LifetimeFactor = 1.5;
        _options = options;
        _store = new SwarmStore(
            options.Store ?? new SwarmStoreOptions { PeerLifetime = options.Interval * LifetimeFactor }, Random.Shared);
        _epoch = options.Time.GetTimestamp();
    }

    public TrackerCounters Counters => new(Interlocked.Read(ref _announces), Interlocked.Read(ref _scrapes),
        Interlocked.Read(ref _refusals), _store.Swarms, _store.Peers);

    private TimeSpan Now => _options.Time.GetElapsedTime(_epoch);

    private int MinIntervalSeconds => (int)_options.MinInterval.TotalSeconds;

    public void Expire() => _store.Expire(Now);

    /// <summary>Counts a request that no service answers.</summary>
    public void CountRefusal() => Interlocked.Increment(ref _refusals);

    /// <summary>Answers an HTTP announce with a bencoded body.</summary>
    public void Announce(ReadOnlySpan<byte> query, IPAddress from, IBufferWriter<byte> output)
    {
        if (!TrackerQueryReader.TryReadAnnounce(query, out AnnounceQuery announce, out string? failure))
        {
            Refuse(output, failure, retryInMinutes: null);
            return;
        }
        IPAddress address = from.Normalised();
        int wanted = announce.NumWant < 0 ? _options.DefaultNumWant : Math.Min(announce.NumWant, _options.MaxNumWant);
        byte[] peers = ArrayPool<byte>.Shared.Rent(wanted * (PeerRow4.WireLength + PeerRow6.WireLength));
        Span<byte> peers4 = peers.AsSpan(0, wanted * PeerRow4.WireLength);
        Span<byte> peers6 = peers.AsSpan(peers4.Length, wanted * PeerRow6.WireLength);
        StoreAnswer answer = _store.Announce(announce, address, Now, wanted, peers4, peers6);
        if (answer.Status is StoreStatus.StoreFull or StoreStatus.NetworkFull)
            Refuse(output, answer.Status == StoreStatus.StoreFull
                ? "This tracker is full." : "Too many torrents come from your network.", RetryMinutes);
        else
        {
            Interlocked.Increment(ref _announces);
            TrackerReplyWriter.WriteAnnounce(output, new AnnounceAnswer
            {
                IntervalSeconds = IntervalSeconds(),
                MinIntervalSeconds = MinIntervalSeconds,
                Complete = answer.Complete,
                Incomplete = answer.Incomplete,
                Downloaded = answer.Downloaded,
                ExternalAddress = address,
                Warning = answer.Status == StoreStatus.Stored
                    ? null : "You are not listed: there are too many peers in this swarm or at your address.",
            }, peers4[..answer.Bytes4], peers6[..answer.Bytes6], announce.IsCompact);
        }
        ArrayPool<byte>.Shared.Return(peers);
    }

    /// <summary>Answers an HTTP scrape with a bencoded body.</summary>
    public void Scrape(ReadOnlySpan<byte> query, IBufferWriter<byte> output)
    {
        Span<InfoHash> hashes = new InfoHash[TrackerQueryReader.MaxScrapeHashes];
        if (!TrackerQueryReader.TryReadScrape(query, hashes, out int count, out string? failure))
        {
            Refuse(output, failure, retryInMinutes: null);
            return;
        }
        Interlocked.Increment(ref _scrapes);
        var entries = new ScrapeEntry[count];
        for (int i = 0; i < count; i++) entries[i] = _store.Scrape(hashes[i]);
        TrackerReplyWriter.WriteScrape(output, entries, MinIntervalSeconds);
    }

    /// <summary>One line for people who open the tracker in a browser.</summary>
    public void Describe(IBufferWriter<byte> output)
    {
        string line = string.Create(CultureInfo.InvariantCulture,
            $"A Shoal BitTorrent tracker with {_store.Swarms} torrents and {_store.Peers} peers.\n");
        output.Write(Encoding.UTF8.GetBytes(line));
    }

    private void Refuse(IBufferWriter<byte> output, string reason, int? retryInMinutes)
    {
        CountRefusal();
        TrackerReplyWriter.WriteFailure(output, reason, IntervalSeconds(), MinIntervalSeconds, retryInMinutes);
    }

    private int IntervalSeconds() =>
        (int)(_options.Interval.TotalSeconds * (1 - Jitter + 2 * Jitter * Random.Shared.NextDouble()));
}
