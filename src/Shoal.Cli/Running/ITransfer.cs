using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>What the running of a transfer needs to know of a torrent: a seam, so that tests can play one.</summary>
internal interface ITransfer
{
    /// <summary>The names of the torrent.</summary>
    TorrentHashes Hashes { get; }

    /// <summary>All that is known of it, or null while the metadata is missing.</summary>
    Metainfo? Metainfo { get; }

    /// <summary>The file or folder on disk, or null while the metadata is missing.</summary>
    string? ContentPath { get; }

    /// <summary>Ends when everything selected is complete, fails when it never will be.</summary>
    Task Completion { get; }

    /// <summary>The figures of this moment.</summary>
    TorrentSnapshot Snapshot();

    /// <summary>The connected peers of this moment.</summary>
    IReadOnlyList<PeerSnapshot> Peers();

    /// <summary>Events from now on.</summary>
    IAsyncEnumerable<TorrentEvent> EventsAsync(CancellationToken cancellationToken);
}
