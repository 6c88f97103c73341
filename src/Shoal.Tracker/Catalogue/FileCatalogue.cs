using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// The catalogue of a tracker: names, sizes and who has which chunk, out of the store, and how the swarms are, out of
/// the tracker. What changes it is in FileCatalogue.Writing.cs.
/// </summary>
internal sealed partial class FileCatalogue : IDisposable
{
    private readonly Lazy<ICatalogueStore> _store;
    private readonly SwarmFigures _figures;
    private readonly TimeProvider _time;
    private int _hasLeavers;

    /// <summary>A catalogue over a store.</summary>
    /// <param name="store">Opens the store when it is first needed.</param>
    /// <param name="figures">The figures of swarms.</param>
    /// <param name="time">The clock.</param>
    public FileCatalogue(Func<ICatalogueStore> store, SwarmFigures figures, TimeProvider time)
    {
        _store = new Lazy<ICatalogueStore>(store);
        _figures = figures;
        _time = time;
    }

    /// <summary>Files in the catalogue, once for each name; 0 as long as nobody asked it anything.</summary>
    public int Count => _store.IsValueCreated ? Store.Count : 0;

    /// <summary>Told which torrents the catalogue has; null when nobody needs to know.</summary>
    public CatalogueRegistry? Registry { get; init; }

    private ICatalogueStore Store => _store.Value;

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Opens the store at once, so that a fault shows at the start.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public void Open()
    {
        _ = Store.Count;
        Registry?.Reload(Store.Swarms);
    }

    /// <summary>To be called when the torrents of the store are others, by the doing of another node.</summary>
    /// <param name="added">Those that may be new.</param>
    /// <param name="isLess">True when some may be gone, and all have to be read again.</param>
    public void UpdateRegistry(IReadOnlyList<InfoHash> added, bool isLess)
    {
        Registry?.Add(added);
        if (isLess) Registry?.Reload(Store.Swarms);
    }

