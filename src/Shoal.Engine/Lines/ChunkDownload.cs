using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
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
        bool isRight = await HashesRightAsync(file, cancellationToken).ConfigureAwait(false);
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
        if (order.Left == 0) return;
        // Every peer gets one worker at least, and all of them together the number that is asked for.
        int each = Math.Max(1, _options.Workers / Math.Max(1, peers.Count));
        await Task.WhenAll(peers.SelectMany(peer => Enumerable.Range(0, each)
            .Select(_ => WorkAsync(file, progress, order, peer, cancellationToken)))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (order.Left > 0)
            throw new TorrentException(
                TorrentError.Network,
                $"No peer gave {order.Left} of {_geometry.Count} chunks; the same command goes on with the rest.");
    }

    private async Task WorkAsync(
        SafeFileHandle file, ChunkProgress progress, ChunkOrder order, ChunkPeer peer,
        CancellationToken cancellationToken)
    {
        using var source = new ChunkSource(peer, _options.FileHash, _geometry, _options.BindAddress);
        int faults = 0;
        while (faults < MaxFaults && !cancellationToken.IsCancellationRequested)
        {
            int chunk;
            lock (_gate)
                if (!order.TryTake(peer, out chunk)) return;
            byte[]? bytes = null;
            try
            {
                bytes = await source.FetchAsync(chunk, cancellationToken).ConfigureAwait(false);
                if (bytes is not null)
                    await RandomAccess.WriteAsync(file, bytes, _geometry.Offset(chunk), CancellationToken.None)
                        .ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The chunk is given back below, and the loop ends.
            }
            lock (_gate)
            {
                if (bytes is null) order.Return(chunk);
                else order.Arrived();
                if (bytes is not null) progress.Add(chunk);
            }
            faults = bytes is null ? faults + 1 : 0;
            if (bytes is null) continue;
            Interlocked.Add(ref _arrivedBytes, bytes.Length);
            ChunkArrived?.Invoke(chunk);
        }
    }

    private async Task<bool> HashesRightAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        const int BufferBytes = 1 << 20;
        bool isSha1 = _options.FileHash.Length == 2 * SHA1.HashSizeInBytes;
        using var hash = IncrementalHash.CreateHash(isSha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferBytes];
        for (long at = 0; at < _options.FileSize;)
        {
            int read = await RandomAccess.ReadAsync(file, buffer, at, cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            hash.AppendData(buffer.AsSpan(0, read));
            at += read;
        }
        return string.Equals(
            Convert.ToHexString(hash.GetHashAndReset()), _options.FileHash, StringComparison.OrdinalIgnoreCase);
    }
}
