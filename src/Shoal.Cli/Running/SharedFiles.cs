using Shoal.Engine;
using Shoal.Engine.Stores;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>
/// Registers what is shared, one after the other in the background: the catalogue knows a file by the SHA-1 of its
/// bytes, which is one more reading of it that nobody should have to wait for.
/// </summary>
internal sealed class SharedFiles : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly Registrar _registrar;
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Begins with nothing.</summary>
    /// <param name="context">The command.</param>
    /// <param name="accounts">Where to register.</param>
    public SharedFiles(CommandContext context, IReadOnlyList<CatalogueAccount> accounts)
    {
        _context = context;
        _registrar = new Registrar(context, accounts);
    }

    /// <summary>Registers one more. Called by one thread at a time.</summary>
    /// <param name="torrent">What is shared.</param>
    /// <param name="created">How it was made.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="fileHash">What catalogues know its one file by already; null takes the SHA-1 of its bytes.</param>
    public void Add(Torrent torrent, CreatedTorrent created, string path, string? fileHash = null) =>
        _work = AddAsync(_work, torrent, created, path, fileHash);

    /// <summary>Takes back what lay at a path, which was shared as a torrent of this content.</summary>
    public Task RemoveAsync(CreatedTorrent created) => _registrar.RemoveAsync(created.Metainfo.Info.Hashes.ToString());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _registrar.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AddAsync(
        Task before, Torrent torrent, CreatedTorrent created, string path, string? fileHash)
    {
        await before;
        TorrentInfo info = created.Metainfo.Info;
        try
        {
            bool isFile = info.IsSingleFile;
            string hash = fileHash
                ?? (isFile ? await ContentStore.Sha1OfAsync(path, _stop.Token) : info.Hashes.ToString());
            int chunkSize = await _registrar.ChunkSizeOfAsync(hash, info.ContentLength)
                ?? ChunkGeometry.Choose(info.ContentLength);
            if (isFile) torrent.ServeChunks(hash, chunkSize);
            await _registrar.AddAsync(
                new RegisteredFile
                {
                    FileName = info.Name,
                    FileHash = hash,
                    FileSize = info.ContentLength,
                    ChunkSize = chunkSize,
                    InfoHash = info.Hashes.V1?.ToString(),
                    InfoHashV2 = info.Hashes.V2?.ToString(),
                    PieceSize = info.Geometry.PieceLength,
                },
                created.Bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _context.Output.Say($"'{Output.SafeText.Clean(info.Name)}' cannot be registered: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }
}
