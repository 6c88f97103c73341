using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.Swarm;

/// <summary>Settings of a torrent's brain.</summary>
public sealed record BrainOptions
{
    /// <summary>How this client names itself in handshakes.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>TCP port on which we accept peers, told to them; 0 tells none.</summary>
    public int ListenPort { get; init; }

    /// <summary>
    /// The address that peers see us at, for ranking them (BEP 40); null when it is not known yet.
    /// </summary>
    public System.Net.IPAddress? OwnAddress { get; init; }

    /// <summary>Connections at the most, those being made included.</summary>
    public int MaxPeers { get; init; } = 200;

    /// <summary>Peers served at a time at the most; 0 follows the rates.</summary>
    public int UploadSlots { get; init; }

    /// <summary>Limit of what is uploaded in bytes per second, from which slots are derived; 0 for none.</summary>
    public long UploadBytesPerSecond { get; init; }

    /// <summary>
    /// Limit of what is downloaded in bytes per second, from which the requests under way are derived; 0 for none.
    /// </summary>
    public long DownloadBytesPerSecond { get; init; }

    /// <summary>Asks for pieces in order instead of the rarest first.</summary>
    public bool Sequential { get; init; }

    /// <summary>As the only seed, gives each piece away once before it repeats one (BEP 16).</summary>
    public bool SuperSeed { get; init; }

    /// <summary>Takes part in passing on who was revoked, as members of a private swarm do.</summary>
    public bool TakesRevocations { get; init; }

    /// <summary>Asks for nothing.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>Rules of a swarm of known members; null, the default, is open to all.</summary>
    public FixedSwarm? FixedSwarm { get; init; }
}

/// <summary>The content of a torrent, as a brain needs it.</summary>
/// <param name="Info">The info dictionary.</param>
/// <param name="Forest">Its v2 hashes; null for a v1-only torrent.</param>
/// <param name="Have">Pieces that are on disk, right, and offered to peers.</param>
/// <param name="Wanted">Pieces that are to be here in the end.</param>
/// <param name="Unfinished">
/// Runs of whole blocks of other pieces that are on disk, unchecked: what an earlier process had received.
/// </param>
public sealed record BrainContent(
    TorrentInfo Info, HashForest? Forest, Bitfield Have, Bitfield Wanted, IReadOnlyList<BlockSpan> Unfinished);
