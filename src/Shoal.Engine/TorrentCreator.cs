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
