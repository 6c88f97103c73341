using System.Net;
using Shoal.Clients;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Redis;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests.Redis;

/// <summary>Redis goes and comes back, with all that it held or with nothing.</summary>
public sealed class RedisAwayTests
{
    private readonly byte[] _peers = new byte[6 * 50];

    [Fact]
    public async Task A_node_answers_with_what_it_knows_and_tells_a_Redis_that_comes_back_empty()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        var fixture = new RedisFixture();
        await fixture.InitializeAsync();
        await using (fixture)
        {
            await using RedisSwarmStore store = await fixture.OpenAsync();
            Assert.True(store.IsUp);
            Assert.Equal(StoreStatus.Stored, (await TellAsync(store, 1, isSeed: true)).Status);
            await TellAsync(store, 2);
            await TellAsync(store, 3);
            await fixture.Server.KillAsync(deadline);

            StoreAnswer alone = await TellAsync(store, 4);
            Assert.Equal(new StoreAnswer(StoreStatus.Alone, 1, 3, 0, 18, 0), alone);
            Assert.False(store.IsUp);
            Assert.True(store.TryAnnounce(Announce(2, AnnounceEvent.Stopped), default, _peers, default, out _));
            Assert.True(store.TryAnnounce(Announce(3) with { IsSeed = true }, default, _peers, default, out alone));
            Assert.Equal((StoreStatus.Alone, 2, 1), (alone.Status, alone.Complete, alone.Incomplete));
            var entries = new ScrapeEntry[] { new(default, 0, 0, 0) };
            await store.ScrapeAsync(entries);
            Assert.Equal(2, entries[0].Complete);

            await fixture.Server.BeginAsync(deadline);
            await Eventually.HoldsAsync(() => store.IsUp, deadline, "Redis again");
            await using RedisSwarmStore other = await fixture.OpenAsync();
            StoreAnswer answer = await TellAsync(other, 9);
            Assert.Equal(new StoreAnswer(StoreStatus.Stored, 2, 2, answer.Downloaded, 18, 0), answer);
        }
    }

    [Fact]
    public async Task What_was_announced_meanwhile_is_told_to_a_Redis_that_forgot_nothing()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        var fixture = new RedisFixture();
        await fixture.InitializeAsync();
        await using (fixture)
        {
            await using RedisSwarmStore store = await fixture.OpenAsync();
            await using RedisSwarmStore other = await fixture.OpenAsync();
            await TellAsync(store, 1);
            await TellAsync(store, 2);
            IDisposable guard = await fixture.Server.TurnAwayAsync(deadline);
            await Eventually.HoldsAsync(
                async () => (await TellAsync(store, 1, isSeed: true)).Status == StoreStatus.Alone, deadline,
                "an answer without Redis");
            await TellAsync(store, 2, AnnounceEvent.Stopped);
            guard.Dispose();
            await Eventually.HoldsAsync(() => store.IsUp && other.IsUp, deadline, "Redis again");
            await Eventually.HoldsAsync(
                async () => (await TellAsync(other, 3)) is { Status: StoreStatus.Stored, Complete: 1, Incomplete: 1 },
                deadline, "one seed, one leech and a download that ended");
            Assert.Equal(1, (await TellAsync(other, 3)).Downloaded);
        }
    }

    [Fact]
    public void The_backlog_keeps_the_last_word_of_each_and_is_bounded()
    {
        var backlog = new Backlog();
        backlog.Add(Announce(1));
        backlog.Add(Announce(1) with { IsSeed = true, Wanted = 50 });
        backlog.AddOlder(Announce(1, AnnounceEvent.Stopped));
        SwarmAnnounce word = Assert.Single(backlog.TakeAll());
        Assert.True(word is { IsSeed: true, Wanted: 0, Event: AnnounceEvent.None });
        Assert.Equal(0, backlog.Count);
        for (int i = 0; i < Backlog.Limit + 10; i++)
            backlog.Add(Announce(1) with { Address = new HostAddress((uint)i) });
        Assert.Equal(Backlog.Limit, backlog.Count);
    }

    [Fact]
    public async Task A_Redis_that_is_not_there_is_told_of_in_a_sentence()
    {
        string address = $"{LoopbackAddress.Next()}:6379";
        SharedStoreException problem = await Assert.ThrowsAsync<SharedStoreException>(() => TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, Redis = address + ",password=hush" },
            RedisFixture.Deadline()));
        Assert.True(problem.IsAway);
        Assert.StartsWith($"The tracker cannot reach Redis at {address};", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_have_one_secret_and_one_interval()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        var options = new TrackerOptions { Bind = IPAddress.Loopback, Redis = redis.Address };
        await using StoreHost one = await OpenAsync(options);
        await using StoreHost other = await OpenAsync(options);
        Assert.Equal(one.Secret.Connections.Of([1, 2]), other.Secret.Connections.Of([1, 2]));
        SharedStoreException problem = await Assert.ThrowsAsync<SharedStoreException>(
            () => OpenAsync(options with { Interval = TimeSpan.FromMinutes(30) }));
        Assert.Contains("an interval of 120 s and this one of 1800 s", problem.Message, StringComparison.Ordinal);
        Assert.False(problem.IsAway);
    }

    private static Task<StoreHost> OpenAsync(TrackerOptions options) => StoreHost.OpenAsync(
        options, new TrackerLog(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));

    private async Task<StoreAnswer> TellAsync(
        RedisSwarmStore store, int peer, AnnounceEvent reason = AnnounceEvent.None, bool isSeed = false) =>
        await store.AnnounceAsync(Announce(peer, reason) with { IsSeed = isSeed }, default, _peers, default);

    private static SwarmAnnounce Announce(int peer, AnnounceEvent reason = AnnounceEvent.None) => new()
    {
        InfoHash = default, Address = new HostAddress(0x0a000000u + (uint)peer), Port = (ushort)peer, Event = reason,
        Wanted = 50,
    };
}
