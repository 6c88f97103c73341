using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>A torrent of the engine as the program runs it.</summary>
internal sealed class TorrentTransfer(Torrent torrent) : ITransfer
{
    /// <inheritdoc/>
    public TorrentHashes Hashes => torrent.Hashes;

    /// <inheritdoc/>
    public Metainfo? Metainfo => torrent.Metainfo;

    /// <inheritdoc/>
    public string? ContentPath => torrent.ContentPath;

    /// <inheritdoc/>
    public Task Completion { get; } = torrent.WaitForCompletionAsync();

    /// <inheritdoc/>
    public TorrentSnapshot Snapshot() => torrent.Snapshot();

    /// <inheritdoc/>
    public IReadOnlyList<PeerSnapshot> Peers() => torrent.Peers();

    /// <inheritdoc/>
    public IAsyncEnumerable<TorrentEvent> EventsAsync(CancellationToken cancellationToken) =>
        torrent.EventsAsync(cancellationToken);
}
