using System.Collections.Immutable;
using System.Net;
using Shoal.Cli.Commands;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>
/// Makes a download a source for others while it runs: it answers the line protocol, and the catalogue that named the
/// file learns of every piece.
/// </summary>
internal sealed class SourceOffer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<PieceRegistrar?> _registrar;

    private SourceOffer(CommandContext context, CatalogueAccount account, FileEntry file, Torrent torrent) =>
        _registrar = StartAsync(context, account, file, torrent);

    /// <summary>Begins; only a single file has chunks to offer.</summary>
    public static SourceOffer Start(
        CommandContext context, TransferSettings settings, FoundFile found, Torrent torrent, int port)
    {
        ImmutableArray<IPAddress> own = OwnAddresses.Reachable(settings.Bind, OwnAddresses.Find());
        CatalogueAccount account = CatalogueAccount.Of(
            found.Client.Address.ToString(), CatalogueFinder.Token(context), settings.Bind, own, port);
        return new SourceOffer(context, account, found.File, torrent);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (await _registrar is { } registrar) await registrar.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<PieceRegistrar?> StartAsync(
        CommandContext context, CatalogueAccount account, FileEntry file, Torrent torrent)
    {
        try
        {
            Metainfo metainfo = await torrent.WaitForMetadataAsync(_stop.Token);
            TorrentInfo info = metainfo.Info;
            if (!info.IsSingleFile || info.ContentLength != file.FileSize) return null;
            torrent.ServeChunks(file.FileHash, file.ChunkSize);
            return new PieceRegistrar(context, account, file, torrent, info);
        }
        catch (Exception error) when (error is OperationCanceledException or TorrentException)
        {
            // The download ended before it was known what it holds; it tells why itself.
            return null;
        }
    }
}
