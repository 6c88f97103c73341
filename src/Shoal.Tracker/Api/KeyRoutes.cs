using System.Net;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Access;

namespace Shoal.Tracker.Api;

/// <summary>The keys of a private tracker, for who has the token of its catalogue.</summary>
/// <param name="keys">The keys; null where there is no place for any.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyRoutes(IKeyStore? keys, TimeProvider time)
{
    /// <summary>Keys in one answer.</summary>
    private const int MaxListed = 10_000;

    /// <summary>The longest life of a key, a century.</summary>
    private const long MaxSeconds = 100L * 365 * 86_400;

    /// <summary>All of them. Also who only looks needs the token: labels tell who is let in.</summary>
    public IReadOnlyList<ApiRoute> All =>
    [
        new("GET", "/keys", Writes: true, _ => Task.FromResult(List())),
        new("POST", "/keys", Writes: true, request => ApiBody.ReadJsonAsync(
            request, CatalogueJson.Default.KeyRequest, CreateAsync)),
        new("DELETE", "/keys/{id}", Writes: true, RevokeAsync),
    ];

    private ApiReply List() => keys is not { Keys: var all } ? NoPlace() : ApiReply.Json(
        new KeyList
        {
            Keys = [.. all.Take(MaxListed).Select(k => Entry(k, null))],
            Count = Math.Min(all.Count, MaxListed), Total = all.Count,
        },
        CatalogueJson.Default.KeyList);

    private async Task<ApiReply> CreateAsync(KeyRequest request)
    {
        if (keys is null) return NoPlace();
        if (request.ExpiresSeconds is < 0 or > MaxSeconds)
            return ApiReply.Error(HttpStatusCode.BadRequest, $"expires_seconds must be from 0 to {MaxSeconds}.");
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset? expires = request.ExpiresSeconds == 0 ? null : now.AddSeconds(request.ExpiresSeconds);
        (TrackerKey made, string key) =
            await keys.CreateAsync(request.Label ?? "", now, expires).ConfigureAwait(false);
        return ApiReply.Json(Entry(made, key), CatalogueJson.Default.KeyEntry);
    }

    private async Task<ApiReply> RevokeAsync(ApiRequest request)
    {
        if (keys is null) return NoPlace();
        TrackerKey? known = keys.Keys.FirstOrDefault(k => k.Id == request.Segments[1]);
        return known is not null && await keys.RevokeAsync(known.Id).ConfigureAwait(false)
            ? ApiReply.Json(Entry(known, null), CatalogueJson.Default.KeyEntry)
            : ApiReply.Error(HttpStatusCode.NotFound, "There is no key with this id.");
    }

    private static ApiReply NoPlace() => ApiReply.Error(
        HttpStatusCode.NotFound, "This tracker has no place for keys: it needs --data or --mode private with --redis.");

    private static KeyEntry Entry(TrackerKey key, string? itself) => new()
    {
        Id = key.Id, Label = key.Label, Created = key.Created, Expires = key.Expires, Key = itself,
    };
}
