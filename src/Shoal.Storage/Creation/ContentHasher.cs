using System.Collections.Immutable;
using System.Numerics;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Layout;

namespace Shoal.Storage.Creation;

/// <summary>
/// Hashes files into the pieces of a new torrent, on all cores. A file that changes meanwhile fails the whole, since
/// nobody could ever verify the torrent. One run per instance.
/// </summary>
public sealed class ContentHasher
{
    /// <summary>Smallest piece that is chosen: one block.</summary>
    public const int MinPieceLength = PieceGeometry.BlockLength;

    /// <summary>Largest piece that is chosen; some clients take no larger ones.</summary>
    public const int MaxPieceLength = 16 * 1024 * 1024;

    /// <summary>
    /// Pieces that are aimed at: few enough for a .torrent file of some 40 KiB, enough for peers to have different
    /// ones.
    /// </summary>
    private const int TargetPieces = 2000;

    private readonly ContentScan _scan;
    private readonly TorrentInfoBuilder _builder;
    private readonly IFileSystem _disk;
    private readonly string[] _paths;
    private readonly FileLayout _layout;
    private PieceSweep? _sweep;

    /// <summary>Lays the files out; nothing is read yet.</summary>
    /// <param name="scan">The files.</param>
    /// <param name="version">The generations that the torrent is to carry.</param>
    /// <param name="pieceLength">Bytes in a piece, a power of two of at least 16 KiB; 0 to choose by the size.</param>
    public ContentHasher(ContentScan scan, TorrentVersion version, int pieceLength = 0)
        : this(scan, version, pieceLength, RealFileSystem.Instance)
    {
    }

    internal ContentHasher(ContentScan scan, TorrentVersion version, int pieceLength, IFileSystem disk)
    {
        if (pieceLength == 0) pieceLength = ChoosePieceLength(scan.TotalLength);
        if (pieceLength < MinPieceLength || !BitOperations.IsPow2(pieceLength))
            throw new ArgumentOutOfRangeException(
                nameof(pieceLength), pieceLength, $"A piece length is a power of two of at least {MinPieceLength}.");
        _scan = scan;
        _disk = disk;
        _builder = TorrentInfoBuilder.Create(
            scan.Name, version, pieceLength, scan.IsSingleFile, scan.Files.Select(Describe));
        _paths = PathsOf(_builder, scan);
        _layout = FileLayout.ForExisting(scan.Name, _builder.Geometry, _builder.Files, _paths);
    }

    /// <summary>Bytes in a piece.</summary>
    public int PieceLength => _builder.PieceLength;

    /// <summary>Bytes that are to be hashed.</summary>
    public long TotalBytes => _scan.TotalLength;

    /// <summary>Bytes that are hashed so far; for progress, from any thread.</summary>
    public long HashedBytes => Volatile.Read(ref _sweep)?.DoneBytes ?? 0;

    /// <summary>
    /// The smallest power of two that gives at most some 2000 pieces, within 16 KiB and 16 MiB: 1 MiB for 1 GiB,
    /// 4 MiB for 5 GiB.
    /// </summary>
    public static int ChoosePieceLength(long totalLength)
    {
        int length = MinPieceLength;
        while (length < MaxPieceLength && totalLength / length > TargetPieces) length *= 2;
        return length;
    }

    /// <summary>Hashes the files.</summary>
    /// <param name="cancellation">Ends the work; the task is then cancelled.</param>
    /// <param name="readers">Threads that read and hash; 0, the default, for one per core.</param>
    /// <returns>The content, or the error that ended the work.</returns>
    public async Task<(HashedContent? Content, StorageError? Error)> RunAsync(
        CancellationToken cancellation, int readers = 0)
    {
        var target = new Target(_layout, _builder);
        using (var handles = new FileHandlePool(_disk))
        using (var storage = TorrentStorage.ForReading(_layout, handles))
        {
            TorrentVersion version = _builder.Version;
            var sweep = new PieceSweep(
                storage, version.HasFlag(TorrentVersion.V1), version.HasFlag(TorrentVersion.V2));
            Volatile.Write(ref _sweep, sweep);
            int threads = readers > 0 ? readers : Environment.ProcessorCount;
            await sweep.RunAsync(wanted: null, target, threads, cancellation).ConfigureAwait(false);
        }
        StorageError? error = FindChange() ?? target.Error;
        return error is null ? (target.Finish(_paths), null) : (null, error);
    }

