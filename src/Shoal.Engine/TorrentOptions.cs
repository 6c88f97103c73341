using System.Collections.Immutable;
using System.Net;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Torrents;
using Shoal.Swarm;

namespace Shoal.Engine;

/// <summary>Settings of one torrent.</summary>
public sealed record TorrentOptions
{
    /// <summary>Folder that the torrent's file or folder lies in or is to be put in; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Numbers of the files to download, counted from 0 in the order of the torrent without padding; null means all.
    /// </summary>
    public ImmutableSortedSet<int>? SelectedFiles { get; init; }

    /// <summary>
    /// Chooses the files once it is known which there are, and before the first block is asked for: of a magnet link
    /// when the metadata has come, of a .torrent at once. It is called once, on the thread pool, with the content and
    /// gives numbers as <see cref="SelectedFiles"/> does, or null for all. It comes before what a magnet link selects.
    /// When it throws or chooses no file, the torrent fails: a <see cref="TorrentException"/> as it is, any other
    /// exception as <see cref="TorrentError.InvalidInput"/>. Null, the default, chooses nothing; it cannot be given
    /// together with <see cref="SelectedFiles"/>.
    /// </summary>
    public Func<TorrentInfo, IEnumerable<int>?>? SelectFiles { get; init; }

    /// <summary>
    /// Tracker URLs (http, https, udp) to use besides those that the torrent names. One that is no such URL is refused.
    /// </summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Peers to dial besides those that are discovered.</summary>
    public ImmutableArray<DnsEndPoint> Peers { get; init; } = [];

    /// <summary>
    /// Whether web servers that have the content are used (https://www.bittorrent.org/beps/bep_0019.html): those that
    /// the torrent or magnet link names, and <see cref="WebSeeds"/>. True by default.
    /// </summary>
    public bool UsesWebSeeds { get; init; } = true;

    /// <summary>
    /// URLs (http, https) of web servers that have the content, besides those that the torrent names. One that ends in
    /// a slash is that of the folder in which the torrent's file or folder lies. One that is no such URL is refused.
    /// </summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>Download limit in bytes per second; 0 means no limit besides the engine's.</summary>
    public long DownloadBytesPerSecond { get; init; }

    /// <summary>Upload limit in bytes per second; 0 means no limit besides the engine's.</summary>
    public long UploadBytesPerSecond { get; init; }

    /// <summary>
    /// Upload limit to each single peer in bytes per second; 0 means none. It makes every connection like one over a
    /// long distance, which carries so much and no more.
    /// </summary>
    public long UploadBytesPerSecondPerPeer { get; init; }

    /// <summary>
    /// Connected peers at the most, 1 or more; 200 by default. <see cref="EngineOptions.MaxConnections"/> holds for all
    /// torrents together besides.
    /// </summary>
    public int MaxPeers { get; init; } = 200;

    /// <summary>Requests pieces in order from the start rather than the rarest first.</summary>
    public bool Sequential { get; init; }

    /// <summary>
    /// As a seed that is the only one, gives each piece away once before it repeats one, and more to those who pass on
    /// what they got (https://www.bittorrent.org/beps/bep_0016.html), until every piece is out. It costs little more
    /// than one copy of the content. It has no effect on a torrent that is not complete when it starts, and is of no
    /// use where others seed too.
    /// </summary>
    public bool SuperSeed { get; init; }

    /// <summary>Reserves the disk space of selected files at once instead of letting them grow as needed.</summary>
    public bool Preallocate { get; init; }

    /// <summary>What to believe about the data that is on disk already.</summary>
    public InitialCheck InitialCheck { get; init; } = InitialCheck.Resume;

    /// <summary>
    /// Limits what is offered to peers to these pieces, as a seeder that holds only some of them; null offers all
    /// that is there. Pieces outside are neither announced, served nor downloaded.
    /// </summary>
    public PieceSelection? OfferOnly { get; init; }

    /// <summary>
    /// Where each file lies already, as <see cref="CreatedTorrent.Paths"/> tells it, to seed content under names that
    /// the torrent does not give; null to derive safe names in <see cref="Directory"/>.
    /// </summary>
    public IReadOnlyList<string>? ContentPaths { get; init; }

    /// <summary>
    /// As which member of its private swarm the torrent is shared; needed for torrents with a certificate, and only
    /// there. A magnet link with it is for a torrent of the member's swarm. Null for what is open to everybody.
    /// </summary>
    public SwarmMember? Member { get; init; }

    /// <summary>Downloads nothing: what is missing stays missing.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>
    /// True when the user named this torrent and what it points to, as on a command line; its trackers and peers may
    /// then lie on loopback or in a private network. See docs/decisions on addresses.
    /// </summary>
    public bool TrustsAddresses { get; init; }

    /// <summary>Rules of a swarm of known members, for experiments; null is the open swarm of everybody else.</summary>
    internal FixedSwarm? FixedSwarm { get; init; }
}
