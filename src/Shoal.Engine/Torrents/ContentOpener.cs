using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.Storage.Resume;

namespace Shoal.Engine.Torrents;

/// <summary>
/// Opens the files of a torrent and finds out which pieces are there: from the resume journal, by hashing, or by the
/// user's word. Runs once, on the thread pool, before a torrent's brain learns of its content.
/// </summary>
internal sealed class ContentOpener(
    Metainfo metainfo, TorrentOptions options, IReadOnlySet<int>? files, FileHandlePool handles,
    TimeProvider time)
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
        StorageError? error =
            TorrentStorage.Open(_info, options.Directory, storageOptions, handles, out TorrentStorage? storage);
        if (error is not null) throw Failed(error);
        ResumeJournal? journal = null;
        try
        {
            journal = OpenJournal(storage!);
            HashForest? forest = _info.Hashes.V2 is null ? null : new HashForest(_info, metainfo.PieceLayers);
            var hashes = new PieceHashes(_info, forest is null ? null : forest.TryPieceRoot);
            Bitfield offered = FileSelection.Pieces(_info, options.OfferOnly);
            Bitfield have =
                await FindAsync(storage!, hashes, journal, offered, cancellationToken).ConfigureAwait(false);
            Bitfield wanted = FileSelection.Pieces(_info, files);
            wanted.KeepOnly(offered);
            var intake = new BlockIntake(storage!, hashes, sink, have, time);
            List<BlockSpan> unfinished = [];
            if (journal is not null && options.InitialCheck == InitialCheck.Resume)
                unfinished.AddRange(journal.Unfinished.Where(run => wanted[run.Piece] && !have[run.Piece]));
            intake.Restore(unfinished);
            journal?.Follow(intake);
            return new OpenedContent(_info, forest, storage!, intake, journal, have, wanted, unfinished);
        }
        catch
        {
            journal?.Dispose();
            storage!.Dispose();
            throw;
        }
    }

    public static TorrentException Failed(StorageError error) => new(TorrentError.Disk, error.Sentence);

    /// <summary>The journal of a download; who only seeds changes nothing in the folder and needs none.</summary>
    private ResumeJournal? OpenJournal(TorrentStorage storage)
    {
        if (options.SeedOnly) return null;
        StorageError? error = ResumeJournal.Open(_info, storage, handles.Files, out ResumeJournal? journal);
        return error is null ? journal : throw Failed(error);
    }

    /// <summary>The pieces that are there, of those that are offered.</summary>
    private async Task<Bitfield> FindAsync(
        TorrentStorage storage,
        PieceHashes hashes,
        ResumeJournal? journal,
        Bitfield offered,
        CancellationToken cancellationToken)
    {
        if (options.InitialCheck == InitialCheck.Trust)
        {
            Bitfield whole = storage.PiecesOfWholeFiles();
            whole.KeepOnly(offered);
            return whole;
        }
        bool believesJournal = journal is not null && options.InitialCheck == InitialCheck.Resume;
        var unseen = new Bitfield(believesJournal ? journal!.Suspect : offered);
        unseen.KeepOnly(offered);
        _verifier = new Verifier(storage, hashes);
        Bitfield have = await _verifier.RunAsync(unseen, null, cancellationToken).ConfigureAwait(false);
        if (journal is null) return have;
        journal.NoteCheck(unseen, have);
        if (!believesJournal) return have;
        var trusted = new Bitfield(journal.Trusted);
        trusted.KeepOnly(offered);
        for (int piece = trusted.NextSet(0); piece >= 0; piece = trusted.NextSet(piece + 1)) have.Set(piece);
        return have;
    }
}
