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
    private readonly Func<InfoHash, ScrapeEntry> _scrape;
    private readonly TimeProvider _time;
    private int _hasLeavers;

    /// <summary>A catalogue over a store.</summary>
    /// <param name="store">Opens the store when it is first needed.</param>
    /// <param name="scrape">The figures of a swarm.</param>
    /// <param name="time">The clock.</param>
    public FileCatalogue(Func<ICatalogueStore> store, Func<InfoHash, ScrapeEntry> scrape, TimeProvider time)
    {
        _store = new Lazy<ICatalogueStore>(store);
        _scrape = scrape;
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

    /// <summary>Who has a file, by its name or hash.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="name">Name of the file, or null.</param>
    /// <param name="hash">Hash of the file, or null.</param>
    /// <param name="rangesOnly">True to leave out the chunks as numbers.</param>
    public Answer<LookupReply> Lookup(Asker asker, string? name, string? hash, bool rangesOnly)
    {
        if (Choose(name, hash, out IReadOnlyList<CatalogueFile> others) is not { } file) return Missing(name, hash);
        FileEntry entry = Entry(file, asker);
        return new LookupReply
        {
            FileHash = entry.FileHash, FileName = entry.FileName, FileSize = entry.FileSize,
            PeersCount = entry.PeersCount, ChunkSize = entry.ChunkSize, ChunkCount = entry.ChunkCount,
            InfoHash = entry.InfoHash, InfoHashV2 = entry.InfoHashV2, Magnet = entry.Magnet,
            PieceSize = entry.PieceSize, HasTorrent = entry.HasTorrent, Seeders = entry.Seeders,
            Leechers = entry.Leechers, Completed = entry.Completed, Health = entry.Health,
            Added = entry.Added, Tags = entry.Tags,
            Peers = PeersOf(file, asker, rangesOnly),
            Others = others.Count == 0 ? null : [.. others.Select(o => Entry(o, asker))],
        };
    }

    /// <summary>The endpoints of a file with the chunks that each holds.</summary>
    public Answer<LocationsReply> Locations(Asker asker, string? name, string? hash, bool rangesOnly)
    {
        if (Choose(name, hash, out _) is not { } file) return Missing(name, hash);
        List<FilePeer> peers = PeersOf(file, asker, rangesOnly);
        return new LocationsReply
        {
            FileHash = file.Hash, FileName = file.Name, FileSize = file.Size, Count = peers.Count, Endpoints = peers,
        };
    }

    /// <summary>The chunks of a file by how many endpoints hold them.</summary>
    public Answer<RarestReply> Rarest(string? name, string? hash)
    {
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
    public FileList List(Asker asker, FileQuery query)
    {
        IReadOnlyList<CatalogueFile> files;
        int total;
        if (query.Order is FileOrder.Seeders or FileOrder.Leechers or FileOrder.Completed)
        {
            IReadOnlyList<CatalogueFile> all = Store.SearchAll(query);
            IEnumerable<CatalogueFile> ordered = query.Descending
                ? all.OrderByDescending(Figure).ThenByDescending(f => f.NameId)
                : all.OrderBy(Figure).ThenBy(f => f.NameId);
            (files, total) = ([.. ordered.Skip(query.Offset).Take(query.Limit)], all.Count);
        }
        else
        {
            (files, total) = Store.Search(query);
        }
        return new FileList
        {
            Files = [.. files.Select(f => Entry(f, asker))], Count = files.Count, Total = total, Offset = query.Offset,
        };

        int Figure(CatalogueFile file)
        {
            ScrapeEntry swarm = SwarmOf(file);
            return query.Order switch
            {
                FileOrder.Seeders => swarm.Complete,
                FileOrder.Leechers => swarm.Incomplete,
                _ => swarm.Downloaded,
            };
        }
    }

    /// <summary>One file.</summary>
    public Answer<FileEntry> Entry(Asker asker, string hash) =>
        FindAny(hash) is { } file ? Entry(file, asker) : Missing(null, hash);

    /// <summary>The .torrent of a file with the name to save it under.</summary>
    public Answer<StoredTorrent> TorrentOf(string hash) =>
        FindAny(hash) is { } file && Store.TorrentOf(file.Hash) is { } bytes
            ? new StoredTorrent(file.Name, bytes)
            : Refusal.Missing("The catalogue has no .torrent of this file.");

    /// <summary>Forgets who has not registered again. To be called now and then.</summary>
    public void Expire()
    {
        if (!_store.IsValueCreated) return;
        int gone = Store.Expire(Now, hash => _scrape(hash) is var swarm && swarm.Complete + swarm.Incomplete > 0);
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

    private ScrapeEntry SwarmOf(CatalogueFile file)
    {
        // Clients announce a hybrid under both hashes, so the larger figure is the number of peers, not the sum.
        ScrapeEntry best = default;
        foreach (InfoHash hash in CatalogueText.SwarmsOf(file.InfoHash, file.InfoHashV2))
        {
            ScrapeEntry swarm = _scrape(hash);
            best = new ScrapeEntry(
                hash, Math.Max(best.Complete, swarm.Complete), Math.Max(best.Downloaded, swarm.Downloaded),
                Math.Max(best.Incomplete, swarm.Incomplete));
        }
        return best;
    }

    private FileEntry Entry(CatalogueFile file, Asker asker)
    {
        ScrapeEntry swarm = SwarmOf(file);
        return new FileEntry
        {
            FileHash = file.Hash, FileName = file.Name, FileSize = file.Size, PeersCount = file.EndPoints,
            ChunkSize = file.ChunkSize, ChunkCount = CountOf(file),
            InfoHash = file.InfoHash, InfoHashV2 = file.InfoHashV2, Magnet = MagnetOf(file, asker),
            PieceSize = file.PieceSize > 0 ? file.PieceSize : null, HasTorrent = file.HasTorrent,
            Seeders = swarm.Complete, Leechers = swarm.Incomplete, Completed = swarm.Downloaded,
            Health = HealthOf(Math.Max(file.EndPoints, swarm.Complete), swarm.Incomplete),
            Added = file.Added, Tags = file.Tags,
        };
    }

    private static string HealthOf(int sources, int leechers)
    {
        const int Good = 3;
        return sources >= Good ? "good" : sources + leechers > 0 ? "weak" : "dead";
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
