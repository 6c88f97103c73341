using Microsoft.Data.Sqlite;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// A statement that is parsed once and run with other values each time: $1, $2 and so on in its text.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    /// <summary>A statement of a connection that outlives it.</summary>
    /// <param name="connection">Where to run it.</param>
    /// <param name="sql">Its text, in which nothing from outside may stand.</param>
    /// <param name="values">How many values it takes.</param>
    public SqliteStatement(SqliteConnection connection, string sql, int values)
    {
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Callers give constants; values go in as parameters.
        _command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 1; i <= values; i++) _command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
    }

    /// <summary>Runs it for what it changes; the number of rows changed.</summary>
    public int Run(params ReadOnlySpan<object?> values) => Bind(values).ExecuteNonQuery();

    /// <summary>Runs it for one number; <paramref name="otherwise"/> when there is no row.</summary>
    public long Number(long otherwise, params ReadOnlySpan<object?> values) =>
        Bind(values).ExecuteScalar() is long number ? number : otherwise;

    /// <summary>Runs it for its rows.</summary>
    public List<T> Rows<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> rows = [];
        using SqliteDataReader reader = Bind(values).ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    private SqliteCommand Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return _command;
    }
}
