using Shoal.Discovery;
using Shoal.Engine.WebSeeds;
using Shoal.Protocol.Addresses;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>Which web seed is used when.</summary>
public sealed class WebSeedListTests
{
    private static readonly WebSeedFault Fault = new("It failed.");

    [Fact]
    public void Three_are_in_use_at_a_time_in_their_order()
    {
        WebSeed[] seeds = Seeds(5);
        var list = new WebSeedList(seeds);
        Assert.Equal(seeds[..3], (WebSeed?[])[list.Next(default), list.Next(default), list.Next(default)]);
        Assert.Null(list.Next(default));
        list.Ended(seeds[1], null, gaveBytes: true, default);
        Assert.Equal(seeds[3], list.Next(default));
        Assert.Null(list.Next(default));
    }

    [Fact]
    public void A_wait_doubles_up_to_an_hour_and_begins_anew_when_something_came()
    {
        WebSeed seed = Seeds(1)[0];
        var list = new WebSeedList([seed]);
        var now = TimeSpan.FromSeconds(5);
        foreach (int seconds in (int[])[10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600])
        {
            Assert.Equal(seed, list.Next(now));
            Assert.Equal(TimeSpan.FromSeconds(seconds), list.Ended(seed, Fault, gaveBytes: false, now));
            Assert.Null(list.Next(now + TimeSpan.FromSeconds(seconds - 1)));
            now += TimeSpan.FromSeconds(seconds);
        }
        Assert.Equal(seed, list.Next(now));
        Assert.Equal(WebSeedList.FirstWait, list.Ended(seed, Fault, gaveBytes: true, now));
    }

    [Fact]
    public void A_server_may_ask_for_a_longer_wait_but_not_for_a_shorter_one()
    {
        WebSeed seed = Seeds(1)[0];
        var list = new WebSeedList([seed]);
        list.Next(default);
        WebSeedFault later = Fault with { RetryAfter = TimeSpan.FromMinutes(5) };
        Assert.Equal(TimeSpan.FromMinutes(5), list.Ended(seed, later, gaveBytes: false, default));
        list.Next(TimeSpan.FromMinutes(5));
        WebSeedFault soon = Fault with { RetryAfter = TimeSpan.Zero };
        Assert.Equal(TimeSpan.FromSeconds(20), list.Ended(seed, soon, gaveBytes: false, default));
        list.Next(TimeSpan.FromMinutes(5));
        WebSeedFault never = Fault with { RetryAfter = TimeSpan.FromDays(400) };
        Assert.Equal(WebSeedList.LongestWait, list.Ended(seed, never, gaveBytes: false, default));
    }

    [Fact]
    public void What_is_dropped_never_comes_again_and_who_failed_least_comes_first()
    {
        WebSeed[] seeds = Seeds(3);
        var list = new WebSeedList(seeds);
        for (int i = 0; i < 3; i++) list.Next(default);
        Assert.Null(list.Ended(seeds[0], Fault with { IsFinal = true }, gaveBytes: true, default));
        Assert.Equal(WebSeedState.Dropped, seeds[0].State);
        list.Ended(seeds[1], Fault, gaveBytes: false, default);
        list.Ended(seeds[2], null, gaveBytes: false, default);
        TimeSpan later = TimeSpan.FromDays(1);
        Assert.Equal([seeds[2], seeds[1], null], (WebSeed?[])[list.Next(later), list.Next(later), list.Next(later)]);
    }

    private static WebSeed[] Seeds(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new WebSeed(new Uri($"http://h/{i}"), AddressOrigin.User, default))];
}
