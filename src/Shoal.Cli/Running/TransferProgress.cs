using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>
/// Follows one torrent from snapshot to snapshot: what is new, how long the download took, when something last
/// arrived. It knows no clock; the time comes with each step.
/// </summary>
internal sealed class TransferProgress(ITransfer transfer, TimeSpan start)
{
    private (TorrentState, long, long, double, int) _mark;
    private TimeSpan? _downloadStart;
    private TimeSpan _lastUpdate = start;
    private TorrentSnapshot? _told;
    private bool _metadataTold;
    private bool _completeTold;
    private bool _partTold;

    /// <summary>The torrent.</summary>
    public ITransfer Transfer => transfer;

    /// <summary>The latest figures.</summary>
    public TorrentSnapshot Snapshot { get; private set; } = transfer.Snapshot();

    /// <summary>When something last changed for the better.</summary>
    public TimeSpan LastProgress { get; private set; } = start;

    /// <summary>Time of the download so far, or all of it; no time when there was nothing to download.</summary>
    public TimeSpan DownloadTime { get; private set; }

    /// <summary>True when everything selected is on disk and hashed right.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>True when a block or the metadata has ever arrived in this run.</summary>
    public bool HasReceived => Snapshot.DownloadedBytes > 0;

    /// <summary>Takes the figures of this moment.</summary>
    public void Update(TimeSpan now)
    {
        Snapshot = transfer.Snapshot();
        bool wasComplete = IsComplete;
        // Who only serves is seeding, and done, with a part too.
        bool isSeeding = Snapshot.State == TorrentState.Seeding;
        bool lacks = isSeeding && Snapshot.CompletedBytes < Snapshot.WantedBytes;
        IsComplete |= !lacks && (isSeeding || transfer.Completion.IsCompletedSuccessfully);
        // It began at some moment since the last look; a short download begins and ends between two.
        if (Snapshot.State == TorrentState.Downloading || HasReceived) _downloadStart ??= _lastUpdate;
        if (_downloadStart is { } begun && !wasComplete) DownloadTime = now - begun;
        _lastUpdate = now;

        (TorrentState, long, long, double, int) mark = (Snapshot.State, Snapshot.DownloadedBytes,
            Snapshot.CompletedBytes, Snapshot.CheckedFraction, Snapshot.PieceCount);
        if (mark == _mark) return;
        _mark = mark;
        LastProgress = now;
    }

    /// <summary>True once, when the metadata has come.</summary>
    public bool TakeMetadataNews() => transfer.Metainfo is not null && !_metadataTold && (_metadataTold = true);

    /// <summary>True once, when a torrent that is only served turns out to have less than everything.</summary>
    public bool TakePartNews() =>
        Snapshot.State == TorrentState.Seeding && !IsComplete && !_partTold && (_partTold = true);

    /// <summary>True once, when the torrent has become complete.</summary>
    public bool TakeCompleteNews() => IsComplete && !_completeTold && (_completeTold = true);

    /// <summary>
    /// True when the figures differ from those of the last time this was true; time alone does not count.
    /// </summary>
    public bool TakeFigureNews()
    {
        TorrentSnapshot comparable = Snapshot with { Elapsed = TimeSpan.Zero };
        if (comparable == _told) return false;
        _told = comparable;
        return true;
    }

    /// <summary>The last line of a download for people.</summary>
    /// <param name="isMoved">True when it does not stay where it was downloaded to: its name stands for it.</param>
    public string FinalLine(bool isMoved = false)
    {
        string path = SafeText.Clean(isMoved ? Snapshot.Name : transfer.ContentPath ?? Snapshot.Name);
        string size = Units.Bytes(Snapshot.WantedBytes);
        if (Snapshot.DownloadedBytes == 0) return $"{path} is complete: {size}.";
        string rate = Units.Rate(TransferRecords.MeanRate(Snapshot.DownloadedBytes, DownloadTime));
        // What an earlier run has fetched is no part of this run's time.
        string fetched = Snapshot.DownloadedBytes < Snapshot.WantedBytes
            ? $", {Units.Bytes(Snapshot.DownloadedBytes)} of it" : "";
        return $"{path} is complete: {size}{fetched} in {Units.Time(DownloadTime)}, {rate} on average.";
    }
}