    /// <summary>Who has a file, by its name or hash.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="name">Name of the file, or null.</param>
    /// <param name="hash">Hash of the file, or null.</param>
    /// <param name="rangesOnly">True to leave out the chunks as numbers.</param>
    public async Task<Answer<LookupReply>> LookupAsync(Asker asker, string? name, string? hash, bool rangesOnly)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        if (Choose(name, hash, out IReadOnlyList<CatalogueFile> others) is not { } file) return Missing(name, hash);
        SwarmTable swarms = await _figures.OfAsync([file, .. others]).ConfigureAwait(false);
        FileEntry entry = Entry(file, asker, swarms);
        return new LookupReply
        {
            FileHash = entry.FileHash, FileName = entry.FileName, FileSize = entry.FileSize,
            PeersCount = entry.PeersCount, ChunkSize = entry.ChunkSize, ChunkCount = entry.ChunkCount,
            InfoHash = entry.InfoHash, InfoHashV2 = entry.InfoHashV2, Magnet = entry.Magnet,
            PieceSize = entry.PieceSize, HasTorrent = entry.HasTorrent, Seeders = entry.Seeders,
            Leechers = entry.Leechers, Completed = entry.Completed, Health = entry.Health,
            Added = entry.Added, Tags = entry.Tags,
            Peers = PeersOf(file, asker, rangesOnly),
            Others = others.Count == 0 ? null : [.. others.Select(o => Entry(o, asker, swarms))],
        };
    }

    /// <summary>The endpoints of a file with the chunks that each holds.</summary>
    public async Task<Answer<LocationsReply>> LocationsAsync(
        Asker asker, string? name, string? hash, bool rangesOnly)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        if (Choose(name, hash, out _) is not { } file) return Missing(name, hash);
        List<FilePeer> peers = PeersOf(file, asker, rangesOnly);
        return new LocationsReply
        {
            FileHash = file.Hash, FileName = file.Name, FileSize = file.Size, Count = peers.Count, Endpoints = peers,
        };
    }

    /// <summary>The chunks of a file by how many endpoints hold them.</summary>
    public async Task<Answer<RarestReply>> RarestAsync(string? name, string? hash)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        if (Choose(name, hash, out _) is not { } file) return Missing(name, hash);
        int count = CountOf(file);
        return new RarestReply
        {
            FileHash = file.Hash,
            FileName = file.Name,
            ChunkCount = count,
            Rarest = ChunkRarity.Of(Store.EndPointsOf(file.Hash).Select(e => e.Chunks), count),
        };
    }

    /// <summary>A page of the list of files.</summary>
    public async Task<FileList> ListAsync(Asker asker, FileQuery query)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        (IReadOnlyList<CatalogueFile> files, int total) = query.Order.IsOfSwarms()
            ? await SortAsync(query).ConfigureAwait(false)
            : Store.Search(query);
        SwarmTable swarms = await _figures.OfAsync(files).ConfigureAwait(false);
        return new FileList
        {
            Files = [.. files.Select(f => Entry(f, asker, swarms))], Count = files.Count, Total = total,
            Offset = query.Offset,
        };
    }

    /// <summary>One file.</summary>
    public async Task<Answer<FileEntry>> EntryAsync(Asker asker, string hash)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        return FindAny(hash) is { } file ? await EntryAsync(file, asker).ConfigureAwait(false) : Missing(null, hash);
    }

    /// <summary>The .torrent of a file with the name to save it under.</summary>
    public async Task<Answer<StoredTorrent>> TorrentOfAsync(string hash)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        return FindAny(hash) is { } file && Store.TorrentOf(file.Hash) is { } bytes
            ? new StoredTorrent(file.Name, bytes)
            : Refusal.Missing("The catalogue has no .torrent of this file.");
    }

    /// <summary>The names that the catalogue has for swarms; null for those that it does not know.</summary>
    public IReadOnlyList<CatalogueFile?> FilesOf(IReadOnlyList<InfoHash> swarms) => _store.IsValueCreated
        ? [.. swarms.Select(swarm => Store.FindByInfoHash(swarm.ToString()))]
        : new CatalogueFile?[swarms.Count];

    /// <summary>Forgets who has not registered again. To be called now and then.</summary>
    public async Task ExpireAsync()
    {
        if (!_store.IsValueCreated) return;
        int gone = await Store.ExpireAsync(Now, _figures.PeopledAsync).ConfigureAwait(false);
        if (gone > 0 || Interlocked.Exchange(ref _hasLeavers, 0) != 0) Registry?.Reload(Store.Swarms);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_store.IsValueCreated) Store.Dispose();
    }

    private static Refusal Missing(string? name, string? hash) => name is null && hash is null
        ? Refusal.Invalid("Say which file: file_name or file_hash is missing.")
        : Refusal.Missing($"No file with this {(hash is null ? "name" : "hash")} is in the catalogue.");

    private static int CountOf(CatalogueFile file) => Math.Max(0, new ChunkGeometry(file.Size, file.ChunkSize).Count);

    private CatalogueFile? FindAny(string hash)
    {
        string canonical = CatalogueText.Canonical(hash);
        return Store.Find(canonical) ?? Store.FindByInfoHash(canonical);
    }

    /// <summary>The file meant; of several contents of a name that which most endpoints have.</summary>
    private CatalogueFile? Choose(string? name, string? hash, out IReadOnlyList<CatalogueFile> others)
    {
        others = [];
        if (hash is not null) return FindAny(hash);
        if (name is null) return null;
        IReadOnlyList<CatalogueFile> found = Store.FindByName(name);
        if (found.Count == 0) return null;
        others = [.. found.Skip(1)];
        return found[0];
    }

    /// <summary>A page in an order that only the swarms tell.</summary>
    private async Task<(IReadOnlyList<CatalogueFile> Files, int Total)> SortAsync(FileQuery query)
    {
        IReadOnlyList<CatalogueFile> all = Store.SearchAll(query);
        SwarmTable swarms = await _figures.ForOrderAsync(all).ConfigureAwait(false);
        IEnumerable<CatalogueFile> ordered = query.Descending
            ? all.OrderByDescending(Figure).ThenByDescending(f => f.NameId)
            : all.OrderBy(Figure).ThenBy(f => f.NameId);
        return ([.. ordered.Skip(query.Offset).Take(query.Limit)], all.Count);

        int Figure(CatalogueFile file)
        {
            ScrapeEntry swarm = swarms.Of(file);
            return query.Order switch
            {
                FileOrder.Seeders => swarm.Complete,
                FileOrder.Leechers => swarm.Incomplete,
                _ => swarm.Downloaded,
            };
        }
    }

    private async Task<FileEntry> EntryAsync(CatalogueFile file, Asker asker) =>
        Entry(file, asker, await _figures.OfAsync([file]).ConfigureAwait(false));

    private static FileEntry Entry(CatalogueFile file, Asker asker, SwarmTable swarms)
    {
        ScrapeEntry swarm = swarms.Of(file);
        return new FileEntry
        {
            FileHash = file.Hash, FileName = file.Name, FileSize = file.Size, PeersCount = file.EndPoints,
            ChunkSize = file.ChunkSize, ChunkCount = CountOf(file),
            InfoHash = file.InfoHash, InfoHashV2 = file.InfoHashV2, Magnet = MagnetOf(file, asker),
            PieceSize = file.PieceSize > 0 ? file.PieceSize : null, HasTorrent = file.HasTorrent,
            Seeders = swarm.Complete, Leechers = swarm.Incomplete, Completed = swarm.Downloaded,
            Health = Health.Of(Math.Max(file.EndPoints, swarm.Complete), swarm.Incomplete),
            Added = file.Added, Tags = file.Tags,
        };
    }

    private static string? MagnetOf(CatalogueFile file, Asker asker)
    {
        if (file.InfoHash is null && file.InfoHashV2 is null) return null;
        InfoHash? v1 = InfoHash.TryParseHex(file.InfoHash, out InfoHash parsed) ? parsed : null;
        Sha256Hash? v2 = file.InfoHashV2 is null ? null : new Sha256Hash(Convert.FromHexString(file.InfoHashV2));
        return new MagnetLink
        {
            Hashes = new TorrentHashes(v1, v2),
            Name = file.Name,
            ContentLength = file.Size,
            Trackers = asker.AnnounceUrl is { } url ? [url] : [],
        }.ToString();
    }

    private List<FilePeer> PeersOf(CatalogueFile file, Asker asker, bool rangesOnly)
    {
        CatalogueEndPoint[] all =
            [.. Store.EndPointsOf(file.Hash).Where(e => asker.MayUse(IPAddress.Parse(e.Ip)))];
        if (all.Length > CatalogueLimits.MaxEndPointsInAnswer)
        {
            Random.Shared.Shuffle(all);
            all = all[..CatalogueLimits.MaxEndPointsInAnswer];
        }
        List<FilePeer> peers = [];
        int numbers = 0;
        foreach (CatalogueEndPoint endPoint in all)
        {
            numbers += endPoint.Chunks.Count;
            bool fits = !rangesOnly && numbers <= CatalogueLimits.MaxChunkNumbers;
            peers.Add(new FilePeer
            {
                Ip = endPoint.Ip, Port = endPoint.Port, Chunks = fits ? endPoint.Chunks : null,
                ChunkRanges = endPoint.Chunks.ToString(),
            });
        }
        return peers;
    }
}
