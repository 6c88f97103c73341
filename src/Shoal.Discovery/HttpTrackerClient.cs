using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// Talks to trackers over HTTP and HTTPS (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>, 7, 12,
/// 23, 24, 31, 48). Certificates are verified, proxies of the system are not used, at most five redirects are followed.
/// </summary>
public sealed class HttpTrackerClient : ITrackerClient
{
    /// <summary>Bytes of a reply at the most, after decompression; libtorrent takes 835,584.</summary>
    public const int MaxReplyBytes = 1 << 20;

    private readonly TrackerClientOptions _options;
    private readonly HttpFetcher _fetcher;
    private readonly FamilyFanOut _families;

    /// <summary>A client with these settings; it holds no connections.</summary>
    public HttpTrackerClient(TrackerClientOptions options)
    {
        _options = options;
        _fetcher = new HttpFetcher(options);
        _families = new FamilyFanOut(options);
    }

    /// <inheritdoc/>
    public Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, AnnounceRequest request, CancellationToken cancellationToken)
    {
        HttpFetch fetch = Fetch(tracker, TrackerUrl.ForAnnounce(tracker.Url, request));
        return _families.AnnounceAsync(tracker, async (family, addresses, token) =>
        {
            HttpFetched fetched = await _fetcher
                .GetAsync(fetch with { Family = family, Addresses = addresses }, token).ConfigureAwait(false);
            return Read(fetch, fetched);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ScrapeOutcome> ScrapeAsync(
        TrackerSource tracker, IReadOnlyList<InfoHash> hashes, CancellationToken cancellationToken)
    {
        InfoHash[] asked = [.. hashes.Take(TrackerQueryReader.MaxScrapeHashes)];
        if (!TrackerUrl.TryForScrape(tracker.Url, asked, out Uri? url))
            return new ScrapeOutcome(null, $"The tracker at {tracker.Masked} has no address for scrapes.");
        HttpFetch fetch = Fetch(tracker, url);
        HttpFetched fetched = await _fetcher.GetAsync(fetch, cancellationToken).ConfigureAwait(false);
        if (!HasReply(fetch, fetched, out string? error)) return new ScrapeOutcome(null, error);
        return ScrapeReplyReader.TryRead(fetched.Body, asked, out IReadOnlyList<ScrapeEntry>? entries, out error)
            ? new ScrapeOutcome(entries, null)
            : new ScrapeOutcome(null, error);
    }

    /// <summary>The policy judges the tracker's own URL: the parameters of an announce are ours.</summary>
    private HttpFetch Fetch(TrackerSource tracker, Uri url) => new()
    {
        Url = url,
        PolicyPath = tracker.Url.PathAndQuery,
        Origin = tracker.Origin,
        Use = AddressUseKind.Tracker,
        Who = $"The tracker at {tracker.Masked}",
        MaxBytes = MaxReplyBytes,
        Deadline = _options.Deadline,
    };

    private static AnnounceOutcome Read(HttpFetch fetch, HttpFetched fetched)
    {
        if (!HasReply(fetch, fetched, out string? error)) return AnnounceOutcome.Failed(error!);
        return AnnounceReplyReader.TryRead(fetched.Body, out AnnounceReply? reply, out error)
            ? AnnounceOutcome.Of(reply, fetched.Scope)
            : AnnounceOutcome.Failed(error);
    }

    /// <summary>A dictionary is read whatever the status: some trackers refuse with status 400 and a reason.</summary>
    private static bool HasReply(HttpFetch fetch, HttpFetched fetched, out string? error)
    {
        error = fetched.Error;
        if (error is null && fetched.Status is < 200 or > 299 && fetched.Body is not [(byte)'d', ..])
            error = $"{fetch.Who} answered with status {fetched.Status}.";
        return error is null;
    }
}
