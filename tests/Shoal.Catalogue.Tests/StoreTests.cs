using Microsoft.Data.Sqlite;
using Shoal.Clients;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

/// <summary>What a file of SQLite has to do besides what every store of a catalogue does.</summary>
public sealed class StoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void What_was_registered_is_there_when_the_process_ended_without_closing()
    {
        // The first is never closed, as after kill -9; the second reads what the first wrote.
        SqliteCatalogue first = SqliteCatalogue.Open(_home.File("c.db"), 10);
        first.Register([Of("a", "h1", 1)], Start);
        using (SqliteCatalogue second = SqliteCatalogue.Open(_home.File("c.db"), 10))
        {
            Assert.Equal(1, second.Count);
            Assert.Equal("0-2", Assert.Single(second.EndPointsOf("h1")).Chunks.ToString());
        }
        first.Dispose();
    }

    [Fact]
    public void A_catalogue_of_a_later_version_is_left_alone()
    {
        SqliteCatalogue.Open(_home.File("c.db"), 10).Dispose();
        using (var connection = new SqliteConnection($"Data Source={_home.File("c.db")};Pooling=false"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        IOException error = Assert.Throws<IOException>(() => SqliteCatalogue.Open(_home.File("c.db"), 10));
        Assert.Contains("schema 99", error.Message, StringComparison.Ordinal);
    }

    private static Registration Of(string name, string hash, int port) => new()
    {
        File = new CatalogueFile { Name = name, Hash = hash, Size = 3000, ChunkSize = 1024 },
        EndPoint = new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Whole(3)),
        Expires = Start.AddHours(1),
    };
}
