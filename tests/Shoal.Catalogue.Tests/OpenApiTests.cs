using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker;
using Shoal.Tracker.Access;
using Shoal.Tracker.Api;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Dashboard;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Catalogue.Tests;

public sealed class OpenApiTests
{
    private static readonly JsonElement Document = Read();

    [Fact]
    public void It_has_every_request_and_no_other()
    {
        IEnumerable<string> described = Document.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject()
                .Where(m => m.Name != "parameters")
                .Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}"));
        Assert.Equal(Routes().Select(r => $"{r.Method} {r.Template}").Order(), described.Order());
    }

    [Fact]
    public void Every_request_that_changes_something_says_that_it_may_need_the_token()
    {
        foreach (ApiRoute route in Routes())
        {
            JsonElement request = Document.GetProperty("paths").GetProperty(route.Template)
                .GetProperty(route.Method.ToLowerInvariant());
            Assert.Equal(route.Writes, request.TryGetProperty("security", out _));
            Assert.Equal(route.Writes, request.GetProperty("responses").TryGetProperty("401", out _));
        }
    }

    [Theory]
    [InlineData(typeof(RegisterRequest))]
    [InlineData(typeof(RegisteredFile))]
    [InlineData(typeof(RegisterReply))]
    [InlineData(typeof(ItemResult))]
    [InlineData(typeof(FileEntry))]
    [InlineData(typeof(FileList))]
    [InlineData(typeof(FilePeer))]
    [InlineData(typeof(LookupReply))]
    [InlineData(typeof(LocationsReply))]
    [InlineData(typeof(RarestReply))]
    [InlineData(typeof(RareChunks))]
    [InlineData(typeof(ChunkRequest))]
    [InlineData(typeof(ChunkReply))]
    [InlineData(typeof(LeaveRequest))]
    [InlineData(typeof(LeaveReply))]
    [InlineData(typeof(TrackerFigures))]
    [InlineData(typeof(TorrentList))]
    [InlineData(typeof(TorrentEntry))]
    [InlineData(typeof(KeyList))]
    [InlineData(typeof(KeyEntry))]
    [InlineData(typeof(KeyRequest))]
    [InlineData(typeof(NamedCount))]
    [InlineData(typeof(ErrorReply))]
    public void Every_object_has_the_fields_that_it_says(Type type)
    {
        JsonTypeInfo info = CatalogueJson.Default.GetTypeInfo(type)!;
        JsonElement schema = Document.GetProperty("components").GetProperty("schemas").GetProperty(type.Name);
        Assert.Equal(
            info.Properties.Select(p => p.Name).Order(StringComparer.Ordinal),
            schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_object_is_referred_to()
    {
        var names = Document.GetProperty("components").GetProperty("schemas").EnumerateObject()
            .Select(s => s.Name).ToHashSet();
        var used = References(Document).Select(r => r["#/components/schemas/".Length..]).ToHashSet();
        Assert.Equal(names.Order(), used.Order());
    }

    [Fact]
    public async Task The_tracker_serves_it()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply reply = await tracker.GetAsync("/openapi.json");
        Assert.Equal("3.1.0", reply["openapi"].GetString());
        Assert.Contains("Content-Type: application/json", reply.Headers, StringComparison.Ordinal);
    }

    private static JsonElement Read()
    {
        using JsonDocument document = JsonDocument.Parse(OpenApiDocument.Reply.Body);
        return document.RootElement.Clone();
    }

    // The page at / is for people, not for programs.
    private static IReadOnlyList<ApiRoute> Routes()
    {
        var memory = new SwarmStore(new SwarmStoreOptions(), new Random(1));
        var catalogue = new FileCatalogue(
            () => SqliteCatalogue.Open(null, 1), new SwarmFigures(memory, TimeProvider.System), TimeProvider.System);
        var options = new TrackerOptions();
        var service = new AnnounceService(options, memory,
            new AccessGate(TrackerMode.Open, null, null, options.Time), TrackerSecret.Draw(), new TrackerMetrics());
        return
        [
            .. new CatalogueRoutes(catalogue).All,
            .. new DashboardRoutes(service, () => 0).All.Where(r => r.When is null),
            .. new TorrentRoutes(service, memory, catalogue).All,
            .. new KeyRoutes(null, TimeProvider.System).All,
        ];
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