    private static TorrentFile Describe(ContentFile file) => new()
    {
        Path = file.Path,
        Length = file.Length,
        Offset = 0,
        IsExecutable = file.IsExecutable,
    };

    /// <summary>The scan has the builder's order, so the files pair up one by one, with padding in between.</summary>
    private static string[] PathsOf(TorrentInfoBuilder builder, ContentScan scan)
    {
        int next = 0;
        return [.. builder.Files.Select(file => file.IsPadding ? "" : scan.Files[next++].FullPath)];
    }

    private StorageError? FindChange()
    {
        foreach (ContentFile file in _scan.Files)
        {
            bool isSame = _disk.TryStat(file.FullPath, out FileStat stat)
                && stat.Length == file.Length && stat.Modified == file.Modified;
            if (!isSame)
                return new StorageError(
                    StorageFault.Other, $"'{file.FullPath}' changed while it was hashed. Start again when it rests.");
        }
        return null;
    }

    /// <summary>Collects hashes by piece, and folds those of each file in the end.</summary>
    private sealed class Target(FileLayout layout, TorrentInfoBuilder builder) : ISweepTarget
    {
        private readonly byte[] _v1 = Room(layout, builder, TorrentVersion.V1, InfoHash.Length);
        private readonly byte[] _roots = Room(layout, builder, TorrentVersion.V2, Sha256Hash.Length);
        private StorageError? _error;

        public StorageError? Error => Volatile.Read(ref _error);

        public bool Skips(PieceIndex piece) => false;

        public bool OnError(PieceIndex piece, StorageError error)
        {
            Interlocked.CompareExchange(ref _error, error, null);
            return false;
        }

        public void OnHashed(PieceIndex piece, PieceHasher hasher)
        {
            if (_v1.Length > 0) hasher.Sha1.CopyTo(_v1.AsSpan(piece.Value * InfoHash.Length));
            if (_roots.Length == 0) return;
            PieceGeometry geometry = layout.Geometry;
            LayoutFile file = layout.Files[layout.At(geometry.Offset(piece), 1).File];
            int leaves = file.Length <= geometry.PieceLength
                ? MerkleTree.LeafCount(file.Length)
                : geometry.PieceLength / PieceGeometry.BlockLength;
            Sha256Hash root = MerkleTree.Root(hasher.Leaves(geometry.BlockCount(piece)), layer: 0, leaves);
            root.CopyTo(_roots.AsSpan(piece.Value * Sha256Hash.Length));
        }

        public HashedContent Finish(IReadOnlyList<string> paths)
        {
            var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
            ImmutableArray<TorrentFile> files = builder.Files;
            if (_roots.Length > 0) files = [.. files.Select(file => AddRoot(file, layers))];
            return new HashedContent(builder with { Files = files, V1Pieces = _v1 }, layers, paths);
        }

        private static byte[] Room(FileLayout layout, TorrentInfoBuilder builder, TorrentVersion version, int length) =>
            builder.Version.HasFlag(version) ? new byte[layout.Geometry.PieceCount * length] : [];

        private TorrentFile AddRoot(TorrentFile file, Dictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
        {
            if (file.IsPadding || file.Length == 0) return file;
            int pieceLength = builder.PieceLength;
            int first = (int)(file.Offset / pieceLength);
            int count = (int)((file.Length + pieceLength - 1) / pieceLength);
            ReadOnlyMemory<byte> layer = _roots.AsMemory(first * Sha256Hash.Length, count * Sha256Hash.Length);
            if (count == 1) return file with { PiecesRoot = new Sha256Hash(layer.Span) };
            int width = MerkleTree.LeafCount(file.Length) / (pieceLength / PieceGeometry.BlockLength);
            Sha256Hash root = MerkleTree.Root(layer.Span, MerkleTree.PieceLayer(pieceLength), width);
            layers[root] = layer.ToArray();
            return file with { PiecesRoot = root };
        }
    }
}
