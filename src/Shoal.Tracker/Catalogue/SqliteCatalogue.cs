using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// A catalogue in a file of SQLite, or in memory. One connection behind one lock: each call takes microseconds, save a
/// search through all that there is. Writing is in SqliteCatalogue.Writing.cs, lists are in SqliteCatalogue.Lists.cs.
/// </summary>
internal sealed partial class SqliteCatalogue : ICatalogueStore
{
    private readonly SqliteConnection _connection;
    private readonly int _maxNames;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, SqliteStatement> _statements = new();
    private int _count;

    private SqliteCatalogue(SqliteConnection connection, int maxNames)
    {
        _connection = connection;
        _maxNames = maxNames;
        _count = (int)Number("SELECT count(*) FROM name", 0);
    }

    /// <inheritdoc/>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Opens a catalogue, and makes it where there is none.</summary>
    /// <param name="path">The file; null keeps everything in memory.</param>
    /// <param name="maxNames">Names of files at the most.</param>
    /// <exception cref="IOException">The file cannot be opened or is none of ours.</exception>
    public static SqliteCatalogue Open(string? path, int maxNames)
    {
        SQLitePCL.Batteries_V2.Init();
        string source = new SqliteConnectionStringBuilder
        {
            DataSource = path ?? ":memory:",
            // A pooled connection would keep the file open after its end.
            Pooling = false,
        }.ToString();
        var connection = new SqliteConnection(source);
        try
        {
            connection.Open();
            SqliteSchema.Prepare(connection);
            return new SqliteCatalogue(connection, maxNames);
        }
        catch (Exception e) when (e is SqliteException or InvalidDataException)
        {
            connection.Dispose();
            throw new IOException(
                $"The catalogue '{path}' cannot be opened: {e.Message}. Move it away to begin with an empty one.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (SqliteStatement statement in _statements.Values) statement.Dispose();
            _connection.Dispose();
        }
    }

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private SqliteStatement Statement(string sql, int values) =>
        _statements.GetOrAdd(sql, text => new SqliteStatement(_connection, text, values));

    private int Run(string sql, params ReadOnlySpan<object?> values) => Statement(sql, values.Length).Run(values);

    private long Number(string sql, long otherwise, params ReadOnlySpan<object?> values) =>
        Statement(sql, values.Length).Number(otherwise, values);

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values) =>
        Statement(sql, values.Length).Rows(read, values);

    /// <summary>Does something wholly or not at all.</summary>
    private T Once<T>(Func<T> work)
    {
        lock (_gate)
        {
            Run("BEGIN IMMEDIATE");
            try
            {
                T result = work();
                Run("COMMIT");
                return result;
            }
            catch
            {
                Run("ROLLBACK");
                throw;
            }
            finally
            {
                Volatile.Write(ref _count, (int)Number("SELECT count(*) FROM name", 0));
            }
        }
    }
}
