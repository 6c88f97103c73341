using Shoal.Protocol.Torrents;

namespace Shoal.Lab.Simulation;

/// <summary>
/// What a simulated swarm is made of. Equal plans make equal runs: the same events in the same order, on any machine.
/// </summary>
public sealed record SimulationPlan
{
    /// <summary>Where all chance begins.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the report is titled.</summary>
    public string Title { get; init; } = "A simulated swarm";

    /// <summary>Size of what is shared, in bytes. The default is 64 MiB.</summary>
    public long ContentBytes { get; init; } = 64 << 20;

    /// <summary>Size of a piece in bytes, a multiple of what a block stands for. The default is 1 MiB.</summary>
    public int PieceLength { get; init; } = 1 << 20;

    /// <summary>The generation of the torrent.</summary>
    public TorrentVersion Version { get; init; } = TorrentVersion.V1;

    /// <summary>
    /// Bytes that one simulated block of 16 KiB stands for: a multiple of 16 KiB. With more than that the run is
    /// coarser and as many times cheaper: content, pieces and links are all divided, and reported figures multiplied.
    /// </summary>
    public int BytesPerBlock { get; init; } = 16 * 1024;

    /// <summary>The peers.</summary>
    public required IReadOnlyList<PeerGroup> Groups { get; init; }

    /// <summary>Connections of each peer at the most, where its group does not say.</summary>
    public int MaxPeers { get; init; } = 50;

    /// <summary>Peers that the tracker gives out at a time.</summary>
    public int PeersPerAnnounce { get; init; } = 50;

    /// <summary>
    /// True to keep real bytes on simulated disks through the real storage, with real hashes; false, the default, to
    /// only count them, which is what thousands of peers need.
    /// </summary>
    public bool KeepsBytes { get; init; }

    /// <summary>Mean time between cuts of a connection picked by lot; null, the default, is none.</summary>
    public TimeSpan? CutsEvery { get; init; }

    /// <summary>When cuts and crashes end.</summary>
    public TimeSpan FaultsEnd { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Virtual time after which a run that is not over is ended.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two looks at everybody's progress, for the report; zero draws it from the run.</summary>
    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True to look after every event whether all rules hold; false, the default, only at the end.</summary>
    public bool IsChecked { get; init; }

    /// <summary>True to keep the log of all events.</summary>
    public bool IsLogged { get; init; }
}
