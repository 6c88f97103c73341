using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

// What a node does that has a copy of what all nodes share.
internal sealed partial class SqliteCatalogue
{
    /// <summary>The hashes of all files.</summary>
    public IReadOnlyList<string> Hashes()
    {
        lock (_gate) return Rows("SELECT hash FROM file", r => r.GetString(0));
    }

    /// <summary>Does several things in one step, which is much quicker than one by one.</summary>
    public void Apply(Action work) => Once(() =>
    {
        work();
        return true;
    });

    /// <summary>Takes a file over as it is elsewhere; within <see cref="Apply"/>.</summary>
    public void Put(CatalogueReplica replica)
    {
        CatalogueFile file = replica.File;
        Run(
            """
            INSERT INTO file(hash, size, chunk_size, info_hash, info_hash_v2, piece_size, pinned, added, seen)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $8)
            ON CONFLICT(hash) DO UPDATE SET size = $2, chunk_size = $3, info_hash = $4, info_hash_v2 = $5,
                piece_size = $6, pinned = $7, added = $8
            """,
            file.Hash, file.Size, file.ChunkSize, file.InfoHash, file.InfoHashV2, file.PieceSize,
            replica.IsPinned ? 1 : 0, Milliseconds(file.Added));
        long id = Number("SELECT id FROM file WHERE hash = $1", -1, file.Hash);
        Run("DELETE FROM tag WHERE file = $1", id);
        foreach (string tag in file.Tags) Run("INSERT INTO tag(file, tag) VALUES($1, $2)", id, tag);
        string tags = string.Join(' ', file.Tags);
        Run("DELETE FROM name WHERE file = $1", id);
        foreach ((string name, long number) in replica.Names)
        {
            // A name that was given here while the others were out of reach may have the number of another one there.
            Run("DELETE FROM name WHERE id = $1", number);
            Run("INSERT INTO name(id, file, name) VALUES($1, $2, $3)", number, id, name);
            Run("INSERT INTO word(rowid, name, tags) VALUES($1, $2, $3)", number, name, tags);
        }
        if (!replica.HasTorrent) Run("DELETE FROM torrent WHERE file = $1", id);
        if (replica.EndPoints is not { } endPoints) return;
        Run("DELETE FROM endpoint WHERE file = $1", id);
        foreach ((CatalogueEndPoint endPoint, DateTimeOffset expires) in endPoints)
            PutEndPoint(file.Hash, endPoint, expires);
    }

    /// <summary>Takes over what an endpoint holds of a file; within <see cref="Apply"/>.</summary>
    public void PutEndPoint(string hash, CatalogueEndPoint endPoint, DateTimeOffset expires) => Run(
        """
        INSERT OR REPLACE INTO endpoint(file, ip, port, chunks, expires)
        SELECT id, $2, $3, $4, $5 FROM file WHERE hash = $1
        """,
        hash, endPoint.Ip, endPoint.Port, endPoint.Chunks.ToBytes(), Milliseconds(expires));

    /// <summary>Takes an endpoint out of a file; within <see cref="Apply"/>.</summary>
    public void RemoveEndPoint(string hash, string ip, int port) => Run(
        "DELETE FROM endpoint WHERE file = (SELECT id FROM file WHERE hash = $1) AND ip = $2 AND port = $3",
        hash, ip, port);

    /// <summary>Takes a torrent over; within <see cref="Apply"/>.</summary>
    public void PutTorrent(string hash, byte[] bytes) => Run(
        "INSERT OR REPLACE INTO torrent(file, bytes) SELECT id, $1 FROM file WHERE hash = $2", bytes, hash);

    /// <summary>Takes a file out; within <see cref="Apply"/>.</summary>
    public void Remove(string hash) => Run("DELETE FROM file WHERE hash = $1", hash);

    /// <summary>Everything about a file as registrations for another store; none when it is not here.</summary>
    public IReadOnlyList<Registration> RegistrationsOf(string hash)
    {
        if (Find(hash) is not { } file) return [];
        List<Registration> all = [];
        lock (_gate)
        {
            bool isPinned = Number("SELECT pinned FROM file WHERE hash = $1", 0, hash) != 0;
            foreach (string name in Rows(
                "SELECT n.name FROM name n JOIN file f ON f.id = n.file WHERE f.hash = $1 ORDER BY n.id",
                r => r.GetString(0), hash))
                all.Add(new Registration { File = file with { Name = name }, IsPinned = isPinned });
            all.AddRange(Rows(
                """
                SELECT e.ip, e.port, e.chunks, e.expires
                FROM endpoint e JOIN file f ON f.id = e.file WHERE f.hash = $1
                """,
                r => new Registration
                {
                    File = file,
                    EndPoint = new CatalogueEndPoint(
                        r.GetString(0), r.GetInt32(1), ChunkSet.FromBytes((byte[])r[2]) ?? ChunkSet.Empty),
                    Expires = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)),
                }, hash));
        }
        if (TorrentOf(hash) is { } torrent) all[0] = all[0] with { Torrent = torrent };
        return all;
    }
}
