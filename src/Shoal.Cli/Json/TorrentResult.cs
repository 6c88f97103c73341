namespace Shoal.Cli.Json;

/// <summary>What became of one torrent.</summary>
internal sealed record TorrentResult
{
    /// <summary>Name of the file or folder, as the torrent gives it.</summary>
    public required string Name { get; init; }

    /// <summary>The v1 info-hash in hexadecimal, or null.</summary>
    public required string? InfoHash { get; init; }

    /// <summary>The full v2 info-hash in hexadecimal, or null.</summary>
    public required string? InfoHashV2 { get; init; }

    /// <summary>The file or folder on disk, or null while the metadata is missing.</summary>
    public required string? Path { get; init; }

    /// <summary>True when everything selected is on disk and hashed right.</summary>
    public required bool Complete { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Size { get; init; }

    /// <summary>Selected bytes.</summary>
    public required long Wanted { get; init; }

    /// <summary>Selected bytes that are on disk and hashed right.</summary>
    public required long Completed { get; init; }

    /// <summary>Bytes received from peers in this run.</summary>
    public required long Downloaded { get; init; }

    /// <summary>Bytes sent to peers in this run.</summary>
    public required long Uploaded { get; init; }

    /// <summary>Received bytes that were thrown away.</summary>
    public required long Wasted { get; init; }

    /// <summary>Seconds that the download took; 0 when there was nothing to download.</summary>
    public required double Seconds { get; init; }

    /// <summary>Bytes per second over that time.</summary>
    public required double MeanRate { get; init; }
}
