using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;

namespace Shoal.Engine.Torrents;

/// <summary>
/// Opens the files of a torrent and finds out which pieces are there: from the resume journal, by hashing, or by the
/// user's word. Runs once, on the thread pool, before a torrent's brain learns of its content.
/// </summary>
internal sealed class ContentOpener(Metainfo metainfo, TorrentOptions options, IReadOnlySet<int>? files, FileHandlePool handles)
{
    private readonly TorrentInfo _info = metainfo.Info;
    private Verifier? _verifier;

    /// <summary>Bytes hashed so far. Any thread.</summary>
    public long CheckedBytes => _verifier?.CheckedBytes ?? 0;

    /// <exception cref="TorrentException">The files cannot be opened.</exception>
    public async Task<OpenedContent> OpenAsync(IVerdictSink sink, CancellationToken cancellationToken)
    {
        var storageOptions = new StorageOptions
        {
            Preallocate = options.Preallocate,
            SelectedFiles = files,
            ReadOnly = options.SeedOnly,
            ExistingPaths = options.ContentPaths,
        };
        StorageError? error = TorrentStorage.Open(_info, options.Directory, storageOptions, handles, out TorrentStorage? storage);
        if (error is not null) throw Failed(error);
        try
        {
            HashForest? forest = _info.Hashes.V2 is null ? null : new HashForest(_info, metainfo.PieceLayers);
            var hashes = new PieceHashes(_info, forest is null ? null : forest.TryPieceRoot);
            Bitfield offered = FileSelection.Pieces(_info, options.OfferOnly);
            Bitfield have = await FindAsync(storage!, hashes, offered, cancellationToken).ConfigureAwait(false);
            Bitfield wanted = FileSelection.Pieces(_info, files);
            wanted.KeepOnly(offered);
            return new OpenedContent(_info, forest, storage!, new BlockIntake(storage!, hashes, sink, have), have, wanted);
        }
        catch
        {
            storage!.Dispose();
            throw;
        }
    }

    public static TorrentException Failed(StorageError error) => new(TorrentError.Disk, error.Sentence);

    /// <summary>The pieces that are there, of those that are offered.</summary>
    private async Task<Bitfield> FindAsync(
        TorrentStorage storage, PieceHashes hashes, Bitfield offered, CancellationToken cancellationToken)
    {
        if (options.InitialCheck == InitialCheck.Trust)
        {
            Bitfield trusted = storage.PiecesOfWholeFiles();
            trusted.KeepOnly(offered);
            return trusted;
        }
        _verifier = new Verifier(storage, hashes);
        return await _verifier.RunAsync(offered, null, cancellationToken).ConfigureAwait(false);
    }
}
