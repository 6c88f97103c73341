using Microsoft.Data.Sqlite;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

// What only looks.
internal sealed partial class SqliteCatalogue
{
    private const string Columns = """
        n.id, f.hash, n.name, f.size, f.chunk_size, f.info_hash, f.info_hash_v2, f.piece_size,
        EXISTS(SELECT 1 FROM torrent WHERE file = f.id),
        (SELECT count(*) FROM endpoint WHERE file = f.id), f.added,
        (SELECT group_concat(tag, char(10)) FROM tag WHERE file = f.id)
        """;

    private const string Tables = "FROM name n JOIN file f ON f.id = n.file";

    // A pattern or a tag that is null leaves nothing out.
    private const string Matching = """
        WHERE ($1 IS NULL OR n.id IN (SELECT rowid FROM word WHERE word MATCH $1))
            AND ($2 IS NULL OR f.id IN (SELECT file FROM tag WHERE tag = $2))
        """;

    /// <inheritdoc/>
    public CatalogueFile? Find(string hash)
    {
        lock (_gate) return FindLocked(hash);
    }

    /// <inheritdoc/>
    public CatalogueFile? FindByInfoHash(string infoHash)
    {
        lock (_gate)
        {
            // Swarms know the first twenty bytes of a v2 hash; its digits are below the letter g.
            return Rows(
                $"""
                SELECT {Columns} {Tables} WHERE f.info_hash = $1
                    OR (length($1) >= 40 AND f.info_hash_v2 >= $1 AND f.info_hash_v2 < $1 || 'g')
                ORDER BY n.id LIMIT 1
                """,
                Read, infoHash).FirstOrDefault();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueFile> FindByName(string name)
    {
        lock (_gate)
        {
            return Rows(
                $"SELECT {Columns} {Tables} WHERE n.name = $1 ORDER BY 10 DESC, f.added DESC LIMIT $2",
                Read, name, CatalogueLimits.MaxSameName);
        }
    }

    /// <inheritdoc/>
    public (IReadOnlyList<CatalogueFile> Files, int Total) Search(FileQuery query)
    {
        string order = query.Order switch
        {
            FileOrder.Name => "n.name COLLATE NOCASE",
            FileOrder.Size => "f.size",
            FileOrder.Peers => "10",
            _ => "f.added",
        };
        string direction = query.Descending ? "DESC" : "ASC";
        string? pattern = PatternOf(query.Words);
        lock (_gate)
        {
            List<CatalogueFile> files = Rows(
                $"""
                SELECT {Columns} {Tables} {Matching}
                ORDER BY {order} {direction}, n.id {direction} LIMIT $3 OFFSET $4
                """,
                Read, pattern, query.Tag, query.Limit, query.Offset);
            bool isAll = pattern is null && query.Tag is null;
            long total = isAll ? Count : Number($"SELECT count(*) {Tables} {Matching}", 0, pattern, query.Tag);
            return (files, (int)total);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueFile> SearchAll(FileQuery query)
    {
        lock (_gate)
            return Rows($"SELECT {Columns} {Tables} {Matching}", Read, PatternOf(query.Words), query.Tag);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueEndPoint> EndPointsOf(string hash)
    {
        lock (_gate)
        {
            return Rows(
                "SELECT e.ip, e.port, e.chunks FROM endpoint e JOIN file f ON f.id = e.file WHERE f.hash = $1",
                r => new CatalogueEndPoint(
                    r.GetString(0), r.GetInt32(1), ChunkSet.FromBytes((byte[])r[2]) ?? ChunkSet.Empty),
                hash);
        }
    }

    /// <inheritdoc/>
    public byte[]? TorrentOf(string hash)
    {
        lock (_gate)
        {
            return Rows(
                "SELECT t.bytes FROM torrent t JOIN file f ON f.id = t.file WHERE f.hash = $1",
                r => (byte[])r[0], hash).FirstOrDefault();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<InfoHash> Swarms()
    {
        List<(string?, string?)> hashes;
        lock (_gate)
        {
            hashes = Rows("SELECT info_hash, info_hash_v2 FROM file", r => (TextOrNull(r, 0), TextOrNull(r, 1)));
        }
        return [.. hashes.SelectMany(h => CatalogueText.SwarmsOf(h.Item1, h.Item2))];
    }

    private CatalogueFile? FindLocked(string hash) =>
        Rows($"SELECT {Columns} {Tables} WHERE f.hash = $1 ORDER BY n.id LIMIT 1", Read, hash).FirstOrDefault();

    private static CatalogueFile Read(SqliteDataReader row) => new()
    {
        NameId = row.GetInt64(0),
        Hash = row.GetString(1),
        Name = row.GetString(2),
        Size = row.GetInt64(3),
        ChunkSize = row.GetInt32(4),
        InfoHash = TextOrNull(row, 5),
        InfoHashV2 = TextOrNull(row, 6),
        PieceSize = row.GetInt32(7),
        HasTorrent = row.GetBoolean(8),
        EndPoints = row.GetInt32(9),
        Added = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
        Tags = TextOrNull(row, 11) is { } tags ? [.. tags.Split('\n').Order(StringComparer.Ordinal)] : [],
    };

    private static string? TextOrNull(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>
    /// Words as the full-text index asks for them: each the beginning of one, in quotes so that nothing in it has a
    /// meaning. A word of signs alone would be no word to the index and is left out.
    /// </summary>
    private static string? PatternOf(IReadOnlyList<string> words)
    {
        string[] quoted = [.. words
            .Where(w => w.EnumerateRunes().Any(System.Text.Rune.IsLetterOrDigit))
            .Select(w => $"\"{w.Replace("\"", "\"\"", StringComparison.Ordinal)}\"*")];
        return quoted.Length == 0 ? null : string.Join(" AND ", quoted);
    }
}
