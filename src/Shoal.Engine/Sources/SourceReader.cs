using Shoal.Discovery;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Sources;

/// <summary>Reads torrent sources: parses, or fetches and parses.</summary>
internal static class SourceReader
{
    /// <exception cref="TorrentException">The source is not valid or cannot be read.</exception>
    public static async Task<ResolvedSource> ReadAsync(
        TorrentSource source, TrackerClientOptions network, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case TorrentSource.Parsed parsed:
                return ResolvedSource.Of(parsed.Metainfo);
            case TorrentSource.Magnet magnet:
                return MagnetLink.TryParse(magnet.Link, out MagnetLink? link, out string? error)
                    ? ResolvedSource.Of(link)
                    : throw new TorrentException(TorrentError.InvalidInput, error);
            case TorrentSource.File file:
                return Parse(
                    await ReadFileAsync(file.Path, cancellationToken).ConfigureAwait(false), $"'{file.Path}'");
            case TorrentSource.Url url:
                byte[] fetched = await FetchAsync(url.Address, network, cancellationToken).ConfigureAwait(false);
                return Parse(fetched, $"What {url.Address} sent");
            default:
                throw new ArgumentException("An unknown kind of source.", nameof(source));
        }
    }

    private static ResolvedSource Parse(byte[] bytes, string what) =>
        MetainfoReader.TryRead(bytes, out Metainfo? metainfo, out string? error)
            ? ResolvedSource.Of(metainfo)
            : throw new TorrentException(TorrentError.InvalidInput, $"{what} is not a valid torrent: {error}");

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > TorrentLimits.MaxMetainfoBytes)
                throw new TorrentException(
                    TorrentError.InvalidInput,
                    $"'{path}' has {file.Length} bytes; a .torrent has at most {TorrentLimits.MaxMetainfoBytes}.");
            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TorrentException(TorrentError.NotFound, $"There is no file '{path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"Cannot read '{path}': {e.Message}", e);
        }
    }

    private static async Task<byte[]> FetchAsync(
        Uri address, TrackerClientOptions network, CancellationToken cancellationToken)
    {
        (byte[]? bytes, string? error, bool isMissing) = await new TorrentFetcher(network)
            .FetchAsync(address, AddressOrigin.User, cancellationToken).ConfigureAwait(false);
        return bytes
            ?? throw new TorrentException(isMissing ? TorrentError.NotFound : TorrentError.Network, error!);
    }
}
