namespace Shoal.Engine;

/// <summary>The figures of a torrent at one moment.</summary>
public sealed record TorrentSnapshot
{
    /// <summary>Where the torrent is in its life.</summary>
    public required TorrentState State { get; init; }

    /// <summary>Name of the file or folder; of a magnet link without metadata its display name or info-hash.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of all files, padding left out; 0 while the metadata is missing.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Bytes that are selected for download; equal to <see cref="TotalBytes"/> when all files are.</summary>
    public required long WantedBytes { get; init; }

    /// <summary>Selected bytes that are on disk and hashed right.</summary>
    public required long CompletedBytes { get; init; }

    /// <summary>Number of pieces; 0 while the metadata is missing.</summary>
    public required int PieceCount { get; init; }

    /// <summary>Number of pieces that are on disk and hashed right.</summary>
    public required int CompletedPieces { get; init; }

    /// <summary>Share of the initial check that is done, from 0 to 1.</summary>
    public required double CheckedFraction { get; init; }

    /// <summary>Block bytes received from peers in this run, wasted ones included.</summary>
    public required long DownloadedBytes { get; init; }

    /// <summary>Block bytes sent to peers in this run.</summary>
    public required long UploadedBytes { get; init; }

    /// <summary>Received bytes that were thrown away: duplicates and pieces that failed their hash.</summary>
    public required long WastedBytes { get; init; }

    /// <summary>Block bytes received per second, averaged over the last seconds.</summary>
    public required double DownloadRate { get; init; }

    /// <summary>Block bytes sent per second, averaged over the last seconds.</summary>
    public required double UploadRate { get; init; }

    /// <summary>Connected peers.</summary>
    public required int Peers { get; init; }

    /// <summary>Connected peers that have every piece.</summary>
    public required int Seeds { get; init; }

    /// <summary>
    /// Peers in the whole swarm that have everything, as the tracker that knows of most says; null when none tells.
    /// </summary>
    public int? SwarmSeeds { get; init; }

    /// <summary>Peers in the whole swarm that miss something, in the same way.</summary>
    public int? SwarmLeeches { get; init; }

    /// <summary>Time to completion at the present rate, or null when it cannot be told.</summary>
    public required TimeSpan? TimeLeft { get; init; }

    /// <summary>Time since the torrent was added.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What went wrong in one sentence, or null.</summary>
    public string? Error { get; init; }

    /// <summary>The last word of the trackers when they gave no peers, or null.</summary>
    public string? TrackerMessage { get; init; }

    /// <summary>What last went wrong with a web seed, or null.</summary>
    public string? WebSeedMessage { get; init; }

    /// <summary>Share of the selected bytes that is complete, from 0 to 1.</summary>
    public double Progress =>
        WantedBytes == 0 ? (State >= TorrentState.Downloading ? 1 : 0) : (double)CompletedBytes / WantedBytes;
}
