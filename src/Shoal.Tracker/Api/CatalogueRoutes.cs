using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Api;

/// <summary>The requests of the catalogue: from query and body to what is asked of it, and back.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process that serves it.")]
internal sealed class CatalogueRoutes(FileCatalogue catalogue)
{
    private readonly SemaphoreSlim _bodies = new(ApiLimits.MaxBodies);

    /// <summary>All of them; docs/CATALOGUE.md and openapi.json describe each.</summary>
    public IReadOnlyList<ApiRoute> All =>
    [
        new("POST", "/register", Writes: true, r => WithJson(
            r, CatalogueJson.Default.RegisterRequest,
            body => ApiReply.Of(catalogue.Register(r.Asker, body), CatalogueJson.Default.RegisterReply))),
        new("GET", "/lookup", Writes: false, Look(r => ApiReply.Of(
            catalogue.Lookup(r.Asker, r["file_name"], r["file_hash"], WantsRanges(r)),
            CatalogueJson.Default.LookupReply))),
        new("GET", "/files", Writes: false, Look(List)),
        new("GET", "/files/{hash}", Writes: false, Look(r => ApiReply.Of(
            catalogue.Entry(r.Asker, r.Segments[1]), CatalogueJson.Default.FileEntry))),
        new("DELETE", "/files/{hash}", Writes: true, Look(r => ApiReply.Of(
            catalogue.Delete(r.Segments[1]), CatalogueJson.Default.LeaveReply))),
        new("GET", "/files/{hash}/torrent", Writes: false, Look(Torrent)),
        new("PUT", "/files/{hash}/torrent", Writes: true, r => WithBody(r, ApiLimits.MaxTorrentBytes, body =>
            ApiReply.Of(catalogue.AttachTorrent(r.Asker, r.Segments[1], body), CatalogueJson.Default.FileEntry))),
        new("POST", "/torrents", Writes: true, r => WithBody(r, ApiLimits.MaxTorrentBytes, body =>
            ApiReply.Of(catalogue.AddTorrent(r.Asker, body, Tags(r)), CatalogueJson.Default.FileEntry))),
        new("GET", "/locations", Writes: false, Look(r => ApiReply.Of(
            catalogue.Locations(r.Asker, r["file_name"], r["file_hash"], WantsRanges(r)),
            CatalogueJson.Default.LocationsReply))),
        new("GET", "/rarest", Writes: false, Look(r => ApiReply.Of(
            catalogue.Rarest(r["file_name"], r["file_hash"]), CatalogueJson.Default.RarestReply))),
        new("POST", "/chunks", Writes: true, r => WithJson(
            r, CatalogueJson.Default.ChunkRequest,
            body => ApiReply.Of(catalogue.AddChunks(r.Asker, body), CatalogueJson.Default.ChunkReply))),
        new("POST", "/leave", Writes: true, r => WithJson(
            r, CatalogueJson.Default.LeaveRequest,
            body => ApiReply.Of(catalogue.Leave(r.Asker, body), CatalogueJson.Default.LeaveReply))),
        new("GET", "/openapi.json", Writes: false, Look(_ => OpenApiDocument.Reply)),
    ];

    private static Func<ApiRequest, Task<ApiReply>> Look(Func<ApiRequest, ApiReply> answer) =>
        request => Task.FromResult(answer(request));

    private static bool WantsRanges(ApiRequest request) => request["chunks"] == "ranges";

    private static string[] Tags(ApiRequest request) =>
        request["tags"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private ApiReply List(ApiRequest request)
    {
        string? fault = ReadQuery(request, out FileQuery query);
        return fault is not null
            ? ApiReply.Error(HttpStatusCode.BadRequest, fault)
            : ApiReply.Json(catalogue.List(request.Asker, query), CatalogueJson.Default.FileList);
    }

    private ApiReply Torrent(ApiRequest request)
    {
        Answer<StoredTorrent> answer = catalogue.TorrentOf(request.Segments[1]);
        return answer.Value is { } torrent
            ? new ApiReply(HttpStatusCode.OK, "application/x-bittorrent", torrent.Bytes)
            {
                FileName = torrent.Name + ".torrent",
            }
            : ApiReply.Error(answer.Status, answer.Error!);
    }

    private static string? ReadQuery(ApiRequest request, out FileQuery query)
    {
        query = new FileQuery();
        string words = request["q"] ?? "";
        if (words.Length > CatalogueLimits.MaxQueryChars)
            return $"q has more than {CatalogueLimits.MaxQueryChars} characters.";
        if (!TryNumber(request["limit"], CatalogueLimits.DefaultPage, CatalogueLimits.MaxPage, out int limit))
            return $"limit must be from 0 to {CatalogueLimits.MaxPage}.";
        if (!TryNumber(request["offset"], 0, CatalogueLimits.MaxOffset, out int offset))
            return $"offset must be from 0 to {CatalogueLimits.MaxOffset}.";
        FileOrder? order = OrderOf(request["sort"]);
        if (order is null) return "sort must be added, name, size, peers, seeders, leechers or completed.";
        string direction = request["order"] ?? (order == FileOrder.Name ? "asc" : "desc");
        if (direction is not ("asc" or "desc")) return "order must be asc or desc.";
        query = new FileQuery
        {
            Words = [.. words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Take(CatalogueLimits.MaxQueryWords)],
            Tag = request["tag"]?.Trim().ToLowerInvariant(),
            Order = order.Value,
            Descending = direction == "desc",
            Limit = limit,
            Offset = offset,
        };
        return null;
    }

    private static FileOrder? OrderOf(string? sort) => sort switch
    {
        null or "added" => FileOrder.Added,
        "name" => FileOrder.Name,
        "size" => FileOrder.Size,
        "peers" => FileOrder.Peers,
        "seeders" => FileOrder.Seeders,
        "leechers" => FileOrder.Leechers,
        "completed" => FileOrder.Completed,
        _ => null,
    };

    private static bool TryNumber(string? text, int otherwise, int max, out int number)
    {
        number = otherwise;
        return text is null
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= max);
    }

    private Task<ApiReply> WithJson<T>(ApiRequest request, JsonTypeInfo<T> type, Func<T, ApiReply> answer)
        where T : class =>
        WithBody(request, ApiLimits.MaxJsonBytes, body =>
        {
            try
            {
                return JsonSerializer.Deserialize(body.Span, type) is { } value
                    ? answer(value) : ApiReply.Error(HttpStatusCode.BadRequest, "The body must be a JSON object.");
            }
            catch (JsonException e)
            {
                string where = e.Path is { Length: > 1 } path ? $" at {path}" : "";
                return ApiReply.Error(HttpStatusCode.BadRequest, $"The body is not the JSON that is expected{where}.");
            }
        });

    private async Task<ApiReply> WithBody(
        ApiRequest request, int maxBytes, Func<ReadOnlyMemory<byte>, ApiReply> answer)
    {
        if (!await _bodies.WaitAsync(ApiLimits.BodyTimeout).ConfigureAwait(false))
            return ApiReply.Error(HttpStatusCode.ServiceUnavailable, "Too many requests with a body are under way.");
        try
        {
            byte[]? body = await request.ReadBodyAsync(maxBytes).WaitAsync(ApiLimits.BodyTimeout).ConfigureAwait(false);
            return body is null
                ? ApiReply.Error(HttpStatusCode.RequestEntityTooLarge, $"The body has more than {maxBytes} bytes.")
                : answer(body);
        }
        catch (TimeoutException)
        {
            return ApiReply.Error(HttpStatusCode.RequestTimeout, "The body did not arrive in time.");
        }
        finally
        {
            _bodies.Release();
        }
    }
}
