using System.Collections.Immutable;
using Shoal.Engine.Torrents;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Creation;
using Shoal.Storage.Files;
using Shoal.Storage.Layout;

namespace Shoal.Engine;

/// <summary>Settings for making a .torrent.</summary>
public sealed record CreateOptions
{
    /// <summary>
    /// Generations of the format to carry. Hybrid is read by v1 clients too, save some of before 2022.
    /// </summary>
    public TorrentVersion Version { get; init; } = TorrentVersion.Hybrid;

    /// <summary>Bytes in a piece, a power of two of at least 16 KiB; 0 chooses by the size of the content.</summary>
    public int PieceLength { get; init; }

    /// <summary>Name of the torrent; null takes that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>Tracker URLs in tiers.</summary>
    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    /// <summary>HTTP sources of the content.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>True when only the trackers may name peers (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>
    /// The certificate of a private swarm's authority in PEM form, <see cref="Swarms.SwarmAuthority.CertificatePem"/>:
    /// only its members can take part. Null lets everybody.
    /// </summary>
    public string? SslCertificate { get; init; }

    /// <summary>Free text, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Time to write into it; null leaves it out, so that the same content gives the same bytes.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}

/// <summary>A .torrent that was made.</summary>
/// <param name="Metainfo">Its content.</param>
/// <param name="Bytes">Its bencoded form, ready to be written to a file.</param>
/// <param name="Paths">
/// Absolute path of each file of the torrent, an empty one for padding, as <see cref="TorrentOptions.ContentPaths"/>
/// takes it.
/// </param>
public sealed record CreatedTorrent(Metainfo Metainfo, ReadOnlyMemory<byte> Bytes, IReadOnlyList<string> Paths)
{
    /// <summary>
    /// Number of files that a download puts under another name, because theirs has a character that not every system
    /// takes, as a control character or a colon.
    /// </summary>
    public int RenamedFiles { get; init; }
}

/// <summary>Makes torrents from files and folders and checks files against torrents.</summary>
public static class TorrentCreator
{
    /// <summary>How often progress is told.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Hashes a file or folder on all cores.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="hashedBytes">Told now and then how many bytes are hashed.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="TorrentException">The path cannot be read, holds no byte, or changed meanwhile.</exception>
    public static async Task<CreatedTorrent> CreateAsync(
        string path,
        CreateOptions? options = null,
        IProgress<long>? hashedBytes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new CreateOptions();
        OptionChecks.Check(options);
        StorageError? error = ContentScan.Of(path, cancellationToken, out ContentScan? scan);
        if (error is not null) throw Refused(error);
        var hasher = new ContentHasher(scan!, options.Version, options.PieceLength);
        using ITimer? timer = Report(hashedBytes, () => hasher.HashedBytes);
        (HashedContent? content, error) = await hasher.RunAsync(cancellationToken).ConfigureAwait(false);
        if (error is not null) throw ContentOpener.Failed(error);
        hashedBytes?.Report(hasher.HashedBytes);
        TorrentInfo info = Build(content!.Builder, options);
        var metainfo = new Metainfo
        {
            Info = info,
            Trackers = options.Trackers,
            WebSeeds = options.WebSeeds,
            PieceLayers = content.PieceLayers,
            Comment = options.Comment,
            CreatedBy = PeerId.ClientName,
            CreationDate = options.CreationDate,
        };
        return new CreatedTorrent(metainfo, MetainfoWriter.Write(metainfo), content.Paths)
        {
            RenamedFiles = FileLayout.CountRenamed(info),
        };
    }

    /// <summary>Hashes what lies in a folder against a torrent, on all cores, changing nothing.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that its file or folder lies in; what is not there counts as missing.</param>
    /// <param name="hashedBytes">Told a few times a second how many bytes are hashed; null tells nobody.</param>
    /// <param name="cancellationToken">Ends the hashing with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TorrentException">The folder cannot be read.</exception>
    public static async Task<VerifyReport> VerifyAsync(
        Metainfo metainfo,
        string directory,
        IProgress<long>? hashedBytes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        using var handles = new FileHandlePool(RealFileSystem.Instance);
        StorageError? error = TorrentStorage.Open(
            metainfo.Info, directory, new StorageOptions { ReadOnly = true }, handles, out TorrentStorage? storage);
        if (error is not null) throw ContentOpener.Failed(error);
        using (storage)
        {
            HashForest? forest =
                metainfo.Info.Hashes.V2 is null ? null : new HashForest(metainfo.Info, metainfo.PieceLayers);
            var hashes = new PieceHashes(metainfo.Info, forest is null ? null : forest.TryPieceRoot);
            var verifier = new Verifier(storage!, hashes);
            using ITimer? timer = Report(hashedBytes, () => verifier.CheckedBytes);
            Bitfield good = await verifier.RunAsync(null, null, cancellationToken).ConfigureAwait(false);
            return VerifyReport.Of(metainfo.Info, storage!, good);
        }
    }

