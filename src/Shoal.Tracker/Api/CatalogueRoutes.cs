using System.Globalization;
using System.Net;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Api;

/// <summary>The requests of the catalogue: from query and body to what is asked of it, and back.</summary>
internal sealed class CatalogueRoutes(FileCatalogue catalogue)
{
    /// <summary>All of them; docs/CATALOGUE.md and openapi.json describe each.</summary>
    public IReadOnlyList<ApiRoute> All =>
    [
        new("POST", "/register", Writes: true, r => ApiBody.ReadJsonAsync(
            r, CatalogueJson.Default.RegisterRequest,
            async body => ApiReply.Of(
                await catalogue.RegisterAsync(r.Asker, body).ConfigureAwait(false),
                CatalogueJson.Default.RegisterReply))),
        new("GET", "/lookup", Writes: false, async r => ApiReply.Of(
            await catalogue.LookupAsync(r.Asker, r["file_name"], r["file_hash"], WantsRanges(r))
                .ConfigureAwait(false),
            CatalogueJson.Default.LookupReply)),
        new("GET", "/files", Writes: false, ListAsync),
        new("GET", "/files/{hash}", Writes: false, async r => ApiReply.Of(
            await catalogue.EntryAsync(r.Asker, r.Segments[1]).ConfigureAwait(false),
            CatalogueJson.Default.FileEntry)),
        new("DELETE", "/files/{hash}", Writes: true, async r => ApiReply.Of(
            await catalogue.DeleteAsync(r.Segments[1]).ConfigureAwait(false), CatalogueJson.Default.LeaveReply)),
        new("GET", "/files/{hash}/torrent", Writes: false, TorrentAsync),
        new("PUT", "/files/{hash}/torrent", Writes: true, r => ApiBody.ReadAsync(
            r, ApiLimits.MaxTorrentBytes, async body =>
            ApiReply.Of(await catalogue.AttachTorrentAsync(r.Asker, r.Segments[1], body).ConfigureAwait(false),
                CatalogueJson.Default.FileEntry))),
        new("POST", "/torrents", Writes: true, r => ApiBody.ReadAsync(r, ApiLimits.MaxTorrentBytes, async body =>
            ApiReply.Of(await catalogue.AddTorrentAsync(r.Asker, body, Tags(r)).ConfigureAwait(false),
                CatalogueJson.Default.FileEntry))),
        new("GET", "/locations", Writes: false, async r => ApiReply.Of(
            await catalogue.LocationsAsync(r.Asker, r["file_name"], r["file_hash"], WantsRanges(r))
                .ConfigureAwait(false),
            CatalogueJson.Default.LocationsReply)),
        new("GET", "/rarest", Writes: false, async r => ApiReply.Of(
            await catalogue.RarestAsync(r["file_name"], r["file_hash"]).ConfigureAwait(false),
            CatalogueJson.Default.RarestReply)),
        new("POST", "/chunks", Writes: true, r => ApiBody.ReadJsonAsync(
            r, CatalogueJson.Default.ChunkRequest,
            async body => ApiReply.Of(
                await catalogue.AddChunksAsync(r.Asker, body).ConfigureAwait(false),
                CatalogueJson.Default.ChunkReply))),
        new("POST", "/leave", Writes: true, r => ApiBody.ReadJsonAsync(
            r, CatalogueJson.Default.LeaveRequest,
            async body => ApiReply.Of(
                await catalogue.LeaveAsync(r.Asker, body).ConfigureAwait(false), CatalogueJson.Default.LeaveReply))),
        new("GET", "/openapi.json", Writes: false, _ => Task.FromResult(OpenApiDocument.Reply)),
    ];

    private static bool WantsRanges(ApiRequest request) => request["chunks"] == "ranges";

    private static string[] Tags(ApiRequest request) =>
        request["tags"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private async Task<ApiReply> ListAsync(ApiRequest request)
    {
        string? fault = ReadQuery(request, out FileQuery query);
        return fault is not null
            ? ApiReply.Error(HttpStatusCode.BadRequest, fault)
            : ApiReply.Json(
                await catalogue.ListAsync(request.Asker, query).ConfigureAwait(false), CatalogueJson.Default.FileList);
    }

    private async Task<ApiReply> TorrentAsync(ApiRequest request)
    {
        Answer<StoredTorrent> answer = await catalogue.TorrentOfAsync(request.Segments[1]).ConfigureAwait(false);
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
}
