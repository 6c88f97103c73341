using Microsoft.Extensions.Logging;
using Shoal.Discovery;
using Shoal.Engine.Diagnostics;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Torrents;
using Shoal.Protocol.Trackers;

namespace Shoal.Engine.Sources;

/// <summary>
/// Fetches the .torrent that a magnet link points to (<c>xs</c> and <c>as</c>), so that its metadata need not come from
/// peers. Only a file whose info dictionary has the hash of the link is taken: the URLs are a stranger's word.
/// </summary>
internal sealed class LinkedTorrentReader(TrackerClientOptions network, ILogger log)
{
    /// <summary>Tries the URLs in turn; null when none of them leads to the torrent.</summary>
    /// <param name="urls">Where it is said to be.</param>
    /// <param name="hashes">The names in the link, all of which the file has to bear.</param>
    /// <param name="origin">Who named the URLs.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<Metainfo?> ReadAsync(
        IReadOnlyList<string> urls, TorrentHashes hashes, AddressOrigin origin, CancellationToken stop)
    {
        var fetcher = new TorrentFetcher(network);
        foreach (string text in urls)
        {
            var url = new Uri(text);
            (byte[]? bytes, string? error, _) = await fetcher.FetchAsync(url, origin, stop).ConfigureAwait(false);
            if (bytes is not null && MetainfoReader.TryRead(bytes, out Metainfo? metainfo, out error))
            {
                if (Bears(metainfo.Info.Hashes, hashes)) return metainfo;
                error = "It is another torrent.";
            }
            EngineLog.LinkedTorrentFailed(log, TrackerUrl.Mask(url), error!);
        }
        return null;
    }

    private static bool Bears(TorrentHashes found, TorrentHashes named) =>
        (named.V1 is null || found.V1 == named.V1) && (named.V2 is null || found.V2 == named.V2);
}
