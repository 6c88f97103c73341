using Microsoft.Data.Sqlite;

namespace Shoal.Tracker.Catalogue;

/// <summary>The tables of a catalogue, and the versions they have had.</summary>
internal static class SqliteSchema
{
    /// <summary>The version that this program writes.</summary>
    private const long Version = 1;

    private const string Tables = """
        CREATE TABLE file(
            id INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            chunk_size INTEGER NOT NULL,
            info_hash TEXT,
            info_hash_v2 TEXT,
            piece_size INTEGER NOT NULL DEFAULT 0,
            pinned INTEGER NOT NULL DEFAULT 0,
            added INTEGER NOT NULL,
            seen INTEGER NOT NULL);
        CREATE INDEX file_info_hash ON file(info_hash) WHERE info_hash IS NOT NULL;
        CREATE INDEX file_info_hash_v2 ON file(info_hash_v2) WHERE info_hash_v2 IS NOT NULL;
        CREATE TABLE name(
            id INTEGER PRIMARY KEY,
            file INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
            name TEXT NOT NULL,
            UNIQUE(file, name));
        CREATE INDEX name_name ON name(name);
        CREATE TABLE tag(
            file INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY(file, tag)) WITHOUT ROWID;
        CREATE INDEX tag_tag ON tag(tag);
        CREATE TABLE endpoint(
            file INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
            ip TEXT NOT NULL,
            port INTEGER NOT NULL,
            chunks BLOB NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY(file, ip, port)) WITHOUT ROWID;
        CREATE INDEX endpoint_who ON endpoint(ip, port);
        CREATE INDEX endpoint_expires ON endpoint(expires);
        CREATE TABLE torrent(
            file INTEGER PRIMARY KEY REFERENCES file ON DELETE CASCADE,
            bytes BLOB NOT NULL);
        CREATE VIRTUAL TABLE word USING fts5(name, tags, prefix = '2 3');
        CREATE TRIGGER name_gone AFTER DELETE ON name BEGIN
            DELETE FROM word WHERE rowid = old.id;
        END;
        """;

    /// <summary>Makes the tables where there are none.</summary>
    /// <exception cref="InvalidDataException">A later version of the program wrote them.</exception>
    public static void Prepare(SqliteConnection connection)
    {
        // With a write-ahead log and this setting a killed process loses nothing that was committed; a power cut may
        // lose the last commits, which clients bring again, but never the file.
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
        using SqliteCommand ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA user_version";
        var version = (long)ask.ExecuteScalar()!;
        if (version > Version)
            throw new InvalidDataException($"it was written by a later version of this program (schema {version})");
        if (version == Version) return;
        using SqliteTransaction transaction = connection.BeginTransaction();
        Run(connection, $"{Tables} PRAGMA user_version = {Version}", transaction);
        transaction.Commit();
    }

    private static void Run(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is all ours: constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
