namespace Shoal.Cli.Json;

/// <summary>The figures of a torrent, once a second while they change.</summary>
internal sealed record ProgressEvent() : JsonRecord("progress")
{
    /// <summary>The info-hash: v1 where there is one.</summary>
    public required string InfoHash { get; init; }

    /// <summary>State as in <see cref="StateEvent"/>.</summary>
    public required string State { get; init; }

    /// <summary>Share of the selected bytes that is complete, from 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>Share of the check that is done, from 0 to 1.</summary>
    public required double Checked { get; init; }

    /// <summary>Bytes of all files; 0 while the metadata is missing.</summary>
    public required long Size { get; init; }

    /// <summary>Bytes that are selected.</summary>
    public required long Wanted { get; init; }

    /// <summary>Selected bytes that are on disk and hashed right.</summary>
    public required long Completed { get; init; }

    /// <summary>Pieces that are on disk and hashed right.</summary>
    public required int CompletedPieces { get; init; }

    /// <summary>Bytes received from peers in this run.</summary>
    public required long Downloaded { get; init; }

    /// <summary>Bytes sent to peers in this run.</summary>
    public required long Uploaded { get; init; }

    /// <summary>Received bytes that were thrown away.</summary>
    public required long Wasted { get; init; }

    /// <summary>Bytes received per second.</summary>
    public required double DownRate { get; init; }

    /// <summary>Bytes sent per second.</summary>
    public required double UpRate { get; init; }

    /// <summary>Connected peers.</summary>
    public required int Peers { get; init; }

    /// <summary>Connected peers that have everything.</summary>
    public required int Seeds { get; init; }

    /// <summary>Seconds to completion, or null.</summary>
    public required double? EtaSeconds { get; init; }

    /// <summary>Seconds since the torrent was added.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>The connected peers, when <c>--json-peers</c> asks for them.</summary>
    public IReadOnlyList<PeerRecord>? PeerList { get; init; }
}
