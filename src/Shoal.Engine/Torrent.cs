using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Shoal.Engine.Torrents;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;
using Shoal.Swarm.Peers;

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
    /// The figures now, then at every interval, and at once when the torrent becomes complete. The series goes on while
    /// it seeds and ends when the torrent is stopped or fails, which its last snapshot shows.
    /// </summary>
    /// <param name="interval">
    /// Time between two snapshots, more than 0; <see cref="Timeout.InfiniteTimeSpan"/> tells only what is told at once.
    /// </param>
    /// <param name="cancellationToken">Ends the series with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is 0 or less.</exception>
    public IAsyncEnumerable<TorrentSnapshot> WatchAsync(
        TimeSpan interval, CancellationToken cancellationToken = default)
    {
        CheckInterval(interval);
        return WatchToEndAsync(interval, cancellationToken);
    }

    private async IAsyncEnumerable<TorrentSnapshot> WatchToEndAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            bool ended = _actor.Ended.IsCompleted;
            Task news = _actor.Completion.IsCompleted ? _actor.Ended : _actor.CompletionOrEnd;
            yield return Snapshot();
            if (ended) yield break;
            await NextAsync(interval, news, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The figures of a download: now, then at every interval, and a last time when it is complete, which ends the
    /// series. Of a torrent that is complete already there is that one snapshot.
    /// </summary>
    /// <param name="interval">
    /// Time between two snapshots, more than 0; <see cref="Timeout.InfiniteTimeSpan"/> tells only what is told at once.
    /// </param>
    /// <param name="cancellationToken">Ends the series with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TorrentException">The torrent failed or was stopped before it was complete.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The interval is 0 or less.</exception>
    public IAsyncEnumerable<TorrentSnapshot> WatchUntilCompleteAsync(
        TimeSpan interval, CancellationToken cancellationToken = default)
    {
        CheckInterval(interval);
        return WatchDownloadAsync(interval, cancellationToken);
    }

    private async IAsyncEnumerable<TorrentSnapshot> WatchDownloadAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            Task completion = _actor.Completion;
            if (completion.IsFaulted) await completion.ConfigureAwait(false);
            bool complete = completion.IsCompletedSuccessfully;
            yield return Snapshot();
            if (complete) yield break;
            await NextAsync(interval, _actor.CompletionOrEnd, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Events from now on, until the torrent stops or fails. A reader that is slow by more than 10,000 events misses
    /// the oldest. The first reader is told of peers' refusals before it, too, at most 16: they may come before it can.
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

    /// <summary>
    /// Serves the torrent's one file to peers of the line protocol, too, by what a catalogue knows it by.
    /// docs/CATALOGUE.md describes the protocol.
    /// </summary>
    /// <param name="fileHash">SHA-1 or SHA-256 of the file in hexadecimal.</param>
    /// <param name="chunkSize">Bytes in a chunk as they are registered.</param>
    /// <exception cref="TorrentException">
    /// The torrent is known not to be one file, or belongs to a private swarm, or the size is wrong.
    /// </exception>
    public void ServeChunks(string fileHash, int chunkSize)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fileHash);
        if (chunkSize is < 1 or > ChunkGeometry.MaxChunkSize)
            throw new TorrentException(
                TorrentError.InvalidInput, $"A chunk has 1 to {ChunkGeometry.MaxChunkSize} bytes, not {chunkSize}.");
        if (Metainfo is { Info.IsSingleFile: false })
            throw new TorrentException(TorrentError.InvalidInput, "Only a torrent of one file is served by chunks.");
        if (_actor.Tls is not null)
            throw new TorrentException(
                TorrentError.InvalidInput,
                "A torrent of a private swarm is not served by chunks: those go to everybody.");
        _actor.ServeChunks(fileHash, chunkSize);
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
        _actor.AddPeers([peer], PeerSources.User, AddressOrigin.User);
    }

    /// <summary>
    /// Stops it and removes it from the engine; what is on disk stays. Trackers are told, for two seconds at most.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _remove(_actor, cancellationToken);

    private static void CheckInterval(TimeSpan interval)
    {
        // It would be a loop without a pause.
        if (interval <= TimeSpan.Zero && interval != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "The interval must be more than 0.");
    }

    /// <summary>Waits for the interval to pass or for something that is to be told at once.</summary>
    private async Task NextAsync(TimeSpan interval, Task news, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Ended with the wait, so that no timer outlives it.
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(interval, _actor.Time, wait.Token), news).ConfigureAwait(false);
        await wait.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
