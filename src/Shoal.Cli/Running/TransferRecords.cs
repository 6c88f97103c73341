using Shoal.Cli.Json;
using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>Turns what the engine tells into the program's JSON.</summary>
internal static class TransferRecords
{
    /// <summary>The figures of this moment.</summary>
    public static ProgressEvent Progress(ITransfer transfer, TorrentSnapshot snapshot, bool withPeers) => new()
    {
        InfoHash = transfer.Hashes.ToString(),
        State = TransferText.StateName(snapshot.State),
        Progress = snapshot.Progress,
        Checked = snapshot.CheckedFraction,
        Size = snapshot.TotalBytes,
        Wanted = snapshot.WantedBytes,
        Completed = snapshot.CompletedBytes,
        CompletedPieces = snapshot.CompletedPieces,
        Downloaded = snapshot.DownloadedBytes,
        Uploaded = snapshot.UploadedBytes,
        Wasted = snapshot.WastedBytes,
        DownRate = Math.Round(snapshot.DownloadRate),
        UpRate = Math.Round(snapshot.UploadRate),
        Peers = snapshot.Peers,
        Seeds = snapshot.Seeds,
        EtaSeconds = snapshot.TimeLeft is { } left ? Math.Round(left.TotalSeconds, 1) : null,
        ElapsedSeconds = Math.Round(snapshot.Elapsed.TotalSeconds, 3),
        PeerList = withPeers ? [.. transfer.Peers().Select(Peer)] : null,
    };

    /// <summary>What the torrent is.</summary>
    public static TorrentEventRecord Torrent(ITransfer transfer, Metainfo metainfo)
    {
        TorrentInfo info = metainfo.Info;
        return new TorrentEventRecord(
            info.Name,
            info.Hashes.V1?.ToString(),
            info.Hashes.V2?.ToString(),
            info.ContentLength,
            info.Files.Count(f => !f.IsPadding),
            info.Geometry.PieceCount,
            info.Geometry.PieceLength,
            transfer.ContentPath);
    }

    /// <summary>What became of it.</summary>
    public static TorrentResult Outcome(TransferProgress progress)
    {
        ITransfer transfer = progress.Transfer;
        TorrentSnapshot snapshot = progress.Snapshot;
        TorrentHashes hashes = transfer.Metainfo?.Info.Hashes ?? transfer.Hashes;
        return new TorrentResult
        {
            Name = snapshot.Name,
            InfoHash = hashes.V1?.ToString(),
            InfoHashV2 = hashes.V2?.ToString(),
            Path = transfer.ContentPath,
            Complete = progress.IsComplete,
            Size = snapshot.TotalBytes,
            Wanted = snapshot.WantedBytes,
            Completed = snapshot.CompletedBytes,
            Downloaded = snapshot.DownloadedBytes,
            Uploaded = snapshot.UploadedBytes,
            Wasted = snapshot.WastedBytes,
            Seconds = Math.Round(progress.DownloadTime.TotalSeconds, 3),
            MeanRate = Math.Round(MeanRate(snapshot.DownloadedBytes, progress.DownloadTime)),
        };
    }

    /// <summary>An event of the engine, or null for those that are too many to be told.</summary>
    public static JsonRecord? Of(TorrentEvent happened, string infoHash) => happened switch
    {
        StateChanged changed => new StateEvent(infoHash, TransferText.StateName(changed.State)),
        PieceFailed failed => new PieceFailedEvent(infoHash, failed.Piece),
        PeerConnected peer => new PeerConnectedEvent(
            infoHash, peer.EndPoint.ToString(), peer.IsIncoming, peer.WebSeed),
        PeerRefused peer => new PeerRefusedEvent(infoHash, peer.EndPoint.ToString(), peer.IsIncoming, peer.Reason),
        PeerDisconnected peer => new PeerDisconnectedEvent(
            infoHash, peer.EndPoint.ToString(), peer.Reason, peer.DownloadedBytes, peer.UploadedBytes),
        TrackerAnswered answer => new TrackerAnsweredEvent(infoHash, answer.Url, answer.Peers, answer.Error),
        WebSeedFailed failed => new WebSeedEvent(
            infoHash, failed.Url, failed.Error, failed.RetryIn is { } wait ? Math.Round(wait.TotalSeconds) : null),
        _ => null,
    };

    /// <summary>Bytes per second over a time; 0 for no time.</summary>
    public static double MeanRate(long bytes, TimeSpan time) =>
        time > TimeSpan.Zero ? bytes / time.TotalSeconds : 0;

    private static PeerRecord Peer(PeerSnapshot peer) => new(
        peer.EndPoint.ToString(),
        peer.IsIncoming,
        peer.Security.ToString().ToLowerInvariant(),
        peer.Client,
        peer.WebSeed,
        peer.Pieces,
        peer.DownloadedBytes,
        peer.UploadedBytes,
        Math.Round(peer.DownloadRate),
        Math.Round(peer.UploadRate));
}
