using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Intake;
using Shoal.Storage.Resume;

namespace Shoal.Engine.Torrents;

/// <summary>The files of a torrent, open and checked.</summary>
internal sealed class OpenedContent(
    TorrentInfo info,
    HashForest? forest,
    TorrentStorage storage,
    BlockIntake intake,
    ResumeJournal? journal,
    Bitfield have,
    Bitfield wanted,
    IReadOnlyList<BlockSpan> unfinished) : IAsyncDisposable
{
    public TorrentInfo Info => info;

    public HashForest? Forest => forest;

    public TorrentStorage Storage => storage;

    public BlockIntake Intake => intake;

    /// <summary>What survives a crash; null where nothing is downloaded.</summary>
    public ResumeJournal? Journal => journal;

    /// <summary>The file or folder of the content.</summary>
    public string ContentPath => Path.Combine(storage.Folder, storage.Layout.Name);

    /// <summary>Pieces that were right when it was opened and may be offered.</summary>
    public Bitfield Have => have;

    /// <summary>Pieces that are to be here in the end.</summary>
    public Bitfield Wanted => wanted;

    /// <summary>Blocks of other pieces that are on disk, as the journal says.</summary>
    public IReadOnlyList<BlockSpan> Unfinished => unfinished;

    /// <summary>Payload bytes of the wanted pieces.</summary>
    public long WantedBytes { get; } = BytesOf(info.Geometry, wanted);

    /// <summary>Payload bytes of a set of pieces.</summary>
    public static long BytesOf(PieceGeometry geometry, Bitfield pieces)
    {
        if (pieces.IsFull) return geometry.PayloadTotal;
        long sum = 0;
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
            sum += geometry.PayloadLength(geometry.Piece(piece));
        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        // What has come of unfinished pieces is written first, and noted.
        await intake.DrainAsync().ConfigureAwait(false);
        journal?.Close();
        await intake.DisposeAsync().ConfigureAwait(false);
        journal?.Dispose();
        storage.Dispose();
    }
}
