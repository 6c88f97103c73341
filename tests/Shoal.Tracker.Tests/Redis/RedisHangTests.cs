using Shoal.Clients;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Redis;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests.Redis;

/// <summary>
/// A Redis that takes what it is told and does not answer, as when its machine swaps or its disk hangs. Time is the
/// test's; an hour of it is the patience, which no wait for the real Redis uses up.
/// </summary>
public sealed class RedisHangTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly ManualTime _time = new();
    private readonly KeptLog _log = new();
    private readonly byte[] _peers = new byte[6 * 50];

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Those_who_wait_are_answered_alone_and_nobody_else_waits()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        (RedisWatch watch, RedisSwarmStore store, RedisCatalogue catalogue) = await OpenAsync(redis);
        await using (watch)
        {
            await TellAsync(store, 1, isSeed: true);
            await TellAsync(store, 2);
            await catalogue.RegisterAsync([Of("a", "h1", 1)], Start);
            redis.Pause();
            Task<StoreAnswer>[] waiting = [.. Enumerable.Range(3, 20).Select(peer => TellAsync(store, peer))];
            Task reading = catalogue.FreshenAsync().AsTask();
            Assert.DoesNotContain(waiting, w => w.IsCompleted);
            await LoseAsync(() => reading.IsCompleted && waiting.All(w => w.IsCompleted), deadline);
            foreach (Task<StoreAnswer> each in waiting) Assert.Equal(StoreStatus.Alone, (await each).Status);
            Assert.False(watch.IsUp);

            // Ten seconds in which nobody waits for it, and all get what this node knows.
            for (int second = 0; second < 10; second++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                Assert.True(store.TryAnnounce(Announce(30 + second), default, _peers, default, out StoreAnswer alone));
                Assert.Equal((StoreStatus.Alone, 1), (alone.Status, alone.Complete));
                Assert.True(alone.Bytes4 > 0);
            }
            Assert.True(store.TryAnnounce(Announce(2) with { IsSeed = true }, default, _peers, default, out _));
            Assert.True(store.TryAnnounce(Announce(3, AnnounceEvent.Stopped), default, _peers, default, out _));
            Assert.Equal("a", catalogue.Find("h1")!.Name);
            StoredRegistration stored = (await catalogue.RegisterAsync([Of("b", "h2", 1)], Start))[0];
            Assert.Equal(RegistrationStatus.Stored, stored.Status);
            Assert.Equal(1, Count("Redis cannot be reached"));

            redis.Resume();
            await ComeBackAsync(watch, deadline);
            Assert.Equal((1, 1), (Count("Redis cannot be reached"), Count("Redis is back")));
            // Whoever asks another node gets all of it: what was on its way when Redis stopped, and what came later.
            (RedisWatch otherWatch, RedisSwarmStore other, RedisCatalogue copy) = await OpenAsync(redis);
            await using (otherWatch)
            {
                ScrapeEntry[] entries = [new(default, 0, 0, 0)];
                await other.ScrapeAsync(entries);
                Assert.Equal((2, 29, 1), (entries[0].Complete, entries[0].Incomplete, entries[0].Downloaded));
                Assert.Equal(2, copy.Count);
                Assert.NotNull(copy.Find("h2"));
            }
            copy.Dispose();
        }
        catalogue.Dispose();
    }

    [Fact]
    public async Task One_that_hangs_again_before_it_was_told_everything_is_told_the_rest_later()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        (RedisWatch watch, RedisSwarmStore store, RedisCatalogue catalogue) = await OpenAsync(redis);
        await using (watch)
        {
            await TellAsync(store, 1);
            await redis.KillAsync(deadline);
            Assert.Equal(StoreStatus.Alone, (await TellAsync(store, 2)).Status);
            await redis.BeginAsync(deadline);
            redis.Pause();
            _time.Advance(RedisWatch.Period);
            _time.Advance(Patience);
            Assert.False(watch.IsUp);
            redis.Resume();
            await ComeBackAsync(watch, deadline);
            ScrapeEntry[] entries = [new(default, 0, 0, 0)];
            await store.ScrapeAsync(entries);
            Assert.Equal(2, entries[0].Incomplete);
            Assert.Equal(1, Count("Redis is back"));
        }
        catalogue.Dispose();
    }

    // Whoever begins to wait a little later has his patience used up by a later look.
    private Task LoseAsync(Func<bool> condition, CancellationToken deadline) => Eventually.HoldsAsync(() =>
    {
        _time.Advance(Patience);
        return condition();
    }, deadline, "patience to end");

    private int Count(string what) => _log.Text.Split(what).Length - 1;

    // Each look gives the watch a turn; what it asks is answered in real time, for which there is an hour.
    private Task ComeBackAsync(RedisWatch watch, CancellationToken deadline) => Eventually.HoldsAsync(() =>
    {
        _time.Advance(RedisWatch.Period);
        return watch.IsUp;
    }, deadline, "Redis again");

    private async Task<(RedisWatch, RedisSwarmStore, RedisCatalogue)> OpenAsync(RedisServer redis)
    {
        RedisLink link = await RedisLink.OpenAsync(redis.Address, Patience, _time);
        var watch = new RedisWatch(link, new TrackerLog(_log), _time);
        TimeSpan interval = TimeSpan.FromMinutes(30);
        var mirror = new SwarmStore(new SwarmStoreOptions { MaxPeersPerHost = int.MaxValue }, new Random(1));
        var store = new RedisSwarmStore(
            mirror, watch, new RedisSettings(interval, interval * 1.5, 1000, TimeSpan.FromDays(30)));
        var catalogue = new RedisCatalogue(watch, 100);
        await watch.StartAsync([1]);
        Assert.True(await catalogue.LoadAsync());
        return (watch, store, catalogue);
    }

    private static async Task<StoreAnswer> TellAsync(RedisSwarmStore store, int peer, bool isSeed = false) =>
        await store.AnnounceAsync(Announce(peer) with { IsSeed = isSeed }, default, new byte[6 * 50], default);

    private static SwarmAnnounce Announce(int peer, AnnounceEvent reason = AnnounceEvent.None) => new()
    {
        InfoHash = default, Address = new HostAddress(0x0a000000u + (uint)peer), Port = (ushort)peer, Event = reason,
        Wanted = 50,
    };

    private static Registration Of(string name, string hash, int port) => new()
    {
        File = new CatalogueFile { Name = name, Hash = hash, Size = 3000, ChunkSize = 1024 },
        EndPoint = new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Whole(3)),
        Expires = Start.AddDays(40_000),
    };
}
