using Shoal.Protocol;
using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

// What changes the catalogue.
internal sealed partial class SqliteCatalogue
{
    /// <summary>As <see cref="RegisterAsync"/>.</summary>
    public IReadOnlyList<StoredRegistration> Register(IReadOnlyList<Registration> registrations, DateTimeOffset now) =>
        Once(() => registrations.Select(r => RegisterOne(r, Milliseconds(now))).ToList());

    /// <summary>As <see cref="AddChunksAsync"/>.</summary>
    public (RegistrationStatus Status, ChunkSet Chunks)? AddChunks(
        string hash, CatalogueEndPoint endPoint, DateTimeOffset expires, DateTimeOffset now) =>
        Once<(RegistrationStatus, ChunkSet)?>(() =>
        {
            long file = Number("SELECT id FROM file WHERE hash = $1", -1, hash);
            if (file < 0) return null;
            ChunkSet? all = ChunksOf(file, endPoint.Ip, endPoint.Port).Union(endPoint.Chunks);
            if (all is null) return (RegistrationStatus.TooManyRanges, ChunkSet.Empty);
            RegistrationStatus status = PutEndPoint(file, endPoint with { Chunks = all }, expires);
            if (status == RegistrationStatus.Stored)
                Run("UPDATE file SET seen = $1 WHERE id = $2", Milliseconds(now), file);
            return (status, all);
        });

    /// <summary>As <see cref="LeaveAsync"/>.</summary>
    public IReadOnlyList<(string Hash, string Name)> Leave(string ip, int port, string? hash) => Once(() =>
    {
        List<(long File, string Hash, string Name)> left = Rows(
            """
            SELECT f.id, f.hash, (SELECT name FROM name WHERE file = f.id ORDER BY id LIMIT 1)
            FROM endpoint e JOIN file f ON f.id = e.file
            WHERE e.ip = $1 AND e.port = $2 AND ($3 IS NULL OR f.hash = $3)
            """,
            r => (r.GetInt64(0), r.GetString(1), r.GetString(2)), ip, port, hash);
        foreach ((long file, _, _) in left)
        {
            Run("DELETE FROM endpoint WHERE file = $1 AND ip = $2 AND port = $3", file, ip, port);
            Run(
                """
                DELETE FROM file WHERE id = $1 AND pinned = 0 AND NOT EXISTS(SELECT 1 FROM endpoint WHERE file = $1)
                    AND NOT EXISTS(SELECT 1 FROM torrent WHERE file = $1)
                """, file);
        }
        return left.ConvertAll(l => (l.Hash, l.Name));
    });

    /// <summary>As <see cref="AttachTorrentAsync"/>.</summary>
    public bool AttachTorrent(Registration registration) => Once(() =>
    {
        CatalogueFile file = registration.File;
        int changed = Run(
            """
            UPDATE file SET info_hash = coalesce(info_hash, $1), info_hash_v2 = coalesce(info_hash_v2, $2),
                piece_size = $3 WHERE hash = $4
            """, file.InfoHash, file.InfoHashV2, file.PieceSize, file.Hash);
        if (changed == 0) return false;
        Run("INSERT OR REPLACE INTO torrent(file, bytes) SELECT id, $1 FROM file WHERE hash = $2",
            registration.Torrent, file.Hash);
        return true;
    });

    /// <summary>As <see cref="DeleteAsync"/>.</summary>
    public bool Delete(string hash) => Once(() => Run("DELETE FROM file WHERE hash = $1", hash) > 0);

    /// <summary>Forgets endpoints whose time is over; the files without one that are not to stay anyway.</summary>
    private List<(long Id, string? V1, string? V2)> ExpireEndPoints(DateTimeOffset now)
    {
        Once(() => Run("DELETE FROM endpoint WHERE expires <= $1", Milliseconds(now)));
        lock (_gate)
        {
            return Rows(
                """
                SELECT id, info_hash, info_hash_v2 FROM file
                WHERE pinned = 0 AND NOT EXISTS(SELECT 1 FROM endpoint WHERE file = file.id)
                """,
                r => (r.GetInt64(0), TextOrNull(r, 1), TextOrNull(r, 2)));
        }
    }

    private int DropBare(
        List<(long Id, string? V1, string? V2)> bare, IReadOnlySet<InfoHash> peopled, DateTimeOffset now)
    {
        HashSet<long> alive =
            [.. bare.Where(f => CatalogueText.SwarmsOf(f.V1, f.V2).Any(peopled.Contains)).Select(f => f.Id)];
        long lastSeen = Milliseconds(now - CatalogueLimits.UnsourcedLifetime);
        return Once(() =>
        {
            int gone = 0;
            foreach ((long id, _, _) in bare)
            {
                if (alive.Contains(id)) Run("UPDATE file SET seen = $1 WHERE id = $2", Milliseconds(now), id);
                // Somebody may have registered it since it was found bare.
                else gone += Run(
                    """
                    DELETE FROM file WHERE id = $1 AND NOT EXISTS(SELECT 1 FROM endpoint WHERE file = $1)
                        AND (seen <= $2 OR NOT EXISTS(SELECT 1 FROM torrent WHERE file = $1))
                    """, id, lastSeen);
            }
            return gone;
        });
    }

