using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Shoal.Engine.Torrents;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine;

/// <summary>One torrent of an engine. All members may be used from any thread.</summary>
public sealed class Torrent
{
    private readonly TorrentActor _actor;
    private readonly Func<TorrentActor, CancellationToken, Task> _remove;

    internal Torrent(TorrentActor actor, Func<TorrentActor, CancellationToken, Task> remove)
    {
        _actor = actor;
        _remove = remove;
    }

    /// <summary>The names of the torrent.</summary>
    public TorrentHashes Hashes => _actor.Hashes;

    /// <summary>All that is known of it, or null while the metadata of a magnet link is missing.</summary>
    public Metainfo? Metainfo => _actor.Metainfo;

    /// <summary>The file or folder on disk that holds the content, or null while the metadata is missing.</summary>
    public string? ContentPath => _actor.ContentPath;

    /// <summary>The figures of this moment.</summary>
    public TorrentSnapshot Snapshot() => _actor.Look(_actor.TakeSnapshot);

    /// <summary>The connected peers of this moment.</summary>
    public IReadOnlyList<PeerSnapshot> Peers() => _actor.Look(_actor.TakePeers);

    /// <summary>
    /// The figures now and then at every interval; a last time when the torrent stops, fails or is complete, of which
    /// the last does not end the series.
    /// </summary>
    public async IAsyncEnumerable<TorrentSnapshot> WatchAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Task completed = _actor.Completion.ContinueWith(
            static _ =>
                { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (true)
        {
            bool ended = _actor.Ended.IsCompleted;
            bool wasComplete = completed.IsCompleted;
            yield return Snapshot();
            if (ended) yield break;
            Task delay = Task.Delay(interval, cancellationToken);
            await Task.WhenAny(delay, _actor.Ended, wasComplete ? delay : completed).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// Events from now on, until the torrent stops or fails. A reader that is slow by more than 10,000 events misses
    /// the oldest.
    /// </summary>
    public async IAsyncEnumerable<TorrentEvent> EventsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChannelReader<TorrentEvent> reader = _actor.Subscribe();
        try
        {
            await foreach (TorrentEvent happened in reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return happened;
        }
        finally
        {
            _actor.Unsubscribe(reader);
        }
    }

    /// <summary>Waits until the info dictionary is there.</summary>
    /// <exception cref="TorrentException">The torrent failed or was stopped.</exception>
    public Task<Metainfo> WaitForMetadataAsync(CancellationToken cancellationToken = default) =>
        _actor.Metadata.WaitAsync(cancellationToken);

    /// <summary>Waits until every selected byte is on disk and hashed right.</summary>
    /// <exception cref="TorrentException">The torrent failed or was stopped.</exception>
    public Task WaitForCompletionAsync(CancellationToken cancellationToken = default) =>
        _actor.Completion.WaitAsync(cancellationToken);

    /// <summary>Dials a peer, whatever network it is in.</summary>
    public void AddPeer(IPEndPoint peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        _actor.AddPeers([peer]);
    }

    /// <summary>
    /// Stops it and removes it from the engine; what is on disk stays. Trackers are told, for two seconds at most.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _remove(_actor, cancellationToken);
}