    /// <summary>What a path of the user's choosing did wrong: not there, nothing in it, or unreadable.</summary>
    private static TorrentException Refused(StorageError error) => new(
        error.Kind switch
        {
            StorageFault.Missing => TorrentError.NotFound,
            StorageFault.Other => TorrentError.InvalidInput,
            _ => TorrentError.Disk,
        },
        error.Sentence);

    private static ITimer? Report(IProgress<long>? progress, Func<long> bytes) => progress is null
        ? null
        : TimeProvider.System.CreateTimer(_ => progress.Report(bytes()), null, ProgressInterval, ProgressInterval);

    private static TorrentInfo Build(TorrentInfoBuilder builder, CreateOptions options)
    {
        if (options.Name is not null) builder = builder.Named(options.Name);
        builder = builder with { IsPrivate = options.IsPrivate, SslCertificate = options.SslCertificate };
        return TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error)
            ? info
            : throw new TorrentException(TorrentError.InvalidInput, $"No torrent can be made of this: {error}");
    }
}

/// <summary>What a check found.</summary>
/// <param name="PieceCount">Number of pieces of the torrent.</param>
/// <param name="GoodPieces">Number of pieces that hash right.</param>
/// <param name="BadPieces">Numbers of the pieces that do not, missing data included.</param>
/// <param name="Files">Each file without padding, with what is right of it.</param>
public sealed record VerifyReport(
    int PieceCount, int GoodPieces, ImmutableArray<int> BadPieces, ImmutableArray<VerifiedFile> Files)
{
    /// <summary>True when every piece hashes right.</summary>
    public bool IsComplete => GoodPieces == PieceCount;

    /// <summary>
    /// True when, besides, every file is there and none is longer than the torrent says: what no piece covers has no
    /// hash.
    /// </summary>
    public bool IsExact => IsComplete && Files.All(file => file is { Exists: true, ExcessBytes: 0 });

    internal static VerifyReport Of(TorrentInfo info, TorrentStorage storage, Bitfield good)
    {
        PieceGeometry geometry = info.Geometry;
        var bad = ImmutableArray.CreateBuilder<int>(geometry.PieceCount - good.Count);
        for (int piece = good.NextClear(0); piece >= 0; piece = good.NextClear(piece + 1)) bad.Add(piece);
        var files = ImmutableArray.CreateBuilder<VerifiedFile>();
        for (int i = 0; i < info.Files.Length; i++)
        {
            TorrentFile file = info.Files[i];
            if (file.IsPadding) continue;
            var stored = storage.PathOf(i) is { } path ? new FileInfo(path) : null;
            files.Add(new VerifiedFile(
                storage.Layout.Files[i].Path?.Replace(Path.DirectorySeparatorChar, '/') ?? file.DisplayPath,
                file.Length,
                GoodBytes(geometry, good, file),
                stored is { Exists: true },
                stored is { Exists: true } ? Math.Max(0, stored.Length - file.Length) : 0));
        }
        return new VerifyReport(geometry.PieceCount, good.Count, bad.MoveToImmutable(), files.ToImmutable());
    }

    private static long GoodBytes(PieceGeometry geometry, Bitfield good, TorrentFile file)
    {
        long sum = 0;
        for (long at = file.Offset; at < file.End;)
        {
            PieceIndex piece = geometry.PieceAt(at);
            long end = Math.Min(file.End, geometry.Offset(piece) + geometry.PieceLength);
            if (good[piece]) sum += end - at;
            at = end;
        }
        return sum;
    }
}

/// <summary>One file of a check.</summary>
/// <param name="Path">Path below the folder, with forward slashes, as it is on disk.</param>
/// <param name="Length">Bytes it should have.</param>
/// <param name="GoodBytes">Bytes that lie in pieces that hash right.</param>
/// <param name="Exists">True when there is a file at that path.</param>
/// <param name="ExcessBytes">Bytes that the file has beyond its end, which no hash covers; 0 for none.</param>
public sealed record VerifiedFile(string Path, long Length, long GoodBytes, bool Exists, long ExcessBytes);
