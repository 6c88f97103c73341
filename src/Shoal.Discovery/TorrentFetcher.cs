using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>Gets .torrent files over HTTP(S), under the same address policy as everything else.</summary>
public sealed class TorrentFetcher
{
    /// <summary>Bytes of a .torrent file at the most; libtorrent's limit.</summary>
    public const int MaxTorrentBytes = 10_000_000;

    /// <summary>Time for the whole file: twice that of a tracker, for a file that is ten times as large.</summary>
    private const int DeadlineFactor = 2;

    private readonly TrackerClientOptions _options;
    private readonly HttpFetcher _fetcher;

    /// <summary>A fetcher with these settings; it holds no connections.</summary>
    public TorrentFetcher(TrackerClientOptions options)
    {
        _options = options;
        _fetcher = new HttpFetcher(options);
    }

    /// <summary>Gets one file; whether it is a torrent is for its reader to find out.</summary>
    /// <param name="url">An http or https URL.</param>
    /// <param name="origin">Who named it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The bytes, or one sentence that says why there are none and whether the file is not there.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(byte[]? Bytes, string? Error, bool IsMissing)> FetchAsync(
        Uri url, AddressOrigin origin, CancellationToken cancellationToken)
    {
        string who = $"The server of {TrackerUrl.Mask(url)}";
        if (url.Scheme is not ("http" or "https"))
            return (null, $"A torrent can be fetched over http and https, not over {url.Scheme}.", false);
        HttpFetched fetched = await _fetcher.GetAsync(new HttpFetch
        {
            Url = url,
            PolicyPath = url.PathAndQuery,
            Origin = origin,
            Use = AddressUseKind.TorrentFile,
            Who = who,
            MaxBytes = MaxTorrentBytes,
            Deadline = _options.Deadline * DeadlineFactor,
        }, cancellationToken).ConfigureAwait(false);
        if (fetched.Error is not null) return (null, fetched.Error, false);
        return fetched.Status switch
        {
            >= 200 and <= 299 => (fetched.Body, null, false),
            404 or 410 => (null, $"{who} has no file of that name (status {fetched.Status}).", true),
            _ => (null, $"{who} answered with status {fetched.Status}.", false),
        };
    }
}
