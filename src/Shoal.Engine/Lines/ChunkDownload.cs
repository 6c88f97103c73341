using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Shoal.Network;
using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>
/// Fetches a file from peers of the line protocol: the rarest chunks first, from several at once, and checks the whole
/// against its hash. Nothing tells which chunk is wrong, so a file that does not hash right is fetched again from each
/// peer alone that has all of it, until one gives the right bytes.
/// </summary>
public sealed class ChunkDownload
{
    /// <summary>Faults in a row after which a peer is given up.</summary>
    private const int MaxFaults = 3;

    /// <summary>Peers that are tried alone after all together gave a wrong file.</summary>
    private const int MaxLonePeers = 5;

    private readonly ChunkDownloadOptions _options;
    private readonly ChunkGeometry _geometry;
    private readonly string _partial;
    private readonly Lock _gate = new();
    private long _arrivedBytes;

    /// <summary>A download that has not begun.</summary>
    /// <exception cref="TorrentException">The hash is none that a file can be checked against.</exception>
    public ChunkDownload(ChunkDownloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!CanCheck(options.FileHash))
            throw new TorrentException(
                TorrentError.InvalidInput,
                $"'{options.FileHash}' is no SHA-1 or SHA-256, so nobody could tell whether the file is right.");
        _options = options;
        _geometry = new ChunkGeometry(options.FileSize, options.ChunkSize);
        if (options.FileSize < 0 || options.ChunkSize is < 1 or > ChunkGeometry.MaxChunkSize || _geometry.Count < 0)
            throw new TorrentException(TorrentError.InvalidInput, "The sizes of file and chunk do not go together.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
        _partial = Path.Combine(folder, $".{options.FileHash[..16]}.chunks");
    }

    /// <summary>Bytes that have arrived, those of an earlier try included.</summary>
    public long ArrivedBytes => Interlocked.Read(ref _arrivedBytes);

    /// <summary>Told the number of each chunk as it arrives, on any thread.</summary>
    public Action<int>? ChunkArrived { get; init; }

    /// <summary>True when a file can be checked against a hash: 40 or 64 hexadecimal digits.</summary>
    public static bool CanCheck(string fileHash) =>
        fileHash is { Length: 2 * SHA1.HashSizeInBytes or 2 * SHA256.HashSizeInBytes }
        && fileHash.All(char.IsAsciiHexDigit);

