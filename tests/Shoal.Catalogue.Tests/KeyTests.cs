using System.Net;
using System.Text.Json;
using Shoal.Clients;
using Shoal.Tracker;

namespace Shoal.Catalogue.Tests;

/// <summary>The keys of a private tracker, by its API, with one node and with several.</summary>
public sealed class KeyTests
{
    private const string Target = "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-LT2000-bbbbbbbbbbbb&port=1&left=0";

    [Fact]
    public async Task A_key_is_made_listed_and_revoked()
    {
        using var home = new TemporaryFolder();
        await using RunningTracker tracker = await RunningTracker.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Mode = TrackerMode.Private, DataFolder = home.Path,
            Keys = KeyRing.Open(home.Path),
        });
        RunningTracker.Reply made = await tracker.PostAsync("/keys", """{"label":"for Ann","expires_seconds":3600}""");
        string key = made["key"].GetString()!;
        Assert.Contains("8:complete", (await tracker.GetAsync($"/{key}{Target}")).Text, StringComparison.Ordinal);
        JsonElement listed = Assert.Single((await tracker.GetAsync("/keys"))["keys"].EnumerateArray());
        Assert.Equal("for Ann", listed.GetProperty("label").GetString());
        Assert.Equal(3600, (listed.GetProperty("expires").GetDateTimeOffset()
            - listed.GetProperty("created").GetDateTimeOffset()).TotalSeconds, 1.0);
        Assert.False(listed.TryGetProperty("key", out _));
        string id = listed.GetProperty("id").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await tracker.SendAsync(HttpMethod.Delete, $"/keys/{id}", null)).Status);
        RunningTracker.Reply again = await tracker.SendAsync(HttpMethod.Delete, $"/keys/{id}", null);
        Assert.Equal(HttpStatusCode.NotFound, again.Status);
        Assert.Contains("failure reason", (await tracker.GetAsync($"/{key}{Target}")).Text, StringComparison.Ordinal);
        RunningTracker.Reply past = await tracker.PostAsync("/keys", """{"expires_seconds":-1}""");
        Assert.Equal(HttpStatusCode.BadRequest, past.Status);
    }

    [Fact]
    public async Task Who_has_not_the_token_learns_nothing_of_keys()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(
            catalogue: new Shoal.Tracker.Catalogue.CatalogueOptions { Token = "a token of 16 characters" });
        Assert.Equal(HttpStatusCode.Unauthorized, (await tracker.GetAsync("/keys")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await tracker.PostAsync("/keys", "{}")).Status);
        RunningTracker.Reply noPlace = await tracker.SendAsync(
            HttpMethod.Get, "/keys", null, ("Authorization", "Bearer a token of 16 characters"));
        Assert.Equal(HttpStatusCode.NotFound, noPlace.Status);
    }

    [Fact]
    public async Task A_key_of_one_node_opens_all_and_one_that_is_revoked_opens_none()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        var options = new TrackerOptions
        {
            Bind = IPAddress.Loopback, Mode = TrackerMode.Private, Redis = redis.Address,
            Catalogue = new Shoal.Tracker.Catalogue.CatalogueOptions { RequestBurst = 100_000 },
        };
        await using RunningTracker one = await RunningTracker.StartAsync(options);
        await using RunningTracker other = await RunningTracker.StartAsync(options);
        RunningTracker.Reply made = await one.PostAsync("/keys", """{"label":"x"}""");
        string key = made["key"].GetString()!;
        // Its list is asked, as a few keys that are not known make an address unheard for a while.
        await Eventually.HoldsAsync(async () => (await other.GetAsync("/keys"))["count"].GetInt32() == 1, deadline,
            "the key at the other node");
        Assert.True(await IsOpenAsync(other, key));
        // Without Redis keys are those that were known.
        await redis.KillAsync(deadline);
        Assert.True(await IsOpenAsync(other, key));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await one.PostAsync("/keys", "{}")).Status);
        await redis.BeginAsync(deadline);
        // By the command line, as somebody who has the address of Redis; the nodes have told it the keys again.
        await Eventually.HoldsAsync(async () =>
        {
            await using SharedKeyRing ring = await SharedKeyRing.OpenAsync(redis.Address, TimeSpan.FromMinutes(1));
            return await ring.RevokeAsync(made["id"].GetString()!);
        }, deadline, "the key at the Redis that came back empty");
        foreach (RunningTracker node in (RunningTracker[])[one, other])
            await Eventually.HoldsAsync(async () => !await IsOpenAsync(node, key), deadline, "the key to be worthless");
    }

    private static async Task<bool> IsOpenAsync(RunningTracker tracker, string key) =>
        (await tracker.GetAsync($"/{key}{Target}")).Text.Contains("8:complete", StringComparison.Ordinal);
}