    private StoredRegistration RegisterOne(Registration registration, long now)
    {
        CatalogueFile file = registration.File;
        CatalogueFile? known = FindLocked(file.Hash);
        RegistrationStatus status = Fault(registration, known);
        if (status != RegistrationStatus.Stored) return new StoredRegistration(status, 0, known);
        Run(
            """
            INSERT INTO file(hash, size, chunk_size, info_hash, info_hash_v2, piece_size, pinned, added, seen)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $8)
            ON CONFLICT(hash) DO UPDATE SET seen = $8, pinned = max(pinned, $7),
                info_hash = coalesce(info_hash, $4), info_hash_v2 = coalesce(info_hash_v2, $5),
                piece_size = max(piece_size, $6)
            """,
            file.Hash, file.Size, file.ChunkSize, file.InfoHash, file.InfoHashV2, file.PieceSize,
            registration.IsPinned ? 1 : 0, now);
        long id = Number("SELECT id FROM file WHERE hash = $1", -1, file.Hash);
        PutName(id, file);
        if (registration.Torrent is { } torrent)
            Run("INSERT OR REPLACE INTO torrent(file, bytes) VALUES($1, $2)", id, torrent);
        if (registration.EndPoint is { } endPoint)
            status = PutEndPoint(id, endPoint, registration.Expires);
        long endPoints = Number("SELECT count(*) FROM endpoint WHERE file = $1", 0, id);
        return new StoredRegistration(status, (int)endPoints, FindLocked(file.Hash));
    }

    private RegistrationStatus Fault(Registration registration, CatalogueFile? known)
    {
        CatalogueFile file = registration.File;
        if (known is null)
            return Count + 1 > _maxNames || Number("SELECT count(*) FROM name", 0) >= _maxNames
                ? RegistrationStatus.Full : RegistrationStatus.Stored;
        if (known.Size != file.Size) return RegistrationStatus.SizeDiffers;
        if (known.ChunkSize != file.ChunkSize && !registration.TakesAnyChunkSize)
            return RegistrationStatus.ChunkSizeDiffers;
        if (Differ(known.InfoHash, file.InfoHash) || Differ(known.InfoHashV2, file.InfoHashV2))
            return RegistrationStatus.InfoHashDiffers;
        bool isNewName = Number(
            "SELECT 1 FROM name n JOIN file f ON f.id = n.file WHERE f.hash = $1 AND n.name = $2", 0,
            file.Hash, file.Name) == 0;
        if (!isNewName) return RegistrationStatus.Stored;
        long names = Number(
            "SELECT count(*) FROM name n JOIN file f ON f.id = n.file WHERE f.hash = $1", 0, file.Hash);
        return names >= CatalogueLimits.MaxNamesPerFile ? RegistrationStatus.TooManyNames
            : Number("SELECT count(*) FROM name", 0) >= _maxNames ? RegistrationStatus.Full
            : RegistrationStatus.Stored;
    }

    private static bool Differ(string? known, string? given) =>
        known is not null && given is not null && known != given;

    /// <summary>Gives a file a name and tags, and makes both findable by their words.</summary>
    private void PutName(long id, CatalogueFile file)
    {
        int named = Run("INSERT OR IGNORE INTO name(file, name) VALUES($1, $2)", id, file.Name);
        int tagged = 0;
        foreach (string tag in file.Tags)
        {
            if (Number("SELECT count(*) FROM tag WHERE file = $1", 0, id) >= CatalogueLimits.MaxTags) break;
            tagged += Run("INSERT OR IGNORE INTO tag(file, tag) VALUES($1, $2)", id, tag);
        }
        if (named + tagged == 0) return;
        string tags = string.Join(' ', Rows("SELECT tag FROM tag WHERE file = $1", r => r.GetString(0), id));
        foreach ((long nameId, string name) in Rows(
            "SELECT id, name FROM name WHERE file = $1", r => (r.GetInt64(0), r.GetString(1)), id))
        {
            Run("DELETE FROM word WHERE rowid = $1", nameId);
            Run("INSERT INTO word(rowid, name, tags) VALUES($1, $2, $3)", nameId, name, tags);
        }
    }

    private RegistrationStatus PutEndPoint(long file, CatalogueEndPoint endPoint, DateTimeOffset expires)
    {
        bool isNew = Number(
            "SELECT 1 FROM endpoint WHERE file = $1 AND ip = $2 AND port = $3", 0,
            file, endPoint.Ip, endPoint.Port) == 0;
        if (isNew && Number("SELECT count(*) FROM endpoint WHERE file = $1", 0, file)
            >= CatalogueLimits.MaxEndPointsPerFile)
            return RegistrationStatus.TooManyEndPoints;
        Run("INSERT OR REPLACE INTO endpoint(file, ip, port, chunks, expires) VALUES($1, $2, $3, $4, $5)",
            file, endPoint.Ip, endPoint.Port, endPoint.Chunks.ToBytes(), Milliseconds(expires));
        return RegistrationStatus.Stored;
    }

    private ChunkSet ChunksOf(long file, string ip, int port)
    {
        List<ChunkSet?> held = Rows(
            "SELECT chunks FROM endpoint WHERE file = $1 AND ip = $2 AND port = $3",
            r => ChunkSet.FromBytes((byte[])r[0]), file, ip, port);
        return (held.Count == 0 ? null : held[0]) ?? ChunkSet.Empty;
    }
}