    /// <summary>True when a file on disk is the one that a hash names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fileHash">A hash for which <see cref="CanCheck"/> holds.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<bool> IsAsync(
        string path, string fileHash, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fileHash);
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        return await HashesRightAsync(file, RandomAccess.GetLength(file), fileHash, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Fetches the file. Run again after an end before its time, it goes on with what is there.</summary>
    /// <exception cref="TorrentException">No peer gave the rest, the file is not right, or a disk error.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_partial)!);
            if (await TryAsync(_options.Peers, cancellationToken).ConfigureAwait(false)) return;
            IEnumerable<ChunkPeer> alone = _options.Peers.Count < 2 ? [] : _options.Peers
                .Where(p => p.Chunks.Below(_geometry.Count).Count == _geometry.Count).Take(MaxLonePeers);
            foreach (ChunkPeer peer in alone)
            {
                try
                {
                    if (await TryAsync([peer], cancellationToken).ConfigureAwait(false)) return;
                }
                catch (TorrentException e) when (e.Error == TorrentError.Network)
                {
                    // This one is gone; the next may be there.
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"'{_options.Path}' cannot be written: {e.Message}", e);
        }
        throw new TorrentException(
            TorrentError.Integrity,
            $"What the peers sent is not the file: its hash is not {_options.FileHash}. Nothing of it is kept.");
    }

    /// <summary>Fetches what is missing and checks the whole; false when it is wrong, and then it is removed.</summary>
    private async Task<bool> TryAsync(IReadOnlyList<ChunkPeer> peers, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(
            _partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var progress = new ChunkProgress(_partial + ".done", RandomAccess.GetLength(file), _geometry);
        Interlocked.Exchange(ref _arrivedBytes, progress.Bytes);
        try
        {
            await FetchAllAsync(file, progress, peers, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            progress.Save();
        }
        RandomAccess.SetLength(file, _options.FileSize);
        bool isRight = await HashesRightAsync(
            file, _options.FileSize, _options.FileHash, cancellationToken).ConfigureAwait(false);
        if (isRight) RandomAccess.FlushToDisk(file);
        progress.Remove();
        if (isRight) File.Move(_partial, _options.Path, overwrite: true);
        else File.Delete(_partial);
        return isRight;
    }

    private async Task FetchAllAsync(
        SafeFileHandle file, ChunkProgress progress, IReadOnlyList<ChunkPeer> peers,
        CancellationToken cancellationToken)
    {
        var order = new ChunkOrder(progress.Missing(), peers, Random.Shared);
        using var limit = new RateLimiter(TimeProvider.System, _options.BytesPerSecond);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetch = new Fetch(file, progress, order, limit, end);
        IReadOnlyList<ChunkPeer> living = peers;
        // What one peer failed to bring may come from another that had nothing more to do by then, so as long as
        // something comes, those that still answer are asked again.
        for (int before = int.MaxValue; order.Left > 0 && order.Left < before && living.Count > 0;)
        {
            before = order.Left;
            order.Forgive();
            // Every peer gets one worker at least, and all of them together the number that is asked for.
            int each = Math.Max(1, _options.Workers / living.Count);
            (ChunkPeer Peer, bool Lives)[] ends = await Task.WhenAll(living.SelectMany(
                peer => Enumerable.Range(0, each).Select(_ => WorkAsync(fetch, peer)))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            living = [.. ends.Where(e => e.Lives).Select(e => e.Peer).Distinct()];
        }
        if (order.Left > 0)
            throw new TorrentException(
                TorrentError.Network,
                $"No peer gave {order.Left} of {_geometry.Count} chunks; the same command goes on with the rest.");
    }

    /// <summary>Fetches from a peer as long as it has something; tells whether it was of use to the end.</summary>
    private async Task<(ChunkPeer Peer, bool Lives)> WorkAsync(Fetch fetch, ChunkPeer peer)
    {
        using var source = new ChunkSource(peer, _options.FileHash, _geometry, _options.BindAddress);
        int faults = 0;
        bool hasGiven = false;
        while (faults < MaxFaults && !fetch.End.IsCancellationRequested)
        {
            int chunk;
            lock (_gate)
                if (!fetch.Order.TryTake(peer, out chunk)) return (peer, hasGiven || faults == 0);
            byte[]? bytes = await FetchAsync(fetch, source, chunk).ConfigureAwait(false);
            faults = bytes is null ? faults + 1 : 0;
            bool isNew = false;
            bool isLast;
            lock (_gate)
            {
                if (bytes is null) fetch.Order.Return(chunk, peer);
                else isNew = fetch.Order.Arrived(chunk, peer);
                if (isNew) fetch.Progress.Add(chunk);
                isLast = isNew && fetch.Order.Left == 0;
            }
            if (isLast) await fetch.End.CancelAsync().ConfigureAwait(false);
            hasGiven |= bytes is not null;
            if (!isNew) continue;
            Interlocked.Add(ref _arrivedBytes, bytes!.Length);
            ChunkArrived?.Invoke(chunk);
        }
        return (peer, false);
    }

    private async Task<byte[]?> FetchAsync(Fetch fetch, ChunkSource source, int chunk)
    {
        CancellationToken end = fetch.End.Token;
        try
        {
            for (int granted = 0, length = _geometry.Length(chunk); granted < length;)
                granted += await fetch.Limit.TakeAsync(length - granted).AsTask().WaitAsync(end).ConfigureAwait(false);
            byte[]? bytes = await source.FetchAsync(chunk, end).ConfigureAwait(false);
            if (bytes is not null)
                await RandomAccess.WriteAsync(fetch.File, bytes, _geometry.Offset(chunk), CancellationToken.None)
                    .ConfigureAwait(false);
            return bytes;
        }
        catch (OperationCanceledException)
        {
            // Everything is here by now, or the download is ended from outside.
            return null;
        }
    }

    private static async Task<bool> HashesRightAsync(
        SafeFileHandle file, long length, string fileHash, CancellationToken cancellationToken)
    {
        const int BufferBytes = 1 << 20;
        bool isSha1 = fileHash.Length == 2 * SHA1.HashSizeInBytes;
        using var hash = IncrementalHash.CreateHash(isSha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferBytes];
        for (long at = 0; at < length;)
        {
            int read = await RandomAccess.ReadAsync(file, buffer, at, cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            hash.AppendData(buffer.AsSpan(0, read));
            at += read;
        }
        return string.Equals(
            Convert.ToHexString(hash.GetHashAndReset()), fileHash, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the workers of one download share.</summary>
    private sealed record Fetch(
        SafeFileHandle File, ChunkProgress Progress, ChunkOrder Order, RateLimiter Limit, CancellationTokenSource End);
}
